use serde_json::json;
use telegraphist_application::Code;
use telegraphist_application::ambient::SystemClock;
use telegraphist_application::operations::{
    DeleteMessages, EditMessage, ForwardMessages, GetMessages, ListTopics, PinMessage, ReactToMessage, ReadMessages,
    SendMessage,
};
use telegraphist_application::ports::Clock as _;
use telegraphist_application::views::{Sent, SentState};
use telegraphist_sandbox::Fault;

use super::desk::{ALICE, BOB as BOB_ID, Desk};

const BOB: &str = "@bob_lindqvist";
const FORUM: &str = "@product_team_hub";

fn ids(sent: &Sent) -> Vec<i32> {
    sent.items.iter().map(|part| part.message_id.expect("the id is known")).collect()
}

/// How often Bob got this text.
fn received(desk: &Desk, text: &str) -> usize {
    let mail = desk.sandbox.mailbox(BOB_ID, ALICE, 200).unwrap();
    mail.iter().filter(|mail| mail.text == text).count()
}

#[tokio::test]
async fn a_text_is_sent_with_its_formatting() {
    let desk = Desk::open().await;
    let sent = desk.perform::<SendMessage>(json!({"chat": BOB, "text": "a **bold** step"})).await;
    assert_eq!(sent.state, SentState::Sent);
    assert!(!sent.idempotency_key.is_empty() && sent.items[0].date.is_some());
    assert_eq!(received(&desk, "a bold step"), 1);
    let id = ids(&sent)[0];
    let read = json!({"chat": BOB, "message_ids": [id], "response_format": "detailed"});
    let read = desk.perform::<GetMessages>(read).await;
    assert!(read.items[0].is_mine);
    assert!(read.items[0].text.as_ref().unwrap().as_str().contains("**bold**"));
}

#[tokio::test]
async fn a_long_text_is_split_and_a_repeat_sends_nothing() {
    let desk = Desk::open().await;
    let text = "word ".repeat(2_000);
    let arguments = json!({"chat": BOB, "text": text, "format": "plain", "idempotency_key": "long"});
    let sent = desk.perform::<SendMessage>(arguments.clone()).await;
    assert_eq!(sent.items.len(), 3);
    let again = desk.perform::<SendMessage>(arguments).await;
    assert_eq!(ids(&again), ids(&sent));
    assert_eq!(desk.sandbox.counters().calls_of("messages.sendMessage"), 3);
}

#[tokio::test]
async fn a_dry_run_shows_and_sends_nothing() {
    let desk = Desk::open().await;
    let shown = json!({"chat": BOB, "text": "a **bold** step", "dry_run": true});
    let shown = desk.perform::<SendMessage>(shown).await;
    assert_eq!(shown.state, SentState::DryRun);
    assert_eq!(shown.items[0].text.as_deref(), Some("a bold step"));
    assert_eq!(shown.items[0].entities, ["bold 2 4"]);
    assert_eq!(desk.sandbox.counters().calls_of("messages.sendMessage"), 0);
    let empty = desk.try_to::<SendMessage>(json!({"chat": BOB, "text": "  "})).await.err().unwrap();
    assert_eq!(empty.code, Code::InvalidArgument);
}

#[tokio::test]
async fn a_lost_answer_is_found_again_under_the_same_key() {
    let desk = Desk::open().await;
    let arguments = json!({"chat": BOB, "text": "exactly once", "idempotency_key": "once"});
    desk.sandbox.cut_after("messages.sendMessage", Some(1)).unwrap();
    let unknown = desk.try_to::<SendMessage>(arguments.clone()).await.err().unwrap();
    assert_eq!(unknown.code, Code::OutcomeUnknown);
    let sent = desk.perform::<SendMessage>(arguments).await;
    let newest = desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 1})).await;
    assert_eq!(ids(&sent), [newest.items[0].id]);
    assert_eq!(received(&desk, "exactly once"), 1);
}

