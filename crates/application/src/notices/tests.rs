//! Notices from the call to the phone, and back as an answer.

use futures::future::join_all;
use serde_json::json;
use telegraphist_domain::ChatId;

use super::{Mode, QuietHours};
use crate::arguments::ChatKind;
use crate::caller::{CallContext, Caller};
use crate::delivery::BridgeState;
use crate::failure::{Code, Failure};
use crate::grants::Grants;
use crate::operation::Scope;
use crate::operations::*;
use crate::ports::{Conversations as _, Deliveries as _, Role, SpokenQuery};
use crate::readable::text_of;
use crate::stage::{BOB, OWNER, Stage};
use crate::views::{Accepted, Arrives, Responses};

async fn event(stage: &Stage, more: serde_json::Value) -> Result<Accepted, Failure> {
    let mut arguments = json!({ "type": "build_failed", "title": "Build Failed: main" });
    for (name, value) in more.as_object().expect("arguments") {
        arguments[name] = value.clone();
    }
    stage.call::<SendTelegramEvent>(arguments).await
}

/// How many messages all conversations have.
async fn spoken(stage: &Stage) -> usize {
    stage.store.spoken_after(&SpokenQuery::default(), 0, 1000).await.expect("memory").len()
}

#[tokio::test]
async fn everybody_who_wants_to_be_told_is_told() {
    let stage = Stage::new().await;
    stage.let_in(BOB, Role::User).await;
    let accepted = event(&stage, json!({ "description": "**3** errors" })).await.expect("accepted");
    assert!(accepted.is_new && accepted.arrives == Some(Arrives::Aloud) && accepted.hint.is_none());
    assert_eq!(accepted.deliveries.len(), 2);
    for person in [OWNER, BOB] {
        let shown = stage.nth_to(person, 1).await;
        assert_eq!(shown.card.text.text, "❌ Build Failed: main\nBuild failed · claude-code\n\n3 errors");
    }
    stage.settle().await;
    let delivery = accepted.deliveries[0].delivery_id.parse().expect("an id");
    let delivery = stage.store.delivery(delivery).await.expect("memory").expect("it is there");
    let conversation = delivery.conversation.expect("it belongs to one");
    let query = SpokenQuery { conversation: Some(conversation), ..SpokenQuery::default() };
    assert_eq!(stage.store.spoken_after(&query, 0, 10).await.expect("memory").len(), 1);
}

#[tokio::test]
async fn a_chat_that_was_let_in_can_be_named_and_no_other() {
    let stage = Stage::new().await;
    stage.let_in(BOB, Role::Guest).await;
    let accepted = event(&stage, json!({ "chat": BOB.0.to_string() })).await.expect("accepted");
    assert_eq!(accepted.deliveries.iter().map(|at| at.chat.as_str()).collect::<Vec<_>>(), [BOB.0.to_string()]);
    assert!(event(&stage, json!({ "chat": "-100777" })).await.is_err());
    assert_eq!(spoken(&stage).await, 1);
}

#[tokio::test]
async fn the_same_event_twice_is_sent_once() {
    let stage = Stage::new().await;
    for key in ["event_id", "idempotency_key"] {
        let first = event(&stage, json!({ key: format!("{key}-1") })).await.expect("accepted");
        let again = event(&stage, json!({ key: format!("{key}-1") })).await.expect("accepted before");
        assert!(first.is_new && !again.is_new && again.arrives.is_none());
        assert_eq!(first.deliveries[0].delivery_id, again.deliveries[0].delivery_id);
        let other = event(&stage, json!({ key: format!("{key}-1"), "description": "else" })).await;
        assert_eq!(other.err().map(|failure| failure.code), Some(Code::IdempotencyKeyReused));
    }
    stage.settle().await;
    assert_eq!(stage.sent_to(ChatId(OWNER.0)).len(), 2);
}

