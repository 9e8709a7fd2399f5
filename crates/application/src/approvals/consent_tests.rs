//! What a token may do only if a person allows it.

use std::time::Duration;

use serde_json::{Value, json};
use telegraphist_domain::ChatId;

use crate::caller::{CallContext, Caller};
use crate::failure::{Code, Failure};
use crate::grants::{ChatPolicy, ChatRule, ChatTarget, Grants};
use crate::operation::Effect;
use crate::operations::{DeleteMessages, RequestApproval, SendMessage, SendTelegramMessage};
use crate::pipeline::WouldBe;
use crate::ports::{Execute, Telegram};
use crate::stage::{OWNER, Stage};
use crate::{Operation, Says};

/// Somebody who has to be allowed all changes.
fn token() -> Caller {
    let grants =
        Grants { needs_approval: [Effect::Writes, Effect::Destroys].into_iter().collect(), ..Grants::everything() };
    Caller { principal: "token:ci.0".to_owned(), grants }
}

fn read<O: Operation>(arguments: Value) -> O {
    serde_json::from_value(arguments).expect("arguments fit")
}

async fn perform<O: Operation>(stage: &Stage, caller: &Caller, arguments: Value) -> Result<O::Output, Failure>
where
    dyn Telegram: Execute<O>,
{
    stage.app.perform(caller, read::<O>(arguments), CallContext::default()).await
}

fn delete(id: i32) -> Value {
    json!({ "chat": "-1005", "message_ids": [id], "confirm": true })
}

fn send(key: &str) -> Value {
    json!({ "chat": "-1005", "text": "hello", "idempotency_key": key })
}

/// How often each question was taken up, and what was asked.
async fn acts(stage: &Stage, act: &str) -> usize {
    let rows = stage.app.ports().audit.rows(1, 1_000).await.expect("memory");
    rows.iter().filter(|row| row.entry.operation == act && row.entry.outcome == "ok").count()
}

#[tokio::test]
async fn a_change_waits_for_a_person_and_is_made_once() {
    let stage = Stage::new().await;
    let caller = token();
    let deleting = perform::<DeleteMessages>(&stage, &caller, delete(3));
    let allowing = async {
        let card = stage.nth_to(OWNER, 1).await;
        assert!(card.card.text.text.contains("token:ci.0"), "{}", card.card.text.text);
        assert!(stage.done().is_empty(), "nothing is done before");
        stage.presses(OWNER, card.message, "Allow once").await
    };
    let (deleted, _) = tokio::join!(deleting, allowing);
    assert!(deleted.is_ok());
    assert_eq!(stage.done(), ["delete_messages"]);
    assert_eq!((acts(&stage, "execute").await, acts(&stage, "delete_messages").await), (1, 1));

    // What has no key is another act the next time.
    let deleting = perform::<DeleteMessages>(&stage, &caller, delete(3));
    let denying = async {
        let card = stage.nth_to(OWNER, 2).await;
        stage.presses(OWNER, card.message, "Deny").await
    };
    let (refused, _) = tokio::join!(deleting, denying);
    let refused = refused.err().expect("denied");
    assert_eq!((refused.code, refused.message.as_str()), (Code::Forbidden, "Denied by Ada."));
    assert_eq!(stage.done(), ["delete_messages"]);
}

