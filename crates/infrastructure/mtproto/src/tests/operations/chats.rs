use std::collections::HashSet;

use grammers_tl_types as tl;
use serde_json::json;
use telegraphist_application::Code;
use telegraphist_application::arguments::{ChatKind, MemberRole};
use telegraphist_application::operations::{
    FindChats, GetChat, GetMe, ListChats, ListMembers, ListTopics, MarkRead, ResolveLink,
};

use super::desk::{ALICE, Desk};
use crate::account::{Account, Does};
use crate::tests::stage::ask;

/// Pins a chat in the list, as its owner does in an official app.
async fn pin(desk: &Desk, chat: &str) {
    let account = desk.account().await;
    let id = telegraphist_domain::ChatId(chat.parse().unwrap());
    let peer = account.known.by_id(id).await.unwrap().unwrap();
    let peer = tl::types::InputDialogPeer { peer: Account::input_peer(&peer) }.into();
    let request = tl::functions::messages::ToggleDialogPin { pinned: true, peer };
    assert!(ask(&account, Does::Writes, &request).await.unwrap());
}

#[tokio::test]
async fn get_me_says_who_the_account_is() {
    let desk = Desk::open().await;
    let me = desk.perform::<GetMe>(json!({})).await;
    assert_eq!(me.user.id, ALICE.to_string());
    assert_eq!(me.user.name.as_str(), "Alice Moreau");
    assert_eq!(me.user.username.as_deref(), Some("alice_moreau"));
}