#[tokio::test]
async fn a_lost_answer_that_cannot_be_told_apart_is_sent_without_an_id() {
    let desk = Desk::open().await;
    let plain = json!({"chat": BOB, "text": "yes"});
    let arguments = json!({"chat": BOB, "text": "yes", "idempotency_key": "yes"});
    desk.sandbox.cut_after("messages.sendMessage", Some(1)).unwrap();
    desk.try_to::<SendMessage>(arguments.clone()).await.err().unwrap();
    desk.perform::<SendMessage>(plain).await;
    let sent = desk.perform::<SendMessage>(arguments).await;
    assert_eq!((sent.state, sent.items[0].message_id), (SentState::Sent, None));
    assert_eq!(received(&desk, "yes"), 2);
}

#[tokio::test]
async fn a_message_that_was_sent_is_no_failure_when_it_cannot_be_looked_up() {
    let desk = Desk::open().await;
    let arguments = json!({"chat": BOB, "text": "out already", "idempotency_key": "blind"});
    desk.sandbox.cut_after("messages.sendMessage", Some(1)).unwrap();
    desk.try_to::<SendMessage>(arguments.clone()).await.err().unwrap();
    desk.sandbox.fault(Fault::once("messages.getHistory", 420, "FLOOD_WAIT_90")).unwrap();
    let sent = desk.perform::<SendMessage>(arguments).await;
    assert_eq!((sent.state, sent.items[0].message_id), (SentState::Sent, None));
    assert_eq!(received(&desk, "out already"), 1);
}

#[tokio::test]
async fn a_split_text_that_was_cut_off_goes_on_under_the_same_key() {
    let desk = Desk::open().await;
    let text = format!("{}{}", "a".repeat(4_096), "b".repeat(100));
    let arguments = json!({"chat": BOB, "text": text, "format": "plain", "idempotency_key": "parts"});
    desk.sandbox.cut_after("messages.sendMessage", Some(1)).unwrap();
    desk.try_to::<SendMessage>(arguments.clone()).await.err().unwrap();
    // The first part is found to have been sent, and the second is refused: what is out is told.
    let fault = Fault::once("messages.sendMessage", 500, "RANDOM_ID_DUPLICATE");
    desk.sandbox.fault(fault).unwrap();
    desk.sandbox.fault(Fault::once("messages.sendMessage", 403, "CHAT_WRITE_FORBIDDEN")).unwrap();
    let partial = desk.try_to::<SendMessage>(arguments.clone()).await.err().unwrap();
    assert_eq!(partial.code, Code::PartiallySent);
    let sent = desk.perform::<SendMessage>(arguments).await;
    assert_eq!(sent.items.len(), 2);
    assert_eq!(received(&desk, &"b".repeat(100)), 1);
    assert_eq!(received(&desk, &"a".repeat(4_096)), 1);
}

#[tokio::test]
async fn replies_and_topics_are_kept() {
    let desk = Desk::open().await;
    let topics = desk.perform::<ListTopics>(json!({"chat": FORUM, "query": "Travel"})).await;
    let topic = topics.items[0].id;
    let in_topic = json!({"chat": FORUM, "text": "The train is on time.", "topic": topic});
    let first = ids(&desk.perform::<SendMessage>(in_topic).await)[0];
    let reply = json!({"chat": FORUM, "text": "Good.", "topic": topic, "reply_to": first, "silent": true});
    let second = ids(&desk.perform::<SendMessage>(reply).await)[0];
    let read = desk.perform::<GetMessages>(json!({"chat": FORUM, "message_ids": [first, second]})).await;
    assert_eq!((read.items[0].topic, read.items[0].reply_to), (Some(topic), None));
    assert_eq!((read.items[1].topic, read.items[1].reply_to), (Some(topic), Some(first)));
}

