use serde_json::json;
use telegraphist_application::Code;
use telegraphist_application::operations::{AddContact, BlockUser, DeleteContact, ListContacts, UnblockUser};

use super::desk::Desk;

async fn names(desk: &Desk, arguments: serde_json::Value) -> Vec<String> {
    let page = desk.perform::<ListContacts>(arguments).await;
    page.items.iter().map(|user| user.name.to_string()).collect()
}

#[tokio::test]
async fn contacts_are_listed_by_name_in_pages() {
    let desk = Desk::open().await;
    let all = names(&desk, json!({})).await;
    assert_eq!(all.len(), 6);
    let first = desk.perform::<ListContacts>(json!({"limit": 4})).await;
    let rest = names(&desk, json!({"limit": 4, "cursor": first.next_cursor})).await;
    assert_eq!(rest, all[4..]);
    assert_eq!(names(&desk, json!({"query": "@EMI"})).await, ["Emi Tanaka"]);
    assert!(first.items.iter().all(|user| user.phone.is_none()));
}

#[tokio::test]
async fn a_contact_is_added_by_phone_and_deleted() {
    let desk = Desk::open().await;
    let added = json!({"chat": "+15550008", "first_name": "Hugo", "last_name": "from the club"});
    let added = desk.perform::<AddContact>(added).await;
    assert_eq!(added.chat.id, "1008");
    assert_eq!(names(&desk, json!({"query": "club"})).await, ["Hugo from the club"]);
    let unconfirmed = desk.try_to::<DeleteContact>(json!({"chat": "1008"})).await.err().unwrap();
    assert_eq!(unconfirmed.code, Code::ConfirmationRequired);
    desk.perform::<DeleteContact>(json!({"chat": "1008", "confirm": true})).await;
    assert!(names(&desk, json!({"query": "club"})).await.is_empty());
    let nobody = desk.try_to::<AddContact>(json!({"chat": "+19990000", "first_name": "No"})).await.err().unwrap();
    assert_eq!(nobody.code, Code::InvalidArgument);
}

#[tokio::test]
async fn a_known_user_is_added_under_a_name() {
    let desk = Desk::open().await;
    desk.perform::<DeleteContact>(json!({"chat": "@farid_haddad", "confirm": true})).await;
    desk.perform::<AddContact>(json!({"chat": "@farid_haddad", "first_name": "Farid"})).await;
    assert_eq!(names(&desk, json!({"query": "farid"})).await, ["Farid"]);
    let group = desk.try_to::<AddContact>(json!({"chat": "@lantern_weekly", "first_name": "x"})).await.err().unwrap();
    assert_eq!(group.code, Code::InvalidArgument);
}

#[tokio::test]
async fn users_are_blocked_and_unblocked() {
    let desk = Desk::open().await;
    assert!(names(&desk, json!({"blocked": true})).await.is_empty());
    for chat in ["@grace_kim_ops", "@invoice_helper_bot"] {
        desk.perform::<BlockUser>(json!({"chat": chat})).await;
    }
    let first = desk.perform::<ListContacts>(json!({"blocked": true, "limit": 1})).await;
    assert!(first.has_more);
    assert_eq!(first.items[0].is_blocked, Some(true));
    let rest = desk.perform::<ListContacts>(json!({"blocked": true, "limit": 1, "cursor": first.next_cursor})).await;
    assert!(!rest.has_more);
    assert_eq!(names(&desk, json!({"blocked": true, "query": "grace"})).await, ["Grace Kim"]);
    desk.perform::<UnblockUser>(json!({"chat": "@grace_kim_ops"})).await;
    assert_eq!(names(&desk, json!({"blocked": true})).await, ["Invoice Helper"]);
}