#[tokio::test(start_paused = true)]
async fn the_same_key_goes_on_with_the_same_question_and_is_done_once() {
    let stage = Stage::new().await;
    let caller = token();
    let refused = perform::<SendMessage>(&stage, &caller, send("k")).await.err().expect("nobody decides");
    assert_eq!(refused.code, Code::ApprovalRequired);
    assert_eq!(refused.details.expect("the key")["idempotency_key"], "k");
    let card = stage.nth_to(OWNER, 1).await;
    let again = perform::<SendMessage>(&stage, &caller, send("k")).await.err().expect("nobody decides still");
    assert_eq!(again.code, Code::ApprovalRequired);
    stage.presses(OWNER, card.message, "Allow once").await;
    for _ in 0..2 {
        assert!(perform::<SendMessage>(&stage, &caller, send("k")).await.is_ok());
    }
    assert_eq!(stage.done(), ["send_message"]);
    assert_eq!((acts(&stage, "ask").await, acts(&stage, "execute").await), (1, 1));
    // Other words under the key were not allowed.
    let other = json!({ "chat": "-1005", "text": "other", "idempotency_key": "k" });
    let other = perform::<SendMessage>(&stage, &caller, other).await.err().expect("another call");
    assert_eq!(other.code, Code::IdempotencyKeyReused);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_given_a_key_is_repeated_with_it() {
    let stage = Stage::new().await;
    let caller = token();
    let first = json!({ "chat": "-1005", "text": "hello" });
    let refused = perform::<SendMessage>(&stage, &caller, first).await.err().expect("nobody decides");
    let key = refused.details.expect("the key")["idempotency_key"].as_str().expect("a text").to_owned();
    let card = stage.nth_to(OWNER, 1).await;
    stage.presses(OWNER, card.message, "Allow once").await;
    assert!(perform::<SendMessage>(&stage, &caller, send(&key)).await.is_ok());
    assert_eq!(acts(&stage, "ask").await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_word_is_for_who_asked_and_what_was_shown() {
    let stage = Stage::new().await;
    let refused = perform::<SendMessage>(&stage, &token(), send("k")).await.err().expect("nobody decides");
    assert_eq!(refused.code, Code::ApprovalRequired);
    let card = stage.nth_to(OWNER, 1).await;
    stage.presses(OWNER, card.message, "Allow once").await;
    let other = Caller { principal: "token:other.1".to_owned(), ..token() };
    let refused = perform::<SendMessage>(&stage, &other, send("k")).await.err().expect("asked about anew");
    assert_eq!(refused.code, Code::ApprovalRequired);
    assert_eq!(acts(&stage, "ask").await, 2);
    assert!(stage.done().is_empty());
}

#[tokio::test]
async fn who_may_not_touch_a_chat_disturbs_nobody_about_it() {
    let stage = Stage::new().await;
    let rule = ChatRule { verb: None, target: ChatTarget::Chat(ChatId(-1005)) };
    let caller = token().narrowed(&Grants { chats: ChatPolicy::of(Vec::new(), vec![rule]), ..Grants::everything() });
    let refused = perform::<SendMessage>(&stage, &caller, send("k")).await.err().expect("kept from it");
    assert_eq!(refused.code, Code::UnknownChat);
    assert_eq!(acts(&stage, "ask").await, 0);
    let rows = stage.app.ports().audit.rows(1, 1_000).await.expect("memory");
    assert!(rows.iter().any(|row| row.entry.outcome == "chat_denied"));
}

#[tokio::test]
async fn asking_and_previews_need_nobodys_word_and_notices_do() {
    let stage = Stage::new().await;
    let caller = token();
    let context = || CallContext { timeout: Some(Duration::from_secs(1)), ..CallContext::default() };
    let asking = read::<RequestApproval>(json!({ "title": "Deploy?" }));
    assert!(stage.app.perform_here(&caller, asking, context()).await.is_ok());
    let notice = read::<SendTelegramMessage>(json!({ "message": "Done." }));
    let refused = stage.app.perform_here(&caller, notice, context()).await.err().expect("nobody decides");
    assert_eq!(refused.code, Code::ApprovalRequired);
}

#[tokio::test]
async fn what_is_explained_is_what_happens() {
    let stage = Stage::new().await;
    let caller = token();
    let told = stage.app.explain(&caller, read::<SendMessage>(send("k"))).await;
    assert_eq!(told.verdict, WouldBe::Asked, "{told:?}");
    let unconfirmed = json!({ "chat": "-1005", "message_ids": [3] });
    let told = stage.app.explain(&caller, read::<DeleteMessages>(unconfirmed)).await;
    assert_eq!(told.verdict, WouldBe::Refused);
    let refusing = told.steps.iter().find(|step| step.says == Says::Refuses).expect("one refuses");
    assert_eq!((refusing.step.as_str(), refusing.code), ("confirmation", Some(Code::ConfirmationRequired)));
    let reader = Caller { grants: Grants { is_read_only: true, ..Grants::everything() }, ..caller };
    let told = stage.app.explain(&reader, read::<SendMessage>(send("k"))).await;
    assert_eq!(told.steps[0].code, Some(Code::Forbidden));
    assert_eq!(acts(&stage, "ask").await, 0, "nobody was asked");
    assert!(stage.done().is_empty());
    let rows = stage.app.ports().audit.rows(1, 1_000).await.expect("memory");
    assert!(rows.iter().all(|row| row.entry.principal != "token:ci.0"), "nothing is written down");
}

#[tokio::test]
async fn a_quota_is_explained_by_its_name_and_not_spent() {
    let stage = Stage::new().await;
    let quotas = ["send_message=1/h".parse().expect("a quota")].into();
    let caller = Caller { grants: Grants { quotas, ..Grants::everything() }, ..token() };
    for _ in 0..3 {
        assert_eq!(stage.app.explain(&caller, read::<SendMessage>(send("k"))).await.verdict, WouldBe::Tried);
    }
    assert!(perform::<SendMessage>(&stage, &caller, send("k")).await.is_ok());
    let told = stage.app.explain(&caller, read::<SendMessage>(send("l"))).await;
    let refusing = told.steps.iter().find(|step| step.says == Says::Refuses).expect("one refuses");
    assert!(refusing.why.contains("send_message=1/h"), "{}", refusing.why);
    assert_eq!(refusing.retry_after_ms, Some(3_600_000));
    let refused = perform::<SendMessage>(&stage, &caller, send("l")).await.err().expect("used up");
    assert_eq!((Some(refused.code), refused.retry_after_ms), (refusing.code, refusing.retry_after_ms));
}
