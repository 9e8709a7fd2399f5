//! Chats, histories, searches.

use std::collections::HashSet;

use grammers_client::InvocationError;

use super::client::{ALICE, Connected, a_box, soon};

#[tokio::test]
async fn a_client_learns_who_it_is() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    assert!(soon(alice.client.is_authorized()).await.expect("an answer"));
    let me = soon(alice.client.get_me()).await.expect("an answer");
    assert_eq!((me.id().bare_id(), me.username()), (Some(ALICE), Some("alice_moreau")));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn every_kind_of_chat_is_listed_with_its_last_message() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let mut dialogs = alice.client.iter_dialogs();
    let mut names = Vec::new();
    while let Some(dialog) = soon(dialogs.next()).await.expect("an answer") {
        assert!(dialog.last_message.is_some(), "{:?} has messages", dialog.peer().name());
        names.push(dialog.peer().name().unwrap_or_default().to_owned());
    }
    for expected in ["Bob", "Weekend Hikers", "Product Team", "Lantern Weekly"] {
        assert!(names.iter().any(|name| name == expected), "{expected} is missing from {names:?}");
    }
}

#[tokio::test]
async fn a_history_is_read_page_by_page_without_gaps() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let bob = alice.chat("bob_lindqvist").await;
    let mut history = alice.client.iter_messages(bob);
    let total = soon(history.total()).await.expect("an answer");
    assert!(total > 200, "several pages are needed for {total} messages");
    let mut ids = Vec::new();
    while let Some(message) = soon(history.next()).await.expect("an answer") {
        ids.push(message.id());
    }
    assert_eq!(ids.len(), total);
    assert!(ids.is_sorted_by(|left, right| left > right), "newest first, none twice");
}

#[tokio::test]
async fn a_search_in_one_chat_finds_only_what_matches() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let bob = alice.chat("bob_lindqvist").await;
    let mut search = alice.client.search_messages(bob).query("invoice");
    let mut found = 0;
    while let Some(message) = soon(search.next()).await.expect("an answer") {
        assert!(message.text().to_lowercase().contains("invoice"), "{}", message.text());
        found += 1;
    }
    assert!(found > 0);
}

#[tokio::test]
async fn a_search_everywhere_goes_through_all_pages() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let mut search = alice.client.search_all_messages().query("invoice");
    let total = soon(search.total()).await.expect("an answer");
    let mut chats = HashSet::new();
    let mut found = 0;
    while let Some(message) = soon(search.next()).await.expect("an answer") {
        chats.insert(message.peer_id());
        found += 1;
    }
    assert_eq!(found, total);
    assert!(chats.len() > 1, "several chats talk about invoices");
}

#[tokio::test]
async fn a_name_that_nobody_has_is_none() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let nobody = soon(alice.client.resolve_username("nobody_has_this")).await.expect("an answer");
    assert!(nobody.is_none());
}

#[tokio::test]
async fn sixty_four_calls_in_flight_are_all_answered() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let calls = (0..64).map(|_| {
        let client = alice.client.clone();
        async move { client.get_me().await }
    });
    for answer in soon(futures::future::join_all(calls)).await {
        assert_eq!(answer.expect("an answer").id().bare_id(), Some(ALICE));
    }
}

#[tokio::test]
async fn a_method_that_the_box_does_not_know_is_refused_and_listed() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let unknown = grammers_client::tl::functions::smsjobs::Join {};
    let error = soon(alice.client.invoke(&unknown)).await.expect_err("a refusal");
    assert!(matches!(&error, InvocationError::Rpc(error) if error.code == 400), "{error}");
    assert!(error.is("INPUT_METHOD_INVALID"));
    assert_eq!(sandbox.counters().unknown.get("smsjobs.join"), Some(&1));
}