#[tokio::test]
async fn a_message_waits_for_its_time_and_is_scheduled_once() {
    let desk = Desk::open().await;
    let tomorrow = SystemClock.now().timestamp() + 24 * 60 * 60;
    let tomorrow = chrono::DateTime::from_timestamp(tomorrow, 0).unwrap();
    let later = json!({"chat": BOB, "text": "Good morning", "schedule": tomorrow, "idempotency_key": "later"});
    desk.sandbox.cut_after("messages.sendMessage", Some(1)).unwrap();
    let unknown = desk.try_to::<SendMessage>(later.clone()).await.err().unwrap();
    assert_eq!(unknown.code, Code::OutcomeUnknown);
    let later = desk.perform::<SendMessage>(later).await;
    assert_eq!((later.state, later.items[0].date), (SentState::Scheduled, Some(tomorrow)));
    assert!(later.items[0].message_id.is_some());
    assert_eq!(received(&desk, "Good morning"), 0);
    let past = json!({"chat": BOB, "text": "x", "schedule": "2020-01-01T00:00:00Z"});
    let past = desk.try_to::<SendMessage>(past).await.err().unwrap();
    assert_eq!(past.code, Code::InvalidArgument);
}

#[tokio::test]
async fn telegram_forbids_and_it_is_told() {
    let desk = Desk::open().await;
    let posted = desk.try_to::<SendMessage>(json!({"chat": "@lantern_weekly", "text": "x"})).await.err().unwrap();
    assert_eq!(posted.code, Code::Forbidden);
}

#[tokio::test]
async fn a_message_is_edited_and_an_edit_that_changes_nothing_succeeds() {
    let desk = Desk::open().await;
    let id = ids(&desk.perform::<SendMessage>(json!({"chat": BOB, "text": "first"})).await)[0];
    let edit = json!({"chat": BOB, "message_id": id, "text": "second"});
    for _ in 0..2 {
        let edited = desk.perform::<EditMessage>(edit.clone()).await;
        assert_eq!(edited.message.text.unwrap().as_str(), "second");
        assert_eq!(edited.message.id, id);
    }
    assert_eq!(received(&desk, "second"), 1);
    let theirs = desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 5})).await;
    let theirs = theirs.items.iter().find(|item| !item.is_mine).unwrap().id;
    let foreign = json!({"chat": BOB, "message_id": theirs, "text": "not mine"});
    let foreign = desk.try_to::<EditMessage>(foreign).await.err().unwrap();
    assert_eq!(foreign.code, Code::Forbidden);
}

#[tokio::test]
async fn messages_are_deleted_and_what_is_missing_is_told() {
    let desk = Desk::open().await;
    let id = ids(&desk.perform::<SendMessage>(json!({"chat": BOB, "text": "gone soon"})).await)[0];
    let unconfirmed = json!({"chat": BOB, "message_ids": [id]});
    let unconfirmed = desk.try_to::<DeleteMessages>(unconfirmed).await.err().unwrap();
    assert_eq!(unconfirmed.code, Code::ConfirmationRequired);
    // The id is of the mailbox: named with another chat it must not be deleted.
    let elsewhere = json!({"chat": "@emi_tanaka", "message_ids": [id], "confirm": true});
    let elsewhere = desk.try_to::<DeleteMessages>(elsewhere).await.err().unwrap();
    assert_eq!(elsewhere.code, Code::UnknownMessage);
    assert_eq!(received(&desk, "gone soon"), 1);
    let deleted = json!({"chat": BOB, "message_ids": [id, 2_000_000_000], "confirm": true});
    let deleted = desk.perform::<DeleteMessages>(deleted).await;
    assert_eq!((deleted.message_ids, deleted.missing), (vec![id], vec![2_000_000_000]));
    assert_eq!(received(&desk, "gone soon"), 0);
    let id = ids(&desk.perform::<SendMessage>(json!({"chat": FORUM, "text": "oops"})).await)[0];
    let mine_only = json!({"chat": FORUM, "message_ids": [id], "only_for_me": true, "confirm": true});
    let mine_only = desk.try_to::<DeleteMessages>(mine_only).await.err().unwrap();
    assert_eq!(mine_only.code, Code::InvalidArgument);
    desk.perform::<DeleteMessages>(json!({"chat": FORUM, "message_ids": [id], "confirm": true})).await;
    let read = desk.perform::<GetMessages>(json!({"chat": FORUM, "message_ids": [id]})).await;
    assert_eq!(read.missing, [id]);
}