#[tokio::test]
async fn what_was_cut_short_is_completed_by_the_same_key() {
    let stage = Stage::new().await;
    event(&stage, json!({ "event_id": "e" })).await.expect("accepted");
    stage.let_in(BOB, Role::User).await;
    let again = event(&stage, json!({ "event_id": "e" })).await.expect("accepted");
    assert_eq!((again.is_new, again.deliveries.len()), (true, 2));
    stage.settle().await;
    let counts = [OWNER, BOB].map(|person| stage.sent_to(ChatId(person.0)).len());
    assert_eq!(counts, [1, 1]);
}

#[tokio::test]
async fn a_burst_loses_nothing_and_repeats_in_it_are_one() {
    let stage = Stage::new().await;
    let calls = (0..120).map(|n| {
        let event_id = format!("e{}", n % 100);
        let stage = &stage;
        async move { event(stage, json!({ "event_id": event_id })).await.expect("accepted") }
    });
    let accepted = join_all(calls).await;
    assert_eq!(accepted.iter().filter(|accepted| accepted.is_new).count(), 100);
    assert_eq!(spoken(&stage).await, 100);
    for n in 0..20 {
        assert_eq!(accepted[n].deliveries[0].delivery_id, accepted[n + 100].deliveries[0].delivery_id);
    }
    let conversations = stage.store.conversations(10).await.expect("memory");
    assert_eq!((conversations.len(), conversations[0].written), (1, 100));
}

#[tokio::test]
async fn nobody_is_told_what_the_mode_leaves_out() {
    let stage = Stage::new().await;
    stage.app.choose_mode(Mode::Muted).await.expect("memory");
    let skipped = event(&stage, json!({})).await.expect("answered");
    assert!(!skipped.is_new && skipped.arrives == Some(Arrives::Skipped) && skipped.deliveries.is_empty());
    assert!(skipped.hint.expect("it says why").contains("muted"));
    let alert = json!({ "title": "CPU", "current_value": 97.5, "threshold": 90, "severity": "critical" });
    let alert = stage.call::<SendPerformanceAlert>(alert).await.expect("accepted");
    assert_eq!(alert.arrives, Some(Arrives::Silently));
    assert_eq!(spoken(&stage).await, 1);
}

#[tokio::test]
async fn quiet_hours_hold_a_notice_back() {
    let stage = Stage::new().await;
    let quiet: QuietHours =
        serde_json::from_value(json!({ "from": "22:00", "until": "07:00", "zone": "UTC" })).expect("quiet hours");
    stage.app.choose_quiet_hours(&quiet).await.expect("memory");
    // The stage's clock stands at midnight.
    let held = event(&stage, json!({})).await.expect("accepted");
    assert_eq!(held.arrives, Some(Arrives::Held));
    assert_eq!(held.held_until, Some(stage.later(7 * 3600)));
    stage.settle().await;
    assert!(stage.sent_to(ChatId(OWNER.0)).is_empty());
}

#[tokio::test]
async fn words_and_finished_tasks_reach_people() {
    let stage = Stage::new().await;
    let message = json!({ "message": "Lunch at *noon*?" });
    stage.call::<SendTelegramMessage>(message).await.expect("accepted");
    assert_eq!(stage.nth_to(OWNER, 1).await.card.text.text, "💬 claude-code\n\nLunch at noon?");
    let done = json!({ "task_id": "t1", "title": "Parser", "results": "All green", "duration_ms": 61_000 });
    stage.call::<SendTaskCompletion>(done).await.expect("accepted");
    let text = "✅ Parser\nTask completed · claude-code\n\nAll green\n\nTask: t1\nDuration: 1 min 1 s";
    assert_eq!(stage.nth_to(OWNER, 2).await.card.text.text, text);
}

