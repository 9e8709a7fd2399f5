//! What waits to be sent, from the outbox to Telegram and back.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use telegraphist_domain::{ChatId, DeliveryId, UserId};

use crate::caller::{CallContext, Caller};
use crate::cards::{Card, SendCard};
use crate::changes::Change;
use crate::failure::Code;
use crate::grants::{ChatPolicy, ChatRule, ChatTarget, Grants};
use crate::operations::{ForwardMessages, RequestApproval, SendMessage};
use crate::ports::{Clock as _, DeliveryQuery, DeliveryState, Lane, Rate, Reception, TelegramError, Urgency};
use crate::stage::{BOB, OWNER, Stage};
use crate::text::Writing;

/// Queues a text for somebody.
async fn say(stage: &Stage, to: UserId, text: &str) -> DeliveryId {
    let lane = Lane { session: stage.bot, chat: ChatId(to.0) };
    let card = Card { text: Writing::default().text(text).finish(), ..Card::default() };
    let send = SendCard::new(lane.session, lane.chat, card);
    let delivery = stage.app.delivery_of_card(lane, &send, Urgency::Final);
    stage.app.enqueue(std::slice::from_ref(&delivery)).await.expect("memory");
    delivery.id
}

async fn state(stage: &Stage, id: DeliveryId) -> DeliveryState {
    stage.app.ports().deliveries.delivery(id).await.unwrap().expect("it was queued").state
}

fn texts(stage: &Stage, to: UserId) -> Vec<String> {
    stage.sent_to(ChatId(to.0)).into_iter().map(|shown| shown.card.text.text).collect()
}

