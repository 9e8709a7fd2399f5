//! Webhooks: a program that is told, and what it may answer.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use serde_json::{Value, json};
use telegraphist_sandbox::{BotFault, BotTrouble};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::robot::{INVOICE_BOT, Robot};
use crate::client::{ALICE, BOB, soon};

/// An update that was brought, and that waits for its answer.
struct Brought {
    headers: HeaderMap,
    update: Value,
    answer: oneshot::Sender<Response<Body>>,
}

impl Brought {
    fn text(&self) -> &str {
        self.update["message"]["text"].as_str().unwrap_or_default()
    }

    fn answer(self, status: u16, body: &str) {
        let answer = Response::builder().status(status).header("content-type", "application/json");
        let _ = self.answer.send(answer.body(Body::from(body.to_owned())).expect("an answer"));
    }
}

/// The bot's own server.
struct Hook {
    url: String,
    brought: mpsc::UnboundedReceiver<Brought>,
}

impl Hook {
    async fn open() -> Self {
        let (told, brought) = mpsc::unbounded_channel();
        let take = move |headers: HeaderMap, body: String| {
            let told = told.clone();
            async move {
                let (answer, answered) = oneshot::channel();
                let update = serde_json::from_str(&body).expect("JSON");
                let _ = told.send(Brought { headers, update, answer });
                answered.await.unwrap_or_default()
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().route("/hook", post(take))).await });
        Self { url, brought }
    }

    async fn next(&mut self) -> Brought {
        soon(self.brought.recv()).await.expect("the hook is open")
    }
}

/// The whole answer of a method, with its description.
async fn whole(robot: &Robot, method: &str, arguments: Value) -> Value {
    soon(robot.raw(method, &arguments).await.json()).await.expect("JSON")
}

#[tokio::test]
async fn a_chat_is_told_in_order_and_another_does_not_wait_for_it() {
    let robot = Robot::new().await;
    let mut hook = Hook::open().await;
    let arguments = json!({ "url": hook.url, "secret_token": "s3cret_-" });
    assert_eq!(whole(&robot, "setWebhook", arguments).await["description"], "Webhook was set");
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    alice.say("one").expect("said");
    alice.say("two").expect("said");
    let first = hook.next().await;
    assert_eq!(
        (first.text(), first.headers["x-telegram-bot-api-secret-token"].to_str().ok()),
        ("one", Some("s3cret_-"))
    );
    assert_eq!(first.headers["content-type"], "application/json");
    robot.sandbox.acting(BOB, INVOICE_BOT).and_then(|bob| bob.say("me")).expect("said");
    let other = hook.next().await;
    assert_eq!(other.text(), "me", "Bob does not wait for Alice");
    other.answer(200, "");
    first.answer(500, "");
    let again = hook.next().await;
    assert_eq!(again.text(), "one", "what was not taken comes again, before what came after it");
    again.answer(200, "");
    let second = hook.next().await;
    assert_eq!(second.text(), "two");
    second.answer(204, "");
}

#[tokio::test]
async fn a_failing_program_is_asked_again_later_and_its_failure_is_told() {
    let robot = Robot::new().await;
    let mut hook = Hook::open().await;
    robot.ok("setWebhook", json!({ "url": hook.url, "allowed_updates": ["message"] })).await;
    robot.sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.say("hello")).expect("said");
    hook.next().await.answer(502, "");
    hook.next().await.answer(418, "");
    // The second pause is real; the world's clock is moved over it as soon as it has begun.
    let info = soon(async {
        loop {
            let info = robot.ok("getWebhookInfo", json!({})).await;
            if info["last_error_message"] == "Wrong response from the webhook: 418 I'm a teapot" {
                return info;
            }
        }
    })
    .await;
    assert_eq!((info["pending_update_count"].as_u64(), info["url"].as_str()), (Some(1), Some(hook.url.as_str())));
    assert_eq!(info["allowed_updates"], json!(["message"]));
    assert!(hook.brought.try_recv().is_err());
    robot.sandbox.advance(Duration::from_secs(2));
    hook.next().await.answer(200, "");
    soon(async { while robot.ok("getWebhookInfo", json!({})).await["pending_update_count"] != 0 {} }).await;
}

