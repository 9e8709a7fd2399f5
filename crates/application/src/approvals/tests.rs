//! The contract of questions, point by point, and what people see.

use std::time::Duration;

use serde_json::json;
use telegraphist_domain::{ApprovalId, MessageId};

use crate::failure::{Code, Failure};
use crate::operations::{
    ApproveToolUse, Behavior, CancelApproval, GetApproval, ListApprovals, RequestApproval, WaitForApproval,
};
use crate::ports::{Role, TelegramError};
use crate::stage::{BOB, EVE, OWNER, Stage};
use crate::views::{ApprovalStateName, ApprovalView};

async fn ask(stage: &Stage, arguments: serde_json::Value) -> ApprovalView {
    stage.call::<RequestApproval>(arguments).await.expect("it can be asked")
}

fn bound(command: &str) -> serde_json::Value {
    json!({ "title": "Deploy?", "tool": "Bash", "arguments": { "command": command } })
}

async fn get(stage: &Stage, id: &str) -> ApprovalView {
    stage.call::<GetApproval>(json!({ "approval_id": id })).await.expect("it is there")
}

async fn wait(stage: &Stage, id: &str) -> ApprovalView {
    stage.call::<WaitForApproval>(json!({ "approval_id": id })).await.expect("it is there")
}

fn id(view: &ApprovalView) -> ApprovalId {
    view.approval_id.parse().expect("an id")
}

#[tokio::test]
async fn d1_it_is_stored_before_it_is_shown_and_buttons_carry_an_id_and_an_index_only() {
    let stage = Stage::new().await;
    stage.app.stop_bots().await;
    let asked = ask(&stage, bound("make deploy")).await;
    assert!(stage.app.approval(id(&asked)).await.unwrap().is_some(), "stored while nothing was sent");
    assert!(stage.sent_to(telegraphist_domain::ChatId(OWNER.0)).is_empty());
    let stage = stage.restarted().await;
    let card = stage.nth_to(OWNER, 1).await;
    for button in card.card.buttons.iter().flatten() {
        let crate::cards::Does::Tap(data) = &button.does else { panic!("{}", button.text) };
        assert!(data.len() <= crate::cards::TAP_DATA_MAX);
        let (found, choice) = super::tap_of(data).expect("an id and an index");
        assert_eq!(found, id(&asked));
        assert_eq!(asked.options[choice], button.text);
    }
}

#[tokio::test]
async fn d2_what_is_allowed_is_bound_to_tool_arguments_requester_and_generation_and_taken_up_once() {
    let stage = Stage::new().await;
    let prompt = |command: &str| json!({ "tool_name": "Bash", "input": { "command": command } });
    let read = serde_json::from_value::<ApproveToolUse>;
    let asking = stage.call_as("owner", "agent-1", prompt("ls"), read);
    let tapping = async {
        let card = stage.nth_to(OWNER, 1).await;
        stage.presses(OWNER, card.message, "Allow once").await
    };
    let (answer, _) = tokio::join!(asking, tapping);
    let answer = answer.unwrap();
    assert_eq!(answer.behavior, Behavior::Allow);
    assert_eq!(answer.updated_input, Some(json!({ "command": "ls" })));
    // The same again, other arguments, another life and another principal are each asked anew.
    let others =
        [("owner", "agent-1", "ls"), ("owner", "agent-1", "rm"), ("owner", "agent-2", "ls"), ("eve", "agent-1", "ls")];
    for (at, (principal, generation, command)) in others.into_iter().enumerate() {
        let asking = stage.call_as(principal, generation, prompt(command), read);
        let tapping = async {
            let card = stage.nth_to(OWNER, at + 2).await;
            stage.presses(OWNER, card.message, "Deny").await
        };
        let (answer, _) = tokio::join!(asking, tapping);
        assert_eq!(answer.unwrap().behavior, Behavior::Deny, "{principal} {generation} {command}");
    }
}

