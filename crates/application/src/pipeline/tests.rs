//! The pipeline on stores in memory, with a Telegram that follows a script.

mod limits;
mod scripted;

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::failure::Code;
use crate::grants::{Grants, Scopes};
use crate::operation::{Class, Scope};
use crate::operations::*;
use crate::ports::{PartState, Rate, TelegramError};
use scripted::{Step, World, operation, sent};

fn send(key: Option<&str>) -> SendMessage {
    operation(json!({ "chat": "@ann", "text": "hi", "idempotency_key": key }))
}

fn me() -> GetMe {
    operation(json!({}))
}

fn unavailable() -> Step {
    Step::Fail(TelegramError::Unavailable("cut".into()))
}

fn my_view() -> Step {
    Step::Answer(json!({ "session": "work", "id": "7", "name": "Ann", "is_bot": false, "is_contact": false }))
}

#[tokio::test(start_paused = true)]
async fn a_read_reaches_telegram_and_comes_back_without_an_audit_row() {
    let world = World::with_session().await;
    world.script([my_view()]);
    let me = world.perform(me()).await.expect("scripted");
    assert_eq!(me.user.id, "7");
    assert_eq!(world.audit().await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_refused_and_leaves_a_row() {
    let world = World::with_session().await;
    let reader = Caller { grants: Grants { is_read_only: true, ..Grants::everything() }, ..Caller::owner() };
    let failure = world.app.perform(&reader, send(None), CallContext::default()).await.err().expect("denied");
    assert_eq!(failure.code, Code::Forbidden);
    assert!(!failure.correlation_id.is_empty());
    let lacking = Grants { scopes: [Scope::ChatsRead].into_iter().collect::<Scopes>(), ..Grants::everything() };
    let caller = Caller::owner().narrowed(&lacking);
    let failure = world.app.perform(&caller, me(), CallContext::default()).await.err().expect("denied");
    assert_eq!(failure.details.expect("says which")["scope"], "account:read");
    assert_eq!(world.audit().await, ["send_message forbidden", "get_me forbidden"]);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_reads() {
    let world = World::with_session().await;
    world.script([sent(None)]);
    let reader = Caller { grants: Grants { is_read_only: true, ..Grants::everything() }, ..Caller::owner() };
    let preview: SendMessage =
        operation(json!({ "chat": "me", "text": "hi", "dry_run": true, "idempotency_key": "k" }));
    assert!(world.app.perform(&reader, preview, CallContext::default()).await.is_ok());
    assert_eq!(world.audit().await, Vec::<String>::new());
    world.script([sent(Some(5))]);
    assert!(world.perform(send(Some("k"))).await.is_ok(), "a dry run does not use its key up");
}

#[tokio::test(start_paused = true)]
async fn the_session_is_the_named_one_or_the_default_or_the_only_one() {
    let world = World::empty();
    let failure = world.failure(me()).await;
    assert_eq!(failure.code, Code::UnknownSession);
    assert!(failure.action.contains("telegraphist login"));

    world.sign_in("work").await;
    world.script([my_view()]);
    assert!(world.perform(me()).await.is_ok());

    let home = world.sign_in("home").await;
    let failure = world.failure(me()).await;
    assert_eq!(failure.details.expect("names them")["sessions"], json!(["work", "home"]));
    world.script([my_view()]);
    assert!(world.perform(operation::<GetMe>(json!({ "session": "home" }))).await.is_ok());
    assert_eq!(world.seen().last().map(|seen| seen.session), Some(home));
    assert_eq!(world.failure(operation::<GetMe>(json!({ "session": "none" }))).await.code, Code::UnknownSession);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_a_caller_may_not_use_is_not_there_for_it() {
    let world = World::empty();
    let (work, home) = (world.sign_in("work").await, world.sign_in("home").await);
    let caller = Caller::owner().narrowed(&Grants { sessions: [home].into_iter().collect(), ..Grants::everything() });
    let me_in = |session: &str| operation::<GetMe>(json!({ "session": session }));
    let perform = |operation| world.app.perform(&caller, operation, CallContext::default());
    let mut refused = Vec::new();
    for session in ["work", &work.to_string(), "none"] {
        let mut failure = perform(me_in(session)).await.err().expect("not there");
        failure.correlation_id.clear();
        assert_eq!(failure.code, Code::UnknownSession);
        refused.push(failure);
    }
    assert!(refused.windows(2).all(|pair| pair[0] == pair[1]), "{refused:?}");
    assert!(!format!("{refused:?}").contains("work"), "{refused:?}");
    assert!(world.seen().is_empty());

    // Its only one is the one it means, however many there are for others.
    world.script([my_view(), my_view()]);
    assert!(perform(me()).await.is_ok() && perform(me_in("home")).await.is_ok());
    assert!(world.seen().iter().all(|seen| seen.session == home));
    let listed = world.app.list_sessions(&caller, ListSessions {}, CallContext::default()).await.expect("in memory");
    assert_eq!(listed.items.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["home"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_login_is_recorded_and_says_what_to_run() {
    let world = World::with_session().await;
    world.script([Step::Fail(TelegramError::NeedsLogin { reason: "SESSION_REVOKED".into() })]);
    for _ in 0..2 {
        let failure = world.failure(me()).await;
        assert_eq!(failure.code, Code::NeedsLogin);
        assert!(failure.action.contains("telegraphist login --session work"), "{}", failure.action);
    }
    assert_eq!(world.seen().len(), 1, "the second call does not ask Telegram again");
}

#[tokio::test(start_paused = true)]
async fn bad_arguments_and_bad_cursors_cost_nothing() {
    let world = World::with_session().await;
    let failure = world.failure(operation::<SearchMessages>(json!({}))).await;
    assert_eq!(failure.code, Code::InvalidArgument);
    let failure = world.failure(operation::<ListChats>(json!({ "cursor": "garbage" }))).await;
    assert_eq!(failure.code, Code::InvalidCursor);
    let failure = world.failure(send(Some(""))).await;
    assert_eq!(failure.code, Code::InvalidArgument);
    assert!(world.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_cursor_works_for_the_same_list_only_and_for_a_day() {
    let world = World::with_session().await;
    world.script([Step::Page(17)]);
    let page = world.perform(operation::<ListChats>(json!({ "unread": true }))).await.expect("a page");
    let cursor = page.next_cursor.expect("there is more");

    world.script([Step::Page(18)]);
    let next = json!({ "unread": true, "limit": 5, "cursor": cursor });
    assert!(world.perform(operation::<ListChats>(next.clone())).await.is_ok());
    assert_eq!(world.seen().last().and_then(|seen| seen.position), Some(17));
    let other = operation::<ListChats>(json!({ "archived": true, "cursor": cursor }));
    assert_eq!(world.failure(other).await.code, Code::InvalidCursor);
    world.sign_in("home").await;
    let elsewhere = operation::<ListChats>(json!({ "unread": true, "cursor": cursor, "session": "home" }));
    assert_eq!(world.failure(elsewhere).await.code, Code::InvalidCursor);
    world.clock.advance(Duration::from_hours(25));
    let late = json!({ "unread": true, "cursor": cursor, "session": "work" });
    assert_eq!(world.failure(operation::<ListChats>(late)).await.code, Code::InvalidCursor);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_undone_needs_to_be_confirmed() {
    let world = World::with_session().await;
    let delete = |confirm: bool| -> DeleteMessages {
        operation(json!({ "chat": "-1005", "message_ids": [1], "confirm": confirm }))
    };
    assert_eq!(world.failure(delete(false)).await.code, Code::ConfirmationRequired);
    world.script([Step::Answer(json!({ "done": "deleted", "chat": { "id": "-1005", "title": "x" } }))]);
    assert!(world.perform(delete(true)).await.is_ok());
    assert_eq!(world.audit().await, ["delete_messages ok"]);
}

#[tokio::test(start_paused = true)]
async fn the_same_key_answers_the_same_and_sends_once() {
    let world = World::with_session().await;
    world.script([sent(Some(5))]);
    for _ in 0..3 {
        let sent = world.perform(send(Some("k"))).await.expect("sent once");
        assert_eq!(sent.items[0].message_id, Some(5));
    }
    assert_eq!(world.seen().len(), 1);
    let mut other = send(Some("k"));
    other.text = "something else".into();
    let failure = world.failure(other).await;
    assert_eq!(failure.code, Code::IdempotencyKeyReused);
    assert_eq!(failure.details.expect("names the key")["idempotency_key"], "k");
    // Another caller's key is another key.
    world.script([sent(Some(6))]);
    let stranger = Caller { principal: "other".into(), ..Caller::owner() };
    let sent = world.app.perform(&stranger, send(Some("k")), CallContext::default()).await.expect("sent");
    assert_eq!(sent.items[0].message_id, Some(6));
}

#[tokio::test(start_paused = true)]
async fn a_call_under_way_is_joined() {
    let world = World::with_session().await;
    world.script([Step::After(Duration::from_secs(3), Box::new(sent(Some(5))))]);
    let (one, two) = tokio::join!(world.perform(send(Some("k"))), world.perform(send(Some("k"))));
    assert_eq!(one.expect("sent").items[0].message_id, Some(5));
    assert_eq!(two.expect("joined").items[0].message_id, Some(5));
    assert_eq!(world.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_unknown_and_the_same_key_goes_on() {
    let world = World::with_session().await;
    world.script([Step::Noted(0, Box::new(Step::Fail(TelegramError::OutcomeUnknown)))]);
    let failure = world.failure(send(None)).await;
    assert_eq!(failure.code, Code::OutcomeUnknown);
    let key = failure.details.expect("has the key")["idempotency_key"].as_str().expect("text").to_owned();

    world.script([sent(Some(5))]);
    assert!(world.perform(send(Some(&key))).await.is_ok());
    let seen = world.seen();
    assert_eq!(seen[1].key, key);
    assert_eq!(seen[1].known, Some(PartState::Started { after: Some(1) }), "what was noted before is known");
    assert_eq!(world.audit().await, ["send_message outcome_unknown", "send_message ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_changed_nothing_gives_the_key_back() {
    let world = World::with_session().await;
    world.script([Step::Fail(TelegramError::Forbidden { telegram: "CHAT_WRITE_FORBIDDEN".into() }), sent(Some(5))]);
    assert_eq!(world.failure(send(Some("k"))).await.code, Code::Forbidden);
    assert!(world.perform(send(Some("k"))).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_key_is_remembered_for_a_week() {
    let world = World::with_session().await;
    world.script([sent(Some(5)), sent(Some(6)), sent(Some(7))]);
    assert!(world.perform(send(Some("k"))).await.is_ok());
    world.clock.advance(Duration::from_hours(7 * 24 - 1));
    assert!(world.perform(send(None)).await.is_ok());
    assert!(world.perform(send(Some("k"))).await.is_ok());
    assert_eq!(world.seen().len(), 2, "the key answered");
    world.clock.advance(Duration::from_hours(2));
    world.script([sent(Some(8))]);
    assert!(world.perform(send(None)).await.is_ok());
    assert!(world.perform(send(Some("k"))).await.is_ok());
    assert_eq!(world.seen().len(), 4, "the key was forgotten");
}

#[tokio::test(start_paused = true)]
async fn a_part_that_was_sent_is_told() {
    let world = World::with_session().await;
    let cause = Box::new(TelegramError::RateLimited { retry_after: Duration::from_secs(90), method: "m".into() });
    world.script([Step::Fail(TelegramError::Partial { sent: vec![5, 6], cause })]);
    let failure = world.failure(send(Some("k"))).await;
    assert_eq!(failure.code, Code::PartiallySent);
    assert_eq!(failure.retry_after_ms, Some(90_000));
    assert!(failure.action.starts_with("Repeat the same call"), "{}", failure.action);
    assert_eq!(
        failure.details.map(|details| *details),
        Some(json!({
            "sent": [5, 6], "cause": "rate_limited", "idempotency_key": "k",
        }))
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_ends_at_its_deadline_and_a_write_cut_off_is_unknown() {
    let world = World::with_session().await;
    let context = || CallContext { timeout: Some(Duration::from_secs(2)), ..CallContext::default() };
    let started = Instant::now();
    world.script([Step::Hang]);
    let failure = world.app.perform(&Caller::owner(), me(), context()).await.err().expect("cut");
    assert_eq!(failure.code, Code::DeadlineExceeded);
    assert_eq!(started.elapsed().as_secs(), 2);
    world.script([Step::Hang]);
    let failure = world.app.perform(&Caller::owner(), send(None), context()).await.err().expect("cut");
    assert_eq!(failure.code, Code::OutcomeUnknown);
    assert_eq!(started.elapsed().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_in_the_past_is_answered_at_once() {
    let world = World::with_session().await;
    let deadline = Some(world.clock_now() - Duration::from_secs(1));
    let context = CallContext { deadline, ..CallContext::default() };
    let failure = world.app.perform(&Caller::owner(), send(None), context).await.err().expect("late");
    assert_eq!(failure.code, Code::DeadlineExceeded);
    assert!(world.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_leaves_does_not_lose_the_outcome_of_a_write() {
    let world = World::with_session().await;
    world.script([Step::After(Duration::from_secs(3), Box::new(sent(Some(5))))]);
    let left = tokio::time::timeout(Duration::from_secs(1), world.perform(send(Some("k")))).await;
    assert!(left.is_err());
    world.app.drain().await;
    assert_eq!(world.audit().await, ["send_message ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_read_ends() {
    let world = World::with_session().await;
    world.script([Step::Hang]);
    let context = CallContext::default();
    context.cancel.cancel();
    let failure = world.app.perform(&Caller::owner(), me(), context).await.err().expect("cancelled");
    assert_eq!(failure.code, Code::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_panic_below_is_a_failure() {
    let world = World::with_session().await;
    world.script([Step::Panic, Step::Panic]);
    assert_eq!(world.failure(me()).await.code, Code::Internal);
    assert_eq!(world.failure(send(None)).await.code, Code::OutcomeUnknown);
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_telegram_is_remembered_then_waited_out() {
    let world = World::with_session().await;
    world.script([Step::Fail(TelegramError::RateLimited {
        retry_after: Duration::from_secs(90),
        method: "users.getUsers".into(),
    })]);
    for _ in 0..2 {
        let failure = world.failure(me()).await;
        assert_eq!((failure.code, failure.retry_after_ms), (Code::RateLimited, Some(90_000)));
    }
    assert_eq!(world.seen().len(), 1, "the second call obeys without asking");
    world.clock.advance(Duration::from_secs(85));
    let started = Instant::now();
    world.script([my_view()]);
    assert!(world.perform(me()).await.is_ok());
    assert_eq!(started.elapsed().as_secs(), 5, "what is left fits and is waited out");
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_looking_up_names_stops_only_what_looks_up() {
    let world = World::with_session().await;
    world.script([Step::Fail(TelegramError::RateLimited {
        retry_after: Duration::from_hours(1),
        method: "contacts.resolveUsername".into(),
    })]);
    assert_eq!(world.failure(operation::<GetChat>(json!({ "chat": "@annie" }))).await.code, Code::RateLimited);
    world.script([Step::Fail(TelegramError::UnknownChat)]);
    assert_eq!(world.failure(operation::<GetChat>(json!({ "chat": "77" }))).await.code, Code::UnknownChat);
    assert_eq!(world.failure(operation::<GetChat>(json!({ "chat": "@bobby" }))).await.code, Code::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_used_up_says_when_to_come_back() {
    let rate = Rate { burst: 2, per: Duration::from_mins(2) };
    let budgets = Budgets { search: Some(rate), ..Budgets::unlimited() };
    assert_eq!(budgets.of(Class::Search), Some(rate));
    let world = World::with_budgets(budgets).await;
    world.script([Step::Page(1), Step::Page(2)]);
    let find = || operation::<FindChats>(json!({ "query": "x" }));
    assert!(world.perform(find()).await.is_ok());
    assert!(world.perform(find()).await.is_ok());
    let failure = world.failure(find()).await;
    assert_eq!(failure.code, Code::RateLimited);
    assert!(failure.retry_after_ms.is_some_and(|wait| wait > 10_000), "{failure:?}");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_cannot_be_reached_rests_and_is_probed() {
    let world = World::with_session().await;
    let shown = async || {
        let listed = world.app.list_sessions(&Caller::owner(), ListSessions {}, CallContext::default()).await;
        listed.expect("in memory").items.remove(0).connection.expect("it is signed in")
    };
    assert_eq!(shown().await, "idle");
    world.script((0..5).map(|_| unavailable()));
    for _ in 0..5 {
        assert_eq!(world.failure(me()).await.code, Code::Unavailable);
        // The last one is enough.
        assert!(["connected", "resting"].contains(&shown().await.as_str()));
    }
    assert_eq!(shown().await, "resting");
    let failure = world.failure(me()).await;
    assert_eq!(world.seen().len(), 5, "the sixth is not tried");
    assert_eq!(failure.retry_after_ms, Some(60_000));
    tokio::time::advance(Duration::from_mins(1)).await;
    world.script([my_view(), my_view(), my_view(), my_view()]);
    for _ in 0..4 {
        assert!(world.perform(me()).await.is_ok());
    }
    assert_eq!(shown().await, "connected");
}

#[tokio::test(start_paused = true)]
async fn refusals_of_telegram_do_not_open_the_circuit() {
    let world = World::with_session().await;
    for _ in 0..10 {
        world.script([Step::Fail(TelegramError::Refused { telegram: "PEER_ID_INVALID".into() })]);
        assert_eq!(world.failure(me()).await.code, Code::TelegramRefused);
    }
    assert_eq!(world.seen().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn updates_arrive_in_order_and_wake_who_waits() {
    use futures::StreamExt as _;

    let world = World::with_session().await;
    let session = world.sign_in("home").await;
    world.receive(session, &["a", "b"]).await;
    let mut updates = Box::pin(world.app.updates(session, 0));
    let mut keys = Vec::new();
    for _ in 0..2 {
        keys.push(updates.next().await.expect("stored").expect("readable").entry.dedupe_key);
    }
    let (next, ()) = tokio::join!(updates.next(), world.receive(session, &["b", "c"]));
    keys.push(next.expect("arrived").expect("readable").entry.dedupe_key);
    assert_eq!(keys, ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn failures_say_what_happened_and_what_to_do() {
    use crate::operation::Refused;
    use crate::ports::{FileError, StoreError, VaultError};

    let world = World::with_session().await;
    let io = || std::io::Error::other("not for callers");
    let errors = [
        TelegramError::UnknownChat,
        TelegramError::UnseenId,
        TelegramError::UnknownMessage,
        TelegramError::Invalid(Refused::new("limit", "must be 1 to 100")),
        TelegramError::Invalid(Refused::new("cursor", "was made by another version")),
        TelegramError::Forbidden { telegram: "CHAT_WRITE_FORBIDDEN".into() },
        TelegramError::Forbidden { telegram: "SOMETHING_ELSE".into() },
        TelegramError::Unsupported { instead: "use a user account" },
        TelegramError::OutcomeUnknown,
        TelegramError::DeadlineExceeded,
        TelegramError::Cancelled,
        TelegramError::Unavailable("not for callers".into()),
        TelegramError::Refused { telegram: "SOMETHING_INVALID".into() },
        TelegramError::File(FileError::Outside { allowed: vec!["/data/downloads".into()] }),
        TelegramError::File(FileError::TooLarge { limit: 8 << 20 }),
        TelegramError::File(FileError::UrlRefused("the address is private".into())),
        TelegramError::File(FileError::Io(io())),
        TelegramError::Store(StoreError::Full(Box::new(io()))),
        TelegramError::Store(StoreError::Unavailable(Box::new(io()))),
        TelegramError::Store(StoreError::Vault(VaultError::Locked("the key file is missing".into()))),
    ];
    let mut told = Vec::new();
    for error in errors {
        world.script([Step::Fail(error)]);
        let mut failure =
            world.failure(operation::<EditMessage>(json!({ "chat": "7", "message_id": 1, "text": "x" }))).await;
        failure.correlation_id.clear();
        told.push(serde_json::to_string_pretty(&failure).expect("plain data"));
    }
    assert!(told.iter().all(|failure| !failure.contains("not for callers")));
    insta::assert_snapshot!(told.join("\n"));
}