#[tokio::test]
async fn a_tap_on_a_notice_is_an_answer_in_its_conversation() {
    let stage = Stage::new().await;
    event(&stage, json!({ "data": { "options": ["Retry", "Leave it"] } })).await.expect("accepted");
    let shown = stage.nth_to(OWNER, 1).await;
    let answer = stage.presses(OWNER, shown.message, "Retry").await;
    assert_eq!(answer.text, "Retry ✓");
    stage.settle().await;
    let answers = SpokenQuery { by_people: true, ..SpokenQuery::default() };
    assert_eq!(stage.store.spoken_after(&answers, 0, 10).await.expect("memory").len(), 1);
    assert_eq!(stage.store.conversations(10).await.expect("memory").len(), 1);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_what_to_give() {
    let stage = Stage::new().await;
    for (wrong, said) in [
        (json!({ "type": "build_fail" }), "did you mean build_failed?"),
        (json!({ "title": " \u{7} " }), "title"),
        (json!({ "title": "x".repeat(201) }), "1 to 200 characters"),
        (json!({ "data": { "stack_trac": "x" } }), "did you mean stack_trace"),
        (json!({ "topic": 3 }), "name its chat"),
        (json!({ "task_id": "" }), "task_id"),
        (json!({ "description": "x".repeat(300_000) }), "256 kB"),
    ] {
        let failure = event(&stage, wrong).await.err().expect("it is refused");
        assert_eq!(failure.code, Code::InvalidArgument);
        assert!(failure.message.contains(said), "{} does not say {said}", failure.message);
    }
    assert_eq!(spoken(&stage).await, 0);
}

async fn responses(stage: &Stage, arguments: serde_json::Value) -> Responses {
    stage.call::<GetTelegramResponses>(arguments).await.expect("answered")
}

fn texts(responses: &Responses) -> Vec<&str> {
    responses.items.iter().map(|item| item.text.as_str()).collect()
}

#[tokio::test]
async fn answers_are_given_again_until_they_are_processed() {
    let stage = Stage::new().await;
    let data = json!({ "actions": [{ "text": "Retry", "action": "retry_build" }] });
    event(&stage, json!({ "event_id": "e1", "task_id": "t", "data": data })).await.expect("accepted");
    let shown = stage.nth_to(OWNER, 1).await;
    stage.presses(OWNER, shown.message, "Retry").await;
    stage.says(OWNER, "and tell me").await;
    stage.settle().await;
    for _ in 0..2 {
        let given = responses(&stage, json!({})).await;
        assert_eq!(texts(&given), ["Retry", "and tell me"]);
        let answers = given.items[0].answers.as_ref().expect("it answers the notice");
        assert_eq!((answers.event_id.as_str(), answers.task_id.as_deref()), ("e1", Some("t")));
        assert_eq!(answers.action.as_deref(), Some("retry_build"));
    }
    let first = responses(&stage, json!({ "limit": 1 })).await;
    assert!(first.has_more && texts(&first) == ["Retry"]);
    let second = responses(&stage, json!({ "limit": 1, "cursor": first.next_cursor })).await;
    assert!(!second.has_more && second.next_cursor.is_none() && texts(&second) == ["and tell me"]);
    let up_to = json!({ "up_to": first.items[0].response_id });
    let noted = stage.call::<ProcessPendingResponses>(up_to).await.expect("noted");
    assert_eq!(texts(&noted), ["Retry"]);
    assert_eq!(texts(&responses(&stage, json!({})).await), ["and tell me"]);
    stage.call::<ProcessPendingResponses>(json!({})).await.expect("noted");
    assert!(responses(&stage, json!({})).await.items.is_empty());
    let all = responses(&stage, json!({ "since": stage.later(-60) })).await;
    assert_eq!(texts(&all), ["Retry", "and tell me"]);
}

#[tokio::test]
async fn an_answer_to_one_agent_is_not_given_to_another() {
    let stage = Stage::new().await;
    event(&stage, json!({})).await.expect("accepted");
    let shown = stage.nth_to(OWNER, 1).await;
    stage.says_in(OWNER, shown.chat, ChatKind::Private, "yes", Some(shown.message.0)).await;
    stage.settle().await;
    let read = serde_json::from_value::<GetTelegramResponses>;
    let other = stage.call_as("ci", "1", json!({}), read).await.expect("answered");
    assert!(other.items.is_empty());
    assert_eq!(texts(&responses(&stage, json!({})).await), ["yes"]);
}

#[tokio::test]
async fn delivery_that_is_stopped_says_so_and_goes_on_when_it_is_started() {
    let stage = Stage::new().await;
    let stopped = stage.call::<StopBridge>(json!({})).await.expect("stopped");
    assert!(stopped.state == BridgeState::Stopped && !stopped.bots[0].is_delivering);
    let accepted = event(&stage, json!({})).await.expect("accepted");
    assert!(accepted.hint.expect("it says so").contains("start_bridge"));
    let waiting = stage.call::<GetBridgeStatus>(json!({})).await.expect("answered");
    assert_eq!(waiting.bots[0].queued, 1);
    assert!(stage.sent_to(ChatId(OWNER.0)).is_empty());
    let running = stage.call::<EnsureBridgeRunning>(json!({})).await.expect("started");
    assert!(running.state == BridgeState::Running && running.bots[0].is_delivering);
    stage.nth_to(OWNER, 1).await;
}

#[tokio::test]
async fn modes_are_switched_by_whoever_may() {
    let stage = Stage::new().await;
    assert_eq!(stage.call::<GetBridgeStatus>(json!({})).await.expect("answered").mode, Mode::Local);
    assert_eq!(stage.call::<SwitchToNomadMode>(json!({})).await.expect("switched").mode, Mode::Nomad);
    let grants =
        Grants { scopes: [Scope::NotifySend, Scope::NotifyRead].into_iter().collect(), ..Grants::everything() };
    let caller = Caller::owner().narrowed(&grants);
    let refused = stage.app.perform_here(&caller, SwitchToMuteMode {}, CallContext::default()).await;
    assert_eq!(refused.err().map(|failure| failure.code), Some(Code::Forbidden));
    assert_eq!(stage.call::<GetBridgeStatus>(json!({})).await.expect("answered").mode, Mode::Nomad);
}

#[tokio::test]
async fn event_types_are_listed_by_category() {
    let stage = Stage::new().await;
    let all = stage.call::<ListEventTypes>(json!({})).await.expect("answered");
    assert_eq!(all.items.len(), 47);
    let git = stage.call::<ListEventTypes>(json!({ "category": "git" })).await.expect("answered");
    assert_eq!(git.items.len(), 7);
    assert!(text_of(&git).starts_with("git_commit: branch_name, commit_hash"));
}

#[tokio::test]
async fn only_what_was_processed_is_cleared() {
    let stage = Stage::new().await;
    event(&stage, json!({})).await.expect("accepted");
    let shown = stage.nth_to(OWNER, 1).await;
    for words in ["old", "also old"] {
        stage.says_in(OWNER, shown.chat, ChatKind::Private, words, Some(shown.message.0)).await;
    }
    stage.settle().await;
    stage.clock.advance(std::time::Duration::from_hours(25));
    let clear = || stage.call::<ClearOldResponses>(json!({ "confirm": true }));
    let unconfirmed = stage.call::<ClearOldResponses>(json!({})).await;
    assert_eq!(unconfirmed.err().map(|failure| failure.code), Some(Code::ConfirmationRequired));
    assert_eq!(clear().await.expect("cleared").cleared, 0);
    let first = responses(&stage, json!({ "limit": 1 })).await;
    let up_to = json!({ "up_to": first.items[0].response_id });
    stage.call::<ProcessPendingResponses>(up_to).await.expect("noted");
    assert_eq!(clear().await.expect("cleared").cleared, 1);
    let left = responses(&stage, json!({ "since": "2020-01-01T00:00:00Z" })).await;
    assert_eq!(texts(&left), ["also old"]);
}