fn wait(seconds: u64) -> TelegramError {
    TelegramError::RateLimited { retry_after: Duration::from_secs(seconds), method: "bot/1001".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_must_wait_keeps_its_order_and_holds_up_nobody_else() {
    let stage = Stage::new().await;
    stage.refuses(wait(90));
    let first = say(&stage, OWNER, "one").await;
    stage.until(|stage| (stage.refused() == 1).then_some(())).await;
    say(&stage, OWNER, "two").await;
    say(&stage, BOB, "hello").await;
    stage.nth_to(BOB, 1).await;
    assert_eq!(state(&stage, first).await, DeliveryState::Queued);
    stage.pass(Duration::from_secs(89)).await;
    assert!(texts(&stage, OWNER).is_empty(), "the wait is obeyed");
    stage.pass(Duration::from_secs(2)).await;
    stage.nth_to(OWNER, 2).await;
    assert_eq!(texts(&stage, OWNER), ["one", "two"]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_the_whole_bot_is_obeyed_by_the_next_process_too() {
    let stage = Stage::new().await;
    for n in 1..=2 {
        stage.refuses(wait(90));
        say(&stage, if n == 1 { OWNER } else { BOB }, "one").await;
        stage.until(|stage| (stage.refused() == n).then_some(())).await;
    }
    stage.settle_attempts().await;
    let stage = stage.restarted().await;
    say(&stage, crate::stage::EVE, "hello").await;
    stage.pass(Duration::from_secs(89)).await;
    assert!(texts(&stage, crate::stage::EVE).is_empty(), "nobody is written to");
    stage.pass(Duration::from_secs(2)).await;
    stage.nth_to(crate::stage::EVE, 1).await;
    stage.nth_to(OWNER, 1).await;
}

#[tokio::test]
async fn a_login_that_is_lost_ends_the_worker_and_what_waits_needs_no_pause() {
    let stage = Stage::new().await;
    stage.refuses(TelegramError::NeedsLogin { reason: "Unauthorized".to_owned() });
    let waiting = say(&stage, OWNER, "one").await;
    while !stage.app.ready_bots().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let delivery = stage.app.ports().deliveries.delivery(waiting).await.unwrap().unwrap();
    assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Queued, 1));
    assert!(delivery.not_before.is_none_or(|at| at <= stage.clock.now()), "{:?}", delivery.not_before);
    let bridges = stage.app.bridges().await.unwrap();
    assert_eq!((bridges.len(), bridges[0].backlog.queued), (1, 1), "it is still seen");
    assert_eq!(bridges[0].health.problem.as_deref(), Some("Unauthorized"));
}

#[tokio::test(start_paused = true)]
async fn a_lost_login_is_recorded_also_when_the_store_fails_at_first() {
    let stage = Stage::new().await;
    stage.fails_to_load_a_session();
    stage.refuses(TelegramError::NeedsLogin { reason: "Unauthorized".to_owned() });
    say(&stage, OWNER, "one").await;
    let recorded = async {
        while !stage.app.ready_bots().await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), recorded).await.expect("it is never recorded");
    assert!(stage.has_failed());
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_signs_in_anew_has_a_worker_though_the_one_before_still_waits() {
    let stage = Stage::new().await;
    stage.leaves_unanswered();
    say(&stage, BOB, "hello").await;
    while stage.is_to_leave_unanswered() {
        tokio::task::yield_now().await;
    }
    stage.refuses(TelegramError::NeedsLogin { reason: "Unauthorized".to_owned() });
    say(&stage, OWNER, "one").await;
    while !stage.app.ready_bots().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    stage.app.sign_in_bot(&Caller::owner(), "operator", &SecretString::from("9000:new")).await.unwrap();
    stage.app.ensure_bots(&Reception::Polling).await.unwrap();
    stage.nth_to(OWNER, 1).await;
}

#[tokio::test]
async fn an_unknown_outcome_is_kept_as_such_and_never_repeated_by_itself() {
    let stage = Stage::new().await;
    stage.refuses(TelegramError::OutcomeUnknown);
    let lost = say(&stage, OWNER, "one").await;
    say(&stage, OWNER, "two").await;
    stage.nth_to(OWNER, 1).await;
    stage.settle().await;
    assert_eq!(texts(&stage, OWNER), ["two"]);
    assert_eq!(state(&stage, lost).await, DeliveryState::Unknown);
    // Only a person who looked lets it be sent again.
    assert!(stage.app.ports().outbox.requeue(lost, stage.clock.now()).await.unwrap());
    stage.app.inner.bell.ring();
    stage.nth_to(OWNER, 2).await;
    assert_eq!(texts(&stage, OWNER), ["two", "one"]);
}

#[tokio::test]
async fn whoever_waits_is_told_which_parts_were_sent_and_what_a_person_can_do() {
    let stage = Stage::new().await;
    let refused = TelegramError::Refused { telegram: "MESSAGE_TOO_STRANGE".to_owned() };
    for (cause, code) in [(refused, "telegram_refused"), (TelegramError::OutcomeUnknown, "outcome_unknown")] {
        stage.refuses(TelegramError::Partial { sent: vec![5, 6], cause: Box::new(cause) });
        let long: SendMessage =
            serde_json::from_value(json!({ "chat": OWNER.0.to_string(), "text": "long" })).expect("its arguments");
        let sent = stage.app.perform(&Caller::owner(), long, CallContext::default()).await;
        let failure = sent.err().expect("it stopped");
        assert_eq!(failure.code, Code::PartiallySent);
        let details = failure.details.expect("they say which");
        assert_eq!((&details["sent"], &details["cause"]), (&json!([5, 6]), &json!(code)));
        assert!(failure.action.contains("`telegraphist outbox requeue`"), "{}", failure.action);
        assert!(!failure.action.contains("Repeat the same call"), "{}", failure.action);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_reached_is_tried_again_until_it_is_a_day_old() {
    let stage = Stage::new().await;
    let unreachable = || TelegramError::Unavailable("no way there".into());
    for _ in 0..3 {
        stage.refuses(unreachable());
    }
    say(&stage, OWNER, "one").await;
    for tries in 1..=3 {
        stage.until(|stage| (stage.refused() == tries).then_some(())).await;
        stage.settle_attempts().await;
        stage.pass(Duration::from_secs(10)).await;
    }
    stage.nth_to(OWNER, 1).await;
    stage.refuses(unreachable());
    let old = say(&stage, OWNER, "two").await;
    stage.until(|stage| (stage.refused() == 4).then_some(())).await;
    stage.settle_attempts().await;
    stage.refuses(unreachable());
    stage.pass(Duration::from_hours(25)).await;
    stage.until(|stage| (stage.refused() == 5).then_some(())).await;
    stage.settle_attempts().await;
    assert_eq!(state(&stage, old).await, DeliveryState::Dead);
}

#[tokio::test]
async fn what_telegram_refuses_has_failed_and_the_next_goes_on() {
    let stage = Stage::new().await;
    stage.refuses(TelegramError::Refused { telegram: "MESSAGE_TOO_STRANGE".to_owned() });
    let refused = say(&stage, OWNER, "one").await;
    say(&stage, OWNER, "two").await;
    stage.nth_to(OWNER, 1).await;
    let delivery = stage.app.ports().deliveries.delivery(refused).await.unwrap().unwrap();
    assert_eq!((delivery.state, delivery.error.as_deref()), (DeliveryState::Failed, Some("MESSAGE_TOO_STRANGE")));
}

#[tokio::test]
async fn somebody_who_shut_the_bot_out_is_remembered_and_forgotten_when_they_write() {
    let stage = Stage::new().await;
    stage.let_in(BOB, crate::ports::Role::User).await;
    stage.refuses(TelegramError::Forbidden { telegram: "BOT_BLOCKED".to_owned() });
    say(&stage, BOB, "one").await;
    stage.settle().await;
    let is_unreachable = async || stage.app.ports().people.person(BOB).await.unwrap().unwrap().is_unreachable;
    assert!(is_unreachable().await);
    stage.says(BOB, "/help").await;
    stage.nth_to(BOB, 1).await;
    assert!(!is_unreachable().await);
}

#[tokio::test]
async fn what_is_forbidden_once_shuts_nobody_out() {
    let stage = Stage::new().await;
    stage.let_in(BOB, crate::ports::Role::User).await;
    stage.refuses(TelegramError::Forbidden { telegram: "VOICE_MESSAGES_FORBIDDEN".to_owned() });
    let refused = say(&stage, BOB, "one").await;
    stage.settle().await;
    assert_eq!(state(&stage, refused).await, DeliveryState::Failed);
    assert!(!stage.app.ports().people.person(BOB).await.unwrap().unwrap().is_unreachable);
}

#[tokio::test(start_paused = true)]
async fn a_bot_speaks_no_faster_than_its_budget_lets_it() {
    let stage = Stage::with(|settings| {
        settings.paces.chat = Some(Rate { burst: 1, per: Duration::from_secs(1) });
    })
    .await;
    for n in 0..3 {
        say(&stage, OWNER, &n.to_string()).await;
    }
    let started = tokio::time::Instant::now();
    stage.nth_to(OWNER, 3).await;
    assert_eq!(texts(&stage, OWNER), ["0", "1", "2"]);
    assert!(started.elapsed() >= Duration::from_secs(2), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_stopped_bridge_keeps_what_waits_also_after_a_restart() {
    let stage = Stage::new().await;
    stage.app.stop_bridge().await.unwrap();
    say(&stage, OWNER, "one").await;
    let stage = stage.restarted().await;
    assert_eq!(stage.app.bridge_state().await.unwrap(), super::BridgeState::Stopped);
    assert!(texts(&stage, OWNER).is_empty());
    stage.app.start_bridge().await.unwrap();
    stage.nth_to(OWNER, 1).await;
}

#[tokio::test]
async fn a_newer_look_of_a_card_replaces_one_that_was_not_sent_yet() {
    let stage = Stage::with(|settings| settings.approvals.quorum_high = 3).await;
    let people = [OWNER, BOB, crate::stage::EVE];
    for user in [BOB, crate::stage::EVE] {
        stage.let_in(user, crate::ports::Role::User).await;
    }
    let deciders: Vec<String> = people.iter().map(|user| user.0.to_string()).collect();
    let arguments = json!({ "title": "Deploy?", "risk": "high", "deciders": deciders });
    let asked = stage.call::<RequestApproval>(arguments).await.unwrap();
    stage.settle().await;
    stage.app.stop_bridge().await.unwrap();
    for user in people {
        let card = stage.nth_to(user, 1).await;
        stage.presses(user, card.message, "Approve").await;
    }
    let query = crate::ports::DeliveryQuery {
        approval: Some(asked.approval_id.parse().unwrap()),
        states: vec![DeliveryState::Replaced],
        ..crate::ports::DeliveryQuery::default()
    };
    let replaced = stage.app.ports().deliveries.deliveries(&query, 100).await.unwrap();
    assert_eq!(replaced.len(), 6, "two older looks of each of three cards");
}

#[tokio::test]
async fn what_becomes_of_a_delivery_is_told_to_those_who_watch() {
    let stage = Stage::new().await;
    let mut watch = stage.app.changes();
    let id = say(&stage, OWNER, "one").await;
    // Taken, then ended.
    for _ in 0..2 {
        while watch.next().await != Change::Delivery(id) {}
    }
    assert_eq!(state(&stage, id).await, DeliveryState::Sent);
}

#[tokio::test(start_paused = true)]
async fn a_forward_is_held_against_both_of_its_chats() {
    let stage = Stage::new().await;
    let (own, other) = (ChatId(OWNER.0), ChatId(BOB.0));
    let rule = ChatRule { verb: None, target: ChatTarget::Chat(own) };
    let grants = Grants { chats: ChatPolicy::of(vec![rule], Vec::new()), ..Grants::everything() };
    let caller = Caller { principal: "token:ci.0".to_owned(), grants };
    for (from, to) in [(own, other), (other, own)] {
        let forward = json!({ "from_chat": from.to_string(), "chat": to.to_string(), "message_ids": [1] });
        let forward: ForwardMessages = serde_json::from_value(forward).expect("it fits");
        let refused = stage.app.perform(&caller, forward, CallContext::default()).await.err().expect("refused");
        assert_eq!(refused.code, Code::UnknownChat, "{from} to {to}");
    }
    let all = stage.app.ports().deliveries.deliveries(&DeliveryQuery::default(), 9).await;
    assert!(all.expect("memory").is_empty(), "nothing is queued");
}
