//! The clock of the day is set, forwards and backwards, while things wait for their time: nothing is decided that is over,
//! nothing waits longer than it has to, and waiting itself is by a clock that nobody sets.

use std::time::Duration;

use serde_json::json;
use telegraphist_domain::ChatId;

use crate::cards::Does;
use crate::operations::{GetApproval, RequestApproval, SendTelegramEvent};
use crate::ports::Rate;
use crate::stage::{OWNER, Shown, Stage};
use crate::views::{Accepted, ApprovalStateName, ApprovalView, Arrives};

const DAY: Duration = Duration::from_hours(24);
/// Whoever waits looks at the clock of the day at least this often.
const A_LOOK: Duration = Duration::from_secs(16);

async fn ask(stage: &Stage) -> (ApprovalView, Shown) {
    let asked = stage.call::<RequestApproval>(json!({ "title": "Deploy?", "expires_in": 1800 })).await.expect("asked");
    (asked, stage.nth_to(OWNER, 1).await)
}

async fn state(stage: &Stage, asked: &ApprovalView) -> ApprovalStateName {
    let arguments = json!({ "approval_id": asked.approval_id });
    stage.call::<GetApproval>(arguments).await.expect("it is there").state
}

/// Presses the button even if it is not there any more; gives what the person is told.
async fn press(stage: &Stage, card: &Shown) -> String {
    let Does::Tap(data) = card.card.buttons[0][0].does.clone() else { panic!("a tap") };
    stage.taps(OWNER, card.chat, card.message, &data).await.text
}

async fn tell(stage: &Stage, title: &str) -> Accepted {
    stage.call::<SendTelegramEvent>(json!({ "type": "build_failed", "title": title })).await.expect("accepted")
}

async fn quiet(stage: &Stage, from: &str, until: &str) {
    let quiet = serde_json::from_value(json!({ "from": from, "until": until, "zone": "UTC" })).expect("quiet hours");
    stage.app.choose_quiet_hours(&quiet).await.expect("memory");
}

#[tokio::test]
async fn a_question_whose_end_was_jumped_over_cannot_be_decided_and_stays_so_when_the_clock_goes_back() {
    let stage = Stage::new().await;
    let (asked, card) = ask(&stage).await;
    stage.clock.advance(DAY);
    assert!(press(&stage, &card).await.contains("expired"));
    assert_eq!(state(&stage, &asked).await, ApprovalStateName::Expired);
    stage.clock.set_back(DAY * 2);
    assert!(press(&stage, &card).await.contains("expired"));
    assert_eq!(state(&stage, &asked).await, ApprovalStateName::Expired);
}

#[tokio::test(start_paused = true)]
async fn a_question_whose_end_was_jumped_over_says_so_by_itself() {
    let stage = Stage::new().await;
    let _here = stage.app.attend("agent-1");
    let (asked, card) = ask(&stage).await;
    stage.clock.advance(DAY);
    tokio::time::advance(A_LOOK).await;
    let is_over = |stage: &Stage| stage.shown(card.message).card.buttons.is_empty().then_some(());
    stage.until(is_over).await;
    assert_eq!(state(&stage, &asked).await, ApprovalStateName::Expired);
}

#[tokio::test]
async fn a_question_is_decided_also_when_the_clock_was_set_back_before_it_was_asked() {
    let stage = Stage::new().await;
    let (asked, card) = ask(&stage).await;
    stage.clock.set_back(DAY);
    assert_eq!(state(&stage, &asked).await, ApprovalStateName::Pending);
    assert_eq!(press(&stage, &card).await, "Approve");
    assert_eq!(state(&stage, &asked).await, ApprovalStateName::Decided);
}

#[tokio::test(start_paused = true)]
async fn what_quiet_hours_hold_back_comes_when_the_clock_jumps_over_their_end() {
    let stage = Stage::new().await;
    quiet(&stage, "23:00", "07:00").await;
    assert_eq!(tell(&stage, "one").await.arrives, Some(Arrives::Held));
    tokio::time::advance(A_LOOK).await;
    assert!(stage.sent_to(ChatId(OWNER.0)).is_empty());
    stage.clock.advance(Duration::from_hours(8));
    tokio::time::advance(A_LOOK).await;
    stage.nth_to(OWNER, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_into_the_night_keeps_the_order_and_rings_nobody() {
    let stage = Stage::new().await;
    quiet(&stage, "23:00", "07:00").await;
    stage.clock.advance(Duration::from_hours(12));
    assert_eq!(tell(&stage, "at noon").await.arrives, Some(Arrives::Aloud));
    stage.nth_to(OWNER, 1).await;
    stage.settle().await;
    stage.clock.set_back(Duration::from_hours(10));
    let held = tell(&stage, "in the night").await;
    assert_eq!((held.arrives, held.held_until), (Some(Arrives::Held), Some(stage.later(5 * 3600))));
    tokio::time::advance(A_LOOK).await;
    assert_eq!(stage.sent_to(ChatId(OWNER.0)).len(), 1);
    stage.pass(Duration::from_hours(5)).await;
    let second = stage.nth_to(OWNER, 2).await;
    assert!(second.card.text.text.contains("in the night"));
}

#[tokio::test(start_paused = true)]
async fn a_bot_keeps_its_pace_whatever_the_clock_of_the_day_does() {
    let stage = Stage::with(|settings| {
        settings.paces.chat = Some(Rate { burst: 1, per: Duration::from_secs(1) });
    })
    .await;
    let started = tokio::time::Instant::now();
    for (n, title) in ["one", "two", "three", "four"].into_iter().enumerate() {
        tell(&stage, title).await;
        if n % 2 == 0 { stage.clock.advance(DAY) } else { stage.clock.set_back(DAY * 2) }
    }
    stage.nth_to(OWNER, 4).await;
    let texts: Vec<String> = stage.sent_to(ChatId(OWNER.0)).into_iter().map(|shown| shown.card.text.text).collect();
    for (text, title) in texts.iter().zip(["one", "two", "three", "four"]) {
        assert!(text.contains(title), "{texts:?}");
    }
    let took = started.elapsed();
    assert!(took >= Duration::from_secs(3) && took < Duration::from_secs(30), "{took:?}");
}