#[tokio::test]
async fn a_call_in_the_answer_is_performed() {
    let robot = Robot::new().await;
    let mut hook = Hook::open().await;
    robot.ok("setWebhook", json!({ "url": hook.url })).await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    alice.say("ping").expect("said");
    hook.next().await.answer(200, &json!({ "method": "sendMessage", "chat_id": ALICE, "text": "pong" }).to_string());
    soon(async {
        while alice.mailbox(1).expect("a mailbox")[0].text != "pong" {
            tokio::task::yield_now().await;
        }
    })
    .await;
    alice.say("again").expect("said");
    hook.next().await.answer(200, &json!({ "method": "deleteWebhook" }).to_string());
    alice.say("still there?").expect("said");
    assert_eq!(hook.next().await.text(), "still there?", "a webhook does not take itself away");
}

#[tokio::test]
async fn a_webhook_and_a_poll_exclude_each_other() {
    let robot = Robot::new().await;
    let hook = Hook::open().await;
    let before = robot.sandbox.counters().calls_of("bot.getUpdates");
    let ((), no) = soon(async {
        tokio::join!(
            async {
                while robot.sandbox.counters().calls_of("bot.getUpdates") == before {
                    tokio::task::yield_now().await;
                }
                robot.ok("setWebhook", json!({ "url": hook.url })).await;
            },
            robot.no("getUpdates", json!({ "timeout": 50 }))
        )
    })
    .await;
    assert_eq!(no, (409, "Conflict: terminated by setWebhook request".to_owned()));
    let active =
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
    assert_eq!(robot.no("getUpdates", json!({})).await, (409, active.to_owned()));
    assert_eq!(whole(&robot, "setWebhook", json!({ "url": hook.url })).await["description"], "Webhook is already set");
    let other = whole(&robot, "setWebhook", json!({ "url": "http://127.0.0.1:1/" })).await;
    assert_eq!((other["error_code"].as_u64(), other["parameters"]["retry_after"].as_u64()), (Some(429), Some(1)));
    assert_eq!(whole(&robot, "deleteWebhook", json!({})).await["description"], "Webhook was deleted");
    assert_eq!(whole(&robot, "deleteWebhook", json!({})).await["description"], "Webhook is already deleted");
    robot.sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.say("old news")).expect("said");
    robot.ok("deleteWebhook", json!({ "drop_pending_updates": true })).await;
    assert_eq!(robot.updates(0).await, Vec::<Value>::new());
    assert_eq!(robot.ok("getWebhookInfo", json!({})).await["url"], "");
}

#[tokio::test]
async fn wrong_webhooks_are_refused() {
    let robot = Robot::new().await;
    let url = "http://127.0.0.1:1/";
    let refused = [
        (json!({ "url": "http://" }), "Bad Request: invalid webhook URL specified"),
        (json!({ "url": url, "secret_token": "x".repeat(257) }), "Bad Request: secret token is too long"),
        (json!({ "url": url, "secret_token": "a b" }), "Bad Request: secret token contains unallowed characters"),
    ];
    for (arguments, words) in refused {
        assert_eq!(robot.no("setWebhook", arguments).await, (400, words.to_owned()));
    }
}

#[tokio::test]
async fn updates_come_twice_and_out_of_order_to_order() {
    let robot = Robot::new().await;
    let mut hook = Hook::open().await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    alice.say("one").expect("said");
    alice.say("two").expect("said");
    robot.sandbox.bot_fault(BotFault::once("*", BotTrouble::Disorder)).expect("it is known");
    robot.ok("setWebhook", json!({ "url": hook.url })).await;
    let newest = hook.next().await;
    assert_eq!(newest.text(), "two");
    robot.sandbox.bot_fault(BotFault::once("*", BotTrouble::Twice)).expect("it is known");
    newest.answer(200, "");
    // The next that is taken to the program is the older one of the chat; the doubled one follows.
    let mut texts = Vec::new();
    for _ in 0..2 {
        let brought = hook.next().await;
        texts.push(brought.text().to_owned());
        brought.answer(200, "");
    }
    assert_eq!(texts, ["one", "two"]);
}
