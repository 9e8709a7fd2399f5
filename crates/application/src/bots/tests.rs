//! What people write and press, from the inbox to what they see.

use secrecy::ExposeSecret as _;
use serde_json::json;
use telegraphist_domain::ChatId;

use super::Reply;
use crate::operations::RequestApproval;
use crate::ports::{Inbox as _, Role, SpokenQuery};
use crate::stage::{BOB, OWNER, Stage};

async fn replies(stage: &Stage) -> Vec<Reply> {
    let query = SpokenQuery { by_people: true, ..SpokenQuery::default() };
    let spoken = stage.app.ports().conversations.spoken_after(&query, 0, 100).await.unwrap();
    let mut replies = Vec::new();
    for one in spoken {
        let content = stage.app.ports().contents.content(one.content).await.unwrap().expect("it is kept");
        replies.push(serde_json::from_slice(content.expose_secret()).unwrap());
    }
    replies
}

#[tokio::test]
async fn what_people_write_is_recorded_once_also_when_it_is_read_twice() {
    let stage = Stage::new().await;
    stage.says(OWNER, "use the other branch").await;
    stage.settle().await;
    let rows = stage.app.ports().inbox.after(stage.bot, 0, 10).await.unwrap();
    let again = crate::ports::Handling::Waiting;
    stage.app.ports().inbox.note_handling(stage.bot, rows[0].position, &again).await.unwrap();
    stage.settle().await;
    let replies = replies(&stage).await;
    assert_eq!(replies.iter().map(|reply| reply.text.as_str()).collect::<Vec<_>>(), ["use the other branch"]);
}

#[tokio::test]
async fn a_command_is_answered_once_also_when_it_is_read_twice() {
    let stage = Stage::new().await;
    stage.says(OWNER, "/help").await;
    stage.nth_to(OWNER, 1).await;
    stage.settle().await;
    let rows = stage.app.ports().inbox.after(stage.bot, 0, 10).await.unwrap();
    let again = crate::ports::Handling::Waiting;
    stage.app.ports().inbox.note_handling(stage.bot, rows[0].position, &again).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.sent_to(ChatId(OWNER.0)).len(), 1);
}

#[tokio::test]
async fn guests_are_told_and_not_recorded() {
    let stage = Stage::new().await;
    stage.let_in(BOB, Role::Guest).await;
    stage.says(BOB, "do something else").await;
    stage.says(BOB, "/pending").await;
    stage.settle().await;
    assert!(replies(&stage).await.is_empty());
}

#[tokio::test]
async fn pending_questions_are_shown_again_and_work() {
    let stage = Stage::new().await;
    stage.says(OWNER, "/pending").await;
    assert_eq!(stage.nth_to(OWNER, 1).await.card.text.text, "No question waits for you.");
    stage.call::<RequestApproval>(json!({ "title": "Deploy?" })).await.unwrap();
    let first = stage.nth_to(OWNER, 2).await;
    stage.says(OWNER, "/pending").await;
    let again = stage.nth_to(OWNER, 3).await;
    stage.settle().await;
    stage.presses(OWNER, again.message, "Approve").await;
    stage.settle().await;
    for message in [first.message, again.message] {
        assert!(stage.shown(message).card.buttons.is_empty(), "both say how it ended");
    }
}

#[tokio::test]
async fn words_that_a_decision_waits_for_can_be_left() {
    let stage = Stage::new().await;
    let options = json!([{ "label": "No, because", "means": "deny_with_reason" }]);
    stage.call::<RequestApproval>(json!({ "title": "Deploy?", "options": options })).await.unwrap();
    let card = stage.nth_to(OWNER, 1).await;
    let told = stage.presses(OWNER, card.message, "No, because").await;
    assert!(told.text.contains("Write the reason"), "{}", told.text);
    stage.says(OWNER, "/cancel").await;
    stage.nth_to(OWNER, 2).await;
    stage.says(OWNER, "unrelated").await;
    stage.settle().await;
    assert_eq!(replies(&stage).await.len(), 1, "it is an answer, and decides nothing");
    assert!(!stage.shown(card.message).card.buttons.is_empty());
}