#[tokio::test]
async fn d3_the_whole_request_is_readable_or_attached() {
    let stage = Stage::new().await;
    let small = ask(&stage, bound("make deploy")).await;
    let card = stage.nth_to(OWNER, 1).await.card;
    assert!(card.text.text.contains("make deploy") && card.document.is_none());
    let long = "x".repeat(100_000);
    let large = ask(
        &stage,
        json!({ "title": "Deploy?", "description": long, "tool": "Bash", "arguments": { "command": "rm -rf /" } }),
    )
    .await;
    let card = stage.nth_to(OWNER, 2).await.card;
    let document = card.document.expect("the whole of it");
    assert!(document.content.contains(&long) && document.content.contains("rm -rf /"));
    assert!(crate::text::utf16_len(&card.text.text) <= 1024, "it has to fit into a caption");
    assert_ne!(small.approval_id, large.approval_id);
}

#[tokio::test]
async fn d4_only_named_deciders_count_also_when_it_is_taken_up() {
    let stage = Stage::new().await;
    stage.let_in(BOB, Role::User).await;
    let asked = ask(&stage, json!({ "title": "Deploy?", "deciders": [BOB.0.to_string()] })).await;
    let card = stage.nth_to(BOB, 1).await;
    for stranger in [OWNER, EVE] {
        let told = stage.presses(stranger, card.message, "Approve").await;
        assert!(told.is_alert && told.text.contains("not asked"), "{}", told.text);
    }
    assert_eq!(get(&stage, &asked.approval_id).await.state, ApprovalStateName::Pending);
    stage.presses(BOB, card.message, "Approve").await;
    assert_eq!(get(&stage, &asked.approval_id).await.state, ApprovalStateName::Decided);
    // Whoever decided is shut out before it is taken up.
    let prompt = json!({ "tool_name": "Bash", "input": { "command": "ls" } });
    stage.let_in(OWNER, Role::Owner).await;
    let asking = stage.call::<ApproveToolUse>(prompt);
    let deciding = async {
        let card = stage.nth_to(OWNER, 1).await;
        stage.presses(OWNER, card.message, "Deny with a reason…").await;
        stage.says(OWNER, "not on a Friday").await;
    };
    let (answer, ()) = tokio::join!(asking, deciding);
    let answer = answer.unwrap();
    assert_eq!(answer.behavior, Behavior::Deny);
    assert_eq!(answer.message.as_deref(), Some("Denied by Ada: not on a Friday"));
}

#[tokio::test]
async fn d4_nobody_may_decide_who_was_blocked_after_the_card_was_sent() {
    let stage = Stage::new().await;
    stage.let_in(BOB, Role::User).await;
    let asked = ask(&stage, json!({ "title": "Deploy?", "deciders": [BOB.0.to_string()] })).await;
    let card = stage.nth_to(BOB, 1).await;
    stage.let_in(BOB, Role::Blocked).await;
    let told = stage.presses(BOB, card.message, "Approve").await;
    assert!(told.text.contains("not asked"), "{}", told.text);
    assert_eq!(get(&stage, &asked.approval_id).await.state, ApprovalStateName::Pending);
}

#[tokio::test]
async fn d5_the_first_decision_wins_later_taps_are_told_so_and_the_card_says_how_it_ended() {
    let stage = Stage::new().await;
    stage.let_in(BOB, Role::User).await;
    let deciders = json!([OWNER.0.to_string(), BOB.0.to_string()]);
    let asked = ask(&stage, json!({ "title": "Deploy?", "deciders": deciders })).await;
    let (hers, his) = (stage.nth_to(OWNER, 1).await, stage.nth_to(BOB, 1).await);
    let deny = hers.card.buttons.iter().flatten().find(|button| button.text == "Deny").unwrap().does.clone();
    stage.presses(BOB, his.message, "Approve").await;
    let crate::cards::Does::Tap(deny) = deny else { panic!("a tap") };
    let told = stage.taps(OWNER, hers.chat, hers.message, &deny).await;
    assert!(told.is_alert && told.text.starts_with("Already decided by Bob at"), "{}", told.text);
    stage.settle().await;
    for message in [hers.message, his.message] {
        let card = stage.shown(message).card;
        assert!(card.buttons.is_empty(), "no buttons are left");
        assert!(card.text.text.contains("✅ Approve · Bob"), "{}", card.text.text);
    }
    let decision = get(&stage, &asked.approval_id).await.decision.unwrap();
    assert!(decision.is_allowed && decision.index == 0);
}