#[tokio::test]
async fn messages_are_forwarded_once() {
    let desk = Desk::open().await;
    let forum = desk.perform::<ReadMessages>(json!({"chat": FORUM, "limit": 20})).await;
    let originals: Vec<i32> = forum
        .items
        .iter()
        .filter(|item| item.service.is_none() && item.text.is_some())
        .map(|item| item.id)
        .take(2)
        .collect();
    let arguments = json!({
        "from_chat": FORUM, "message_ids": originals, "chat": BOB, "idempotency_key": "forward",
    });
    let shown = json!({"from_chat": FORUM, "message_ids": originals, "chat": BOB, "dry_run": true});
    let shown = desk.perform::<ForwardMessages>(shown).await;
    assert_eq!((shown.state, shown.items.len()), (SentState::DryRun, 2));
    desk.sandbox.cut_after("messages.forwardMessages", Some(1)).unwrap();
    let unknown = desk.try_to::<ForwardMessages>(arguments.clone()).await.err().unwrap();
    assert_eq!(unknown.code, Code::OutcomeUnknown);
    let sent = desk.perform::<ForwardMessages>(arguments).await;
    let read = desk.perform::<GetMessages>(json!({"chat": BOB, "message_ids": ids(&sent)})).await;
    assert_eq!(read.items.len(), 2);
    assert!(read.items.iter().all(|item| item.forwarded_from.is_some()));
    let copy = json!({"from_chat": FORUM, "message_ids": originals[..1], "chat": BOB, "as_copy": true});
    let copy = ids(&desk.perform::<ForwardMessages>(copy).await);
    let read = desk.perform::<GetMessages>(json!({"chat": BOB, "message_ids": copy})).await;
    assert!(read.items[0].forwarded_from.is_none());
    let missing = json!({"from_chat": FORUM, "message_ids": [2_000_000_000], "chat": BOB});
    let missing = desk.try_to::<ForwardMessages>(missing).await.err().unwrap();
    assert_eq!(missing.code, Code::UnknownMessage);
}

#[tokio::test]
async fn messages_are_pinned_and_reacted_to() {
    let desk = Desk::open().await;
    let id = ids(&desk.perform::<SendMessage>(json!({"chat": BOB, "text": "pin me"})).await)[0];
    let item = async || {
        let read = json!({"chat": BOB, "message_ids": [id], "response_format": "detailed"});
        desk.perform::<GetMessages>(read).await.items.remove(0)
    };
    for _ in 0..2 {
        desk.perform::<PinMessage>(json!({"chat": BOB, "message_id": id})).await;
    }
    assert!(item().await.is_pinned);
    desk.perform::<PinMessage>(json!({"chat": BOB, "message_id": id, "unpin": true})).await;
    assert!(!item().await.is_pinned);
    for _ in 0..2 {
        desk.perform::<ReactToMessage>(json!({"chat": BOB, "message_id": id, "emoji": "👍"})).await;
    }
    assert_eq!(item().await.reactions[0].emoji, "👍");
    desk.perform::<ReactToMessage>(json!({"chat": BOB, "message_id": id})).await;
    assert!(item().await.reactions.is_empty());
    let invalid = json!({"chat": BOB, "message_id": id, "emoji": "nonsense"});
    let invalid = desk.try_to::<ReactToMessage>(invalid).await.err().unwrap();
    assert_eq!(invalid.code, Code::InvalidArgument);
    let missing = json!({"chat": BOB, "message_id": 2_000_000_000, "emoji": "👍"});
    let missing = desk.try_to::<ReactToMessage>(missing).await.err().unwrap();
    assert_eq!(missing.code, Code::UnknownMessage);
}
