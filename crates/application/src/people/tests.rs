//! Who is let in, through what they write.

use serde_json::json;
use telegraphist_domain::ChatId;

use super::By;
use crate::arguments::ChatKind;
use crate::caller::Caller;
use crate::failure::Code;
use crate::operations::RequestApproval;
use crate::ports::{Inbox as _, Role};
use crate::stage::{BOB, EVE, OWNER, Stage};

const GROUP: ChatId = ChatId(-1_000_000_000_500);

/// The code in the newest message to somebody.
fn code(stage: &Stage, to: telegraphist_domain::UserId) -> String {
    let text = stage.sent_to(ChatId(to.0)).pop().expect("they were answered").card.text.text;
    let (_, rest) = text.split_once("Your code is ").expect("a code");
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

#[tokio::test]
async fn a_stranger_is_shown_a_code_and_let_in_by_the_owner() {
    let stage = Stage::new().await;
    stage.says(BOB, "hello?").await;
    stage.nth_to(BOB, 1).await;
    let code = code(&stage, BOB);
    assert_eq!(stage.app.role_of(BOB).await.unwrap(), None);
    stage.says(OWNER, &format!("/pair {}", code.to_lowercase())).await;
    let told = stage.nth_to(OWNER, 1).await;
    assert_eq!(told.card.text.text, "Bob is let in as user.");
    assert_eq!(stage.app.role_of(BOB).await.unwrap(), Some(Role::User));
    stage.says(OWNER, &format!("/pair {code}")).await;
    let told = stage.nth_to(OWNER, 2).await;
    assert!(told.card.text.text.starts_with("Nobody waits with this code"), "a code counts once");
}

#[tokio::test]
async fn who_knocks_is_answered_seldom_and_few_wait() {
    let stage = Stage::new().await;
    for _ in 0..5 {
        stage.says(EVE, "/start").await;
    }
    stage.settle().await;
    assert_eq!(stage.sent_to(ChatId(EVE.0)).len(), 2);
    for n in 0..4 {
        stage.says(telegraphist_domain::UserId(3000 + n), "/pair").await;
    }
    stage.settle().await;
    let last = stage.sent_to(ChatId(3003)).pop().unwrap();
    assert!(last.card.text.text.starts_with("Too many people wait"), "{}", last.card.text.text);
}

#[tokio::test]
async fn nobody_gives_more_than_they_have() {
    let stage = Stage::new().await;
    stage.let_in(BOB, Role::Admin).await;
    stage.says(EVE, "hello").await;
    stage.nth_to(EVE, 1).await;
    let code = code(&stage, EVE);
    stage.says(BOB, &format!("/pair {code} admin")).await;
    let told = stage.nth_to(BOB, 1).await;
    assert!(told.card.text.text.starts_with("This is not yours to decide"), "{}", told.card.text.text);
    stage.says(BOB, &format!("/pair {code} guest")).await;
    stage.nth_to(BOB, 2).await;
    assert_eq!(stage.app.role_of(EVE).await.unwrap(), Some(Role::Guest), "the refusal did not use the code up");
    for (by, user, role) in [(BOB, OWNER, Role::Guest), (BOB, BOB, Role::Owner), (EVE, BOB, Role::Guest)] {
        assert!(stage.app.set_role(By::Person(by), user, role).await.is_err());
    }
}

#[tokio::test]
async fn a_group_is_left_alone_until_somebody_who_may_allows_it() {
    let stage = Stage::new().await;
    stage.let_in(BOB, Role::User).await;
    for (who, text) in [(OWNER, "/status"), (BOB, "/pair"), (EVE, "/start"), (OWNER, "hello")] {
        stage.says_in(who, GROUP, ChatKind::Supergroup, text, None).await;
    }
    stage.settle().await;
    assert!(stage.sent_to(GROUP).is_empty());
    stage.says_in(OWNER, GROUP, ChatKind::Supergroup, "/pair@operator_bot", None).await;
    stage.says_in(OWNER, GROUP, ChatKind::Supergroup, "/help", None).await;
    stage.says_in(OWNER, GROUP, ChatKind::Supergroup, "/help@another_bot", None).await;
    stage.says_in(EVE, GROUP, ChatKind::Supergroup, "/help", None).await;
    stage.settle().await;
    assert_eq!(stage.sent_to(GROUP).len(), 2, "it is allowed, and helps who was let in");
    let groups = stage.app.groups(&Caller::owner()).await.unwrap();
    assert_eq!(
        groups.iter().map(|group| (group.chat, group.title.as_str())).collect::<Vec<_>>(),
        [(GROUP, "Night shift")]
    );
}

#[tokio::test]
async fn who_is_blocked_is_not_heard() {
    let stage = Stage::new().await;
    stage.let_in(EVE, Role::Blocked).await;
    stage.says(EVE, "/start").await;
    stage.settle().await;
    assert!(stage.sent_to(ChatId(EVE.0)).is_empty());
}

#[tokio::test]
async fn what_breaks_costs_one_update_and_is_recorded() {
    let stage = Stage::new().await;
    stage.says(OWNER, "break").await;
    stage.says(OWNER, "/help").await;
    let told = stage.nth_to(OWNER, 1).await;
    assert!(told.card.text.text.contains("/pending"), "{}", told.card.text.text);
    stage.settle().await;
    assert_eq!(stage.app.ports().inbox.failed_work(stage.bot, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn with_nobody_there_a_question_says_how_to_let_somebody_in() {
    let stage = Stage::with(|settings| settings.owner = None).await;
    let refused = stage.call::<RequestApproval>(json!({ "title": "Deploy?" })).await.err().unwrap();
    assert_eq!(refused.code, Code::NobodyThere);
    assert!(refused.action.contains("people.owner"), "{}", refused.action);
}