#[tokio::test]
async fn the_list_of_chats_goes_on_by_its_cursor_and_gives_each_chat_once() {
    let desk = Desk::open().await;
    let whole = desk.perform::<ListChats>(json!({"limit": 100})).await;
    assert!(!whole.has_more);
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = desk.perform::<ListChats>(json!({"limit": 2, "cursor": cursor})).await;
        assert_eq!(page.has_more, page.next_cursor.is_some());
        seen.extend(page.items.into_iter().map(|chat| chat.chat.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let all: Vec<String> = whole.items.into_iter().map(|chat| chat.chat.id).collect();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn pinned_chats_come_first_and_once() {
    let desk = Desk::open().await;
    let whole = desk.perform::<ListChats>(json!({"limit": 100})).await;
    let last = whole.items.last().unwrap().chat.clone();
    pin(&desk, &last.id).await;
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = desk.perform::<ListChats>(json!({"limit": 1, "cursor": cursor})).await;
        seen.extend(page.items.into_iter().map(|chat| chat.chat.id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen[0], last.id);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len());
    assert_eq!(seen.len(), whole.items.len());
}

#[tokio::test]
async fn chats_are_filtered_by_kind_and_unread() {
    let desk = Desk::open().await;
    let people = desk.perform::<ListChats>(json!({"kind": "private", "limit": 1})).await;
    assert!(people.has_more);
    assert_eq!(people.items[0].kind, ChatKind::Private);
    let unread = desk.perform::<ListChats>(json!({"unread": true})).await;
    assert!(!unread.items.is_empty());
    assert!(unread.items.iter().all(|chat| chat.unread.is_some_and(|count| count > 0)));
    let archived = desk.perform::<ListChats>(json!({"archived": true})).await;
    assert!(archived.items.is_empty() && !archived.has_more);
    let failure = desk.try_to::<ListChats>(json!({"folder": "no such folder"})).await.err().unwrap();
    assert_eq!(failure.code, Code::InvalidArgument);
}

#[tokio::test]
async fn chats_are_found_own_ones_first() {
    let desk = Desk::open().await;
    let found = desk.perform::<FindChats>(json!({"query": "lantern"})).await;
    assert!(found.items[0].is_mine);
    assert!(found.items.iter().any(|chat| chat.chat.username.as_deref() == Some("lantern_weekly")));
    let found = desk.perform::<FindChats>(json!({"query": "trails"})).await;
    let trails = found.items.iter().find(|chat| chat.chat.title.as_str() == "Open Trails").unwrap();
    assert!(!trails.is_mine);
    let channels = desk.perform::<FindChats>(json!({"query": "lantern", "kind": "channel", "limit": 1})).await;
    assert_eq!(channels.items[0].kind, ChatKind::Channel);
}

#[tokio::test]
async fn a_forum_is_told_in_full() {
    let desk = Desk::open().await;
    let forum = desk.perform::<GetChat>(json!({"chat": "@product_team_hub"})).await;
    assert_eq!(forum.chat.kind, ChatKind::Supergroup);
    assert_eq!(forum.chat.members, Some(9));
    assert_eq!(forum.my_rights.role, Some(MemberRole::Admin));
    assert!(forum.my_rights.can_send);
    assert!(forum.about.unwrap().as_str().contains("work"));
    assert!(forum.topics.iter().any(|topic| topic.title.as_str() == "Invoices"));
    assert!(forum.pinned_message.unwrap().text.unwrap().as_str().contains("Invoice 2041"));
}

#[tokio::test]
async fn a_channel_names_its_discussion_and_forbids_to_post() {
    let desk = Desk::open().await;
    let channel = desk.perform::<GetChat>(json!({"chat": "https://t.me/lantern_weekly"})).await;
    assert_eq!(channel.chat.kind, ChatKind::Channel);
    assert_eq!(channel.linked_chat.as_deref(), Some("-1000000000703"));
    assert!(!channel.my_rights.can_send);
}

#[tokio::test]
async fn a_person_is_told_with_what_is_known_of_them() {
    let desk = Desk::open().await;
    let bob = desk.perform::<GetChat>(json!({"chat": "@bob_lindqvist", "response_format": "detailed"})).await;
    let person = bob.person.unwrap();
    assert!(person.is_contact);
    assert_eq!(person.is_blocked, Some(false));
    assert_eq!(person.phone.as_deref(), Some("+15550002"));
    assert!(bob.my_rights.can_send && bob.chat.is_mine);
}

#[tokio::test]
async fn a_basic_group_is_told_in_full() {
    let desk = Desk::open().await;
    // The list of chats makes its id known.
    let groups = desk.perform::<ListChats>(json!({"kind": "group"})).await;
    let id = &groups.items[0].chat.id;
    let group = desk.perform::<GetChat>(json!({"chat": id})).await;
    assert_eq!(group.my_rights.role, Some(MemberRole::Owner));
    assert_eq!(group.admins, Some(1));
    let members = desk.perform::<ListMembers>(json!({"chat": id, "limit": 4})).await;
    assert_eq!(members.items.len(), 4);
    let rest = desk.perform::<ListMembers>(json!({"chat": id, "limit": 4, "cursor": members.next_cursor})).await;
    assert_eq!(rest.items.len(), 2);
    assert!(!rest.has_more);
}

#[tokio::test]
async fn members_are_listed_by_page_role_and_name() {
    let desk = Desk::open().await;
    let chat = "@product_team_hub";
    let mut seen = HashSet::new();
    let mut cursor = None;
    loop {
        let page = desk.perform::<ListMembers>(json!({"chat": chat, "limit": 4, "cursor": cursor})).await;
        for member in page.items {
            assert!(seen.insert(member.user.id));
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 9);
    let owner = desk.perform::<ListMembers>(json!({"chat": chat, "role": "owner"})).await;
    assert_eq!(owner.items[0].user.name.as_str(), "Bob Lindqvist");
    assert_eq!(owner.items.len(), 1);
    let bots = desk.perform::<ListMembers>(json!({"chat": chat, "role": "bot"})).await;
    assert_eq!(bots.items.len(), 2);
    let named = desk.perform::<ListMembers>(json!({"chat": chat, "query": "carol"})).await;
    assert_eq!(named.items[0].user.name.as_str(), "Carol Okafor");
    let plain = desk.perform::<ListMembers>(json!({"chat": chat, "role": "member"})).await;
    assert!(plain.items.iter().all(|member| member.role == MemberRole::Member));
    let person = desk.try_to::<ListMembers>(json!({"chat": "@bob_lindqvist"})).await.err().unwrap();
    assert_eq!(person.code, Code::InvalidArgument);
}

#[tokio::test]
async fn topics_go_on_by_their_cursor() {
    let desk = Desk::open().await;
    let chat = "@product_team_hub";
    let whole = desk.perform::<ListTopics>(json!({"chat": chat})).await;
    assert_eq!(whole.items.len(), 5);
    assert!(!whole.has_more);
    let mut seen = HashSet::new();
    let mut cursor = None;
    loop {
        let page = desk.perform::<ListTopics>(json!({"chat": chat, "limit": 2, "cursor": cursor})).await;
        for topic in page.items {
            assert!(seen.insert(topic.id));
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    let found = desk.perform::<ListTopics>(json!({"chat": chat, "query": "travel"})).await;
    assert_eq!(found.items[0].title.as_str(), "Travel");
}

#[tokio::test]
async fn chats_and_topics_are_marked_read() {
    let desk = Desk::open().await;
    let unread = async |chat: &str| {
        let chat = desk.perform::<GetChat>(json!({"chat": chat})).await;
        chat.chat.unread.unwrap()
    };
    for chat in ["@bob_lindqvist", "@lantern_weekly"] {
        assert!(unread(chat).await > 0);
        desk.perform::<MarkRead>(json!({"chat": chat})).await;
        assert_eq!(unread(chat).await, 0);
    }
    let topics = desk.perform::<ListTopics>(json!({"chat": "@product_team_hub", "query": "Meetings"})).await;
    let topic = topics.items[0].id;
    let read = desk.perform::<MarkRead>(json!({"chat": "@product_team_hub", "topic": topic})).await;
    assert_eq!(read.done, "read");
    let topics = desk.perform::<ListTopics>(json!({"chat": "@product_team_hub", "query": "Meetings"})).await;
    assert_eq!(topics.items[0].unread, 0);
}

#[tokio::test]
async fn links_lead_to_chats_and_messages() {
    let desk = Desk::open().await;
    let chat = desk.perform::<ResolveLink>(json!({"link": "https://t.me/open_trails"})).await;
    assert_eq!(chat.chat.chat.title.as_str(), "Open Trails");
    assert!(!chat.chat.is_mine && chat.message.is_none());
    let forum = desk.perform::<GetChat>(json!({"chat": "@product_team_hub"})).await;
    let pinned = forum.pinned_message.unwrap();
    let link = format!("https://t.me/product_team_hub/{}", pinned.id);
    let message = desk.perform::<ResolveLink>(json!({"link": link})).await;
    assert_eq!(message.message.unwrap().id, pinned.id);
    assert_eq!(message.topic.unwrap().title.as_str(), "Invoices");
    let joined = desk.perform::<ResolveLink>(json!({"link": "https://t.me/+weekendHikers01"})).await;
    assert_eq!(joined.chat.chat.title.as_str(), "Weekend Hikers");
}

#[tokio::test]
async fn a_cold_id_says_how_to_make_it_known() {
    let desk = Desk::open().await;
    let failure = desk.try_to::<GetChat>(json!({"chat": "424242"})).await.err().unwrap();
    assert_eq!(failure.code, Code::UnknownChat);
    let failure = desk.try_to::<GetChat>(json!({"chat": "@nobody_of_that_name"})).await.err().unwrap();
    assert_eq!(failure.code, Code::UnknownChat);
}

/// Makes a folder, as its owner does in an official app.
pub(super) async fn make_folder(desk: &Desk, id: i32, title: &str, include: Vec<tl::enums::InputPeer>, news: bool) {
    let account = desk.account().await;
    let title = tl::types::TextWithEntities { text: title.to_owned(), entities: Vec::new() };
    let filter = tl::types::DialogFilter {
        contacts: false,
        non_contacts: false,
        groups: false,
        broadcasts: news,
        bots: false,
        exclude_muted: false,
        exclude_read: false,
        exclude_archived: true,
        title_noanimate: false,
        id,
        title: title.into(),
        emoticon: None,
        color: None,
        pinned_peers: Vec::new(),
        include_peers: include,
        exclude_peers: Vec::new(),
    };
    let request = tl::functions::messages::UpdateDialogFilter { id, filter: Some(filter.into()) };
    assert!(ask(&account, Does::Writes, &request).await.unwrap());
}

#[tokio::test]
async fn folders_are_listed_by_title_or_number() {
    let desk = Desk::open().await;
    desk.perform::<ListChats>(json!({})).await;
    let account = desk.account().await;
    let mut peers = Vec::new();
    for id in [1002, 1005] {
        let peer = account.known.by_id(telegraphist_domain::ChatId(id)).await.unwrap().unwrap();
        peers.push(Account::input_peer(&peer));
    }
    make_folder(&desk, 5, "Two People", peers, false).await;
    make_folder(&desk, 6, "News", Vec::new(), true).await;
    let first = desk.perform::<ListChats>(json!({"folder": "two people", "limit": 1})).await;
    assert_eq!(first.items[0].chat.id, "1002");
    let second = json!({"folder": "two people", "limit": 1, "cursor": first.next_cursor});
    let second = desk.perform::<ListChats>(second).await;
    assert_eq!(second.items[0].chat.id, "1005");
    assert!(!second.has_more);
    let news = desk.perform::<ListChats>(json!({"folder": "6"})).await;
    assert!(!news.items.is_empty());
    assert!(news.items.iter().all(|chat| chat.kind == ChatKind::Channel));
    let unknown = desk.try_to::<ListChats>(json!({"folder": "Nowhere"})).await.err().unwrap();
    assert!(unknown.message.contains("Two People (5)"), "{unknown:?}");
}