#[tokio::test]
async fn d5_of_many_taps_at_once_exactly_one_decides() {
    let stage = Stage::new().await;
    let people: Vec<_> = (0..20).map(|n| telegraphist_domain::UserId(2000 + n)).collect();
    for user in &people {
        stage.let_in(*user, Role::User).await;
    }
    let deciders: Vec<String> = people.iter().map(|user| user.0.to_string()).collect();
    let asked = ask(&stage, json!({ "title": "Deploy?", "deciders": deciders })).await;
    stage.settle().await;
    let card = stage.nth_to(people[0], 1).await;
    let crate::cards::Does::Tap(approve) = card.card.buttons[0][0].does.clone() else { panic!("a tap") };
    let taps = people.iter().map(|user| stage.taps(*user, telegraphist_domain::ChatId(user.0), card.message, &approve));
    let told = futures::future::join_all(taps).await;
    assert_eq!(told.iter().filter(|told| !told.is_alert).count(), 1, "one is told that it was done");
    stage.settle().await;
    let decisions = stage.acts_about(&asked.approval_id).await;
    assert_eq!(decisions.iter().filter(|act| act.ends_with("decide allowed")).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn d6_expired_denied_and_cancelled_are_different_and_none_allows() {
    let stage = Stage::new().await;
    let expiring = ask(&stage, json!({ "title": "First?", "expires_in": 60 })).await;
    let denied = ask(&stage, json!({ "title": "Second?" })).await;
    let cancelled = ask(&stage, json!({ "title": "Third?" })).await;
    let card = stage.nth_to(OWNER, 3).await;
    let first = stage.nth_to(OWNER, 1).await;
    let second = stage.nth_to(OWNER, 2).await;
    stage.presses(OWNER, second.message, "Deny").await;
    stage.call::<CancelApproval>(json!({ "approval_id": cancelled.approval_id })).await.unwrap();
    let crate::cards::Does::Tap(approve) = first.card.buttons[0][0].does.clone() else { panic!("a tap") };
    stage.pass(Duration::from_secs(61)).await;
    let told = stage.taps(OWNER, first.chat, first.message, &approve).await;
    assert!(told.text.contains("expired"), "{}", told.text);
    let states = [
        (&expiring, ApprovalStateName::Expired, "⌛ Expired"),
        (&denied, ApprovalStateName::Decided, "❌ Deny"),
        (&cancelled, ApprovalStateName::Cancelled, "🚫 Taken back"),
    ];
    stage.settle().await;
    for (at, (asked, state, words)) in states.into_iter().enumerate() {
        let view = get(&stage, &asked.approval_id).await;
        assert_eq!(view.state, state);
        assert!(view.decision.is_none_or(|decision| !decision.is_allowed), "none of them allows");
        let shown = stage.nth_to(OWNER, at + 1).await.card;
        assert!(shown.text.text.contains(words) && shown.buttons.is_empty(), "{}", shown.text.text);
    }
    assert!(card.message.0 > 0);
}

#[tokio::test(start_paused = true)]
async fn d6_its_time_ends_it_by_itself_after_a_reminder() {
    let stage = Stage::new().await;
    let _here = stage.app.attend("agent-1");
    let asked = ask(&stage, json!({ "title": "Deploy?", "expires_in": 600 })).await;
    let card = stage.nth_to(OWNER, 1).await;
    stage.pass(Duration::from_secs(500)).await;
    let reminder = stage.nth_to(OWNER, 2).await;
    assert!(reminder.card.text.text.contains("Still waiting"), "{}", reminder.card.text.text);
    assert_eq!(reminder.reply_to, Some(card.message.0));
    stage.pass(Duration::from_secs(101)).await;
    let view = wait(&stage, &asked.approval_id).await;
    assert_eq!(view.state, ApprovalStateName::Expired);
}

#[tokio::test]
async fn d7_a_session_rule_an_always_rule_a_reason_and_edited_arguments() {
    let stage = Stage::new().await;
    let prompt = |command: &str| json!({ "tool_name": "Bash", "input": { "command": command } });
    let read = serde_json::from_value::<ApproveToolUse>;
    let mut cards = 0;
    let mut decide = async |command: &str, generation: &str, label: Option<&str>, words: Option<&str>| {
        let asking = stage.call_as("owner", generation, prompt(command), read);
        let deciding = async {
            if let Some(label) = label {
                cards += 1;
                let card = stage.nth_to(OWNER, cards).await;
                stage.presses(OWNER, card.message, label).await;
            }
            if let Some(words) = words {
                stage.says(OWNER, words).await;
                // The answer to the words.
                cards += 1;
                stage.nth_to(OWNER, cards).await;
            }
        };
        tokio::join!(asking, deciding).0.unwrap()
    };
    assert_eq!(decide("ls", "a", Some("Allow for this session"), None).await.behavior, Behavior::Allow);
    assert_eq!(decide("ls", "a", None, None).await.behavior, Behavior::Allow, "nobody is asked again");
    assert_eq!(decide("ls", "b", Some("Always allow exactly this"), None).await.behavior, Behavior::Allow);
    assert_eq!(decide("ls", "c", None, None).await.behavior, Behavior::Allow, "nobody is asked again");
    let edited = decide("rm -rf /", "a", Some("Allow with changes…"), Some("{\"command\": \"rm -rf ./build\"}")).await;
    assert_eq!(edited.updated_input, Some(json!({ "command": "rm -rf ./build" })));
    let rules = stage.app.rules(&crate::Caller::owner()).await.unwrap();
    assert_eq!(rules.len(), 2);
    assert!(rules.iter().all(|rule| rule.made_by == "Ada" && rule.state == "active" && rule.expires.is_some()));
    for rule in &rules {
        stage.app.revoke_rule(&crate::Caller::owner(), &rule.id).await.unwrap();
    }
    let denied = decide("ls", "c", Some("Deny with a reason…"), Some("not now")).await;
    assert_eq!(denied.message.as_deref(), Some("Denied by Ada: not now"), "what was revoked is asked again");
}

#[tokio::test]
async fn d7_options_are_as_the_caller_gave_them() {
    let stage = Stage::new().await;
    let options = json!(["Blue", "Green", { "label": "Neither", "means": "deny" }]);
    let asked = ask(&stage, json!({ "title": "Which colour?", "options": options })).await;
    let card = stage.nth_to(OWNER, 1).await;
    stage.presses(OWNER, card.message, "Green").await;
    let decision = get(&stage, &asked.approval_id).await.decision.unwrap();
    assert_eq!((decision.choice.as_str(), decision.index, decision.is_allowed), ("Green", 1, true));
}

#[tokio::test(start_paused = true)]
async fn d8_a_ticket_is_waited_for_as_often_as_one_likes() {
    let stage = Stage::new().await;
    let asked = ask(&stage, json!({ "title": "Deploy?" })).await;
    let card = stage.nth_to(OWNER, 1).await;
    let waiting = json!({ "approval_id": asked.approval_id, "timeout_seconds": 1 });
    let view = stage.call::<WaitForApproval>(waiting).await.unwrap();
    assert_eq!(view.state, ApprovalStateName::Pending);
    let waiting = wait(&stage, &asked.approval_id);
    let (view, _) = tokio::join!(waiting, stage.presses(OWNER, card.message, "Approve"));
    assert_eq!(view.state, ApprovalStateName::Decided);
    let listed = stage.call::<ListApprovals>(json!({})).await.unwrap();
    assert_eq!(listed.items.len(), 1);
    let read = serde_json::from_value::<GetApproval>;
    let other = stage.call_as("eve", "x", json!({ "approval_id": asked.approval_id }), read).await;
    assert_eq!(other.err().unwrap().code, Code::UnknownApproval, "it is nobody else's");
}

#[tokio::test(start_paused = true)]
async fn d9_after_a_restart_cards_still_work_and_those_of_a_dead_requester_say_so() {
    let stage = Stage::new().await;
    let asked = ask(&stage, json!({ "title": "Deploy?" })).await;
    let orphan = ask(&stage, json!({ "title": "Nobody waits?" })).await;
    let card = stage.nth_to(OWNER, 2).await;
    stage.settle().await;
    let stage = stage.restarted().await;
    let first = stage.nth_to(OWNER, 1).await;
    stage.presses(OWNER, first.message, "Approve").await;
    assert_eq!(get(&stage, &asked.approval_id).await.state, ApprovalStateName::Decided);
    // Nobody of that life came back.
    stage.pass(Duration::from_secs(200)).await;
    let view = wait(&stage, &orphan.approval_id).await;
    assert_eq!(view.state, ApprovalStateName::Cancelled);
    stage.settle().await;
    let shown = stage.shown(card.message).card;
    assert!(shown.text.text.contains("is gone") && shown.buttons.is_empty(), "{}", shown.text.text);
}

#[tokio::test]
async fn d10_every_step_leaves_a_row_of_the_chained_audit_log() {
    let stage = Stage::new().await;
    let asked = ask(&stage, bound("make deploy")).await;
    let card = stage.nth_to(OWNER, 1).await;
    stage.settle().await;
    stage.presses(EVE, card.message, "Approve").await;
    stage.presses(OWNER, card.message, "Approve").await;
    stage.settle().await;
    let acts = stage.acts_about(&asked.approval_id).await;
    let expected =
        ["owner ask ok", "telegram show ok", "telegram:1003 decide not_a_decider", "telegram:1001 decide allowed"];
    assert_eq!(acts, expected);
    assert!(stage.app.ports().audit.rows(1, 1000).await.unwrap().len() >= 4);
}

#[tokio::test(start_paused = true)]
async fn d11_quiet_hours_hold_a_card_back_and_the_caller_sees_until_when() {
    let stage = Stage::new().await;
    let _here = stage.app.attend("agent-1");
    let night = serde_json::from_value(json!({ "from": "23:00", "until": "07:00", "zone": "UTC" })).unwrap();
    stage.app.choose_quiet_hours(&night).await.unwrap();
    let asked = ask(&stage, json!({ "title": "Deploy?", "expires_in": 8 * 3600 })).await;
    assert_eq!(asked.held_until, Some(stage.later(7 * 3600)));
    stage.pass(Duration::from_secs(7 * 3600 - 1)).await;
    assert!(stage.sent_to(telegraphist_domain::ChatId(OWNER.0)).is_empty());
    stage.pass(Duration::from_secs(2)).await;
    let card = stage.nth_to(OWNER, 1).await;
    stage.presses(OWNER, card.message, "Approve").await;
    assert_eq!(get(&stage, &asked.approval_id).await.held_until, None);
    // One whose time ends in the night still expires, and says so.
    stage.clock.advance(Duration::from_hours(17));
    let asked = ask(&stage, json!({ "title": "Deploy?", "expires_in": 60 })).await;
    assert!(asked.held_until.is_some());
    stage.pass(Duration::from_secs(61)).await;
    assert_eq!(wait(&stage, &asked.approval_id).await.state, ApprovalStateName::Expired);
}

#[tokio::test]
async fn d12_who_cannot_be_reached_is_told_of_and_nobody_waits_for_ever() {
    let stage = Stage::new().await;
    stage.refuses(TelegramError::Forbidden { telegram: "BOT_BLOCKED".to_owned() });
    let asked = ask(&stage, json!({ "title": "Deploy?" })).await;
    let view = wait(&stage, &asked.approval_id).await;
    assert_eq!(view.state, ApprovalStateName::Undeliverable);
    assert!(view.why.unwrap().contains("BOT_BLOCKED"));
}

#[tokio::test]
async fn forged_foreign_and_malformed_taps_do_nothing_and_are_answered() {
    let stage = Stage::new().await;
    let asked = ask(&stage, json!({ "title": "Deploy?" })).await;
    let card = stage.nth_to(OWNER, 1).await;
    let unknown = format!("a1:{}:0", uuid::Uuid::from_u128(u128::MAX).simple());
    let beyond = format!("a1:{}:9", id(&asked).0.simple());
    for data in [unknown.as_str(), beyond.as_str(), "a1:x:0", "a1", "", "n1:x:y", "<script>", "a1:::::"] {
        let told = stage.taps(OWNER, card.chat, card.message, data).await;
        assert!(told.is_alert && told.text.contains("nothing was done"), "{data}: {}", told.text);
    }
    assert_eq!(get(&stage, &asked.approval_id).await.state, ApprovalStateName::Pending);
}

#[tokio::test]
async fn the_same_key_is_one_question_and_another_question_under_it_is_refused() {
    let stage = Stage::new().await;
    let arguments = json!({ "title": "Deploy?", "idempotency_key": "k" });
    let (one, two) = (ask(&stage, arguments.clone()).await, ask(&stage, arguments).await);
    assert_eq!(one.approval_id, two.approval_id);
    stage.settle().await;
    assert_eq!(stage.sent_to(telegraphist_domain::ChatId(OWNER.0)).len(), 1);
    let other = stage.call::<RequestApproval>(json!({ "title": "Destroy?", "idempotency_key": "k" })).await;
    assert_eq!(other.err().unwrap().code, Code::IdempotencyKeyReused);
}

#[tokio::test]
async fn questions_that_cannot_be_asked_are_refused_with_what_to_do() {
    let stage = Stage::new().await;
    let many: Vec<String> = (0..200).map(|n| format!("Option {n}")).collect();
    let refused = [
        json!({ "title": " " }),
        json!({ "title": "two\nlines" }),
        json!({ "title": "x".repeat(201) }),
        json!({ "title": "Deploy?", "options": many }),
        json!({ "title": "Deploy?", "options": ["Yes", "Yes"] }),
        json!({ "title": "Deploy?", "options": [""] }),
        json!({ "title": "Deploy?", "tool": "Bash" }),
        json!({ "title": "Deploy?", "expires_in": 1 }),
        json!({ "title": "Deploy?", "deciders": ["@nobody_here"] }),
    ];
    for arguments in refused {
        let refused: Failure = stage.call::<RequestApproval>(arguments.clone()).await.err().expect("it is refused");
        assert_eq!(refused.code, Code::InvalidArgument, "{arguments}: {}", refused.message);
    }
    assert!(stage.sent_to(telegraphist_domain::ChatId(OWNER.0)).is_empty());
}

#[tokio::test]
async fn a_question_of_high_risk_can_need_several_voices() {
    let stage = Stage::with(|settings| settings.approvals.quorum_high = 2).await;
    stage.let_in(BOB, Role::User).await;
    let deciders = json!([OWNER.0.to_string(), BOB.0.to_string()]);
    let asked = ask(&stage, json!({ "title": "Drop the table?", "risk": "high", "deciders": deciders })).await;
    let (hers, his) = (stage.nth_to(OWNER, 1).await, stage.nth_to(BOB, 1).await);
    let told = stage.presses(OWNER, hers.message, "Approve").await;
    assert!(told.text.contains("Somebody else"), "{}", told.text);
    let told = stage.presses(OWNER, hers.message, "Approve").await;
    assert!(told.text.contains("You have said yes already"), "{}", told.text);
    assert_eq!(get(&stage, &asked.approval_id).await.state, ApprovalStateName::Pending);
    stage.presses(BOB, his.message, "Approve").await;
    assert_eq!(get(&stage, &asked.approval_id).await.state, ApprovalStateName::Decided);
}

#[tokio::test]
async fn what_a_card_looks_like() {
    let stage = Stage::new().await;
    ask(
        &stage,
        json!({
            "title": "Deploy to production?",
            "description": "Runs **all** migrations first.",
            "tool": "Bash",
            "arguments": { "command": "make deploy" },
            "risk": "high",
        }),
    )
    .await;
    let pending = stage.nth_to(OWNER, 1).await;
    insta::assert_snapshot!("pending", pending.card.text.text);
    stage.presses(OWNER, MessageId(pending.message.0), "Deny").await;
    stage.settle().await;
    insta::assert_snapshot!("decided", stage.shown(pending.message).card.text.text);
}
