//! The shortest way through all of it: a message in, a keyboard out, a button pressed, an answer shown.

use grammers_tl_types as tl;
use reqwest::Method;
use serde_json::{Value, json};
use telegraphist_sandbox::Answered;

use super::robot::{INVOICE_BOT, Robot};
use crate::client::{ALICE, Connected, soon};

fn yes_or_no() -> Value {
    json!({ "inline_keyboard": [
        [{ "text": "Yes", "callback_data": "yes", "style": "success" }, { "text": "No", "callback_data": "no" }],
        [{ "text": "More", "url": "https://example.org/more" }],
    ] })
}

#[tokio::test]
async fn a_bot_knows_itself() {
    let robot = Robot::new().await;
    let me = robot.ok("getMe", json!({})).await;
    assert_eq!((me["id"].as_i64(), me["is_bot"].as_bool()), (Some(INVOICE_BOT), Some(true)));
    assert_eq!(me["can_read_all_group_messages"], false);
    let path = format!("/bot{}/GETME?unheard_of=1", robot.token.replace(':', "%3A"));
    let answer = soon(robot.request(Method::GET, &path).send()).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    let counters = robot.sandbox.counters();
    assert_eq!(counters.calls_of("bot.getMe"), 2);
    assert_eq!(counters.unknown_arguments["bot.getMe.unheard_of"], 1);
}

#[tokio::test]
async fn what_a_person_says_arrives_once_and_is_confirmed_by_the_offset() {
    let robot = Robot::new().await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    alice.say("/start now").expect("said");
    let updates = robot.updates(0).await;
    let message = &updates[0]["message"];
    assert_eq!((message["text"].as_str(), message["from"]["id"].as_i64()), (Some("/start now"), Some(ALICE)));
    assert_eq!((message["chat"]["type"].as_str(), message["chat"]["id"].as_i64()), (Some("private"), Some(ALICE)));
    assert_eq!(robot.updates(0).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_poll_waits_until_something_happens() {
    let robot = Robot::new().await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    let before = robot.sandbox.counters().calls_of("bot.getUpdates");
    let (updates, ()) = soon(async {
        tokio::join!(robot.updates(50), async {
            while robot.sandbox.counters().calls_of("bot.getUpdates") == before {
                tokio::task::yield_now().await;
            }
            alice.say("Wake up").expect("said");
        })
    })
    .await;
    assert_eq!(updates[0]["message"]["text"], "Wake up");
}

#[tokio::test]
async fn a_poll_ends_when_its_time_is_over() {
    let robot = Robot::new().await;
    let time_flies = async {
        loop {
            robot.sandbox.advance(std::time::Duration::from_secs(51));
            tokio::task::yield_now().await;
        }
    };
    let updates = soon(async {
        tokio::select! {
            updates = robot.updates(50) => updates,
            () = time_flies => Vec::new(),
        }
    })
    .await;
    assert_eq!(updates, Vec::<Value>::new());
}

#[tokio::test]
async fn a_button_is_pressed_and_answered() {
    let robot = Robot::new().await;
    let sent = robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Pay?", "reply_markup": yes_or_no() })).await;
    assert_eq!(sent["reply_markup"]["inline_keyboard"][0][0]["style"], "success");
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    let letter = &alice.mailbox(1).expect("a mailbox")[0];
    assert_eq!(letter.buttons[0][1].data.as_deref(), Some("no"));
    let (answer, ()) = soon(async {
        tokio::join!(alice.press(letter.id, "Yes"), async {
            let query = robot.update("callback_query").await;
            assert_eq!((query["data"].as_str(), query["from"]["id"].as_i64()), (Some("yes"), Some(ALICE)));
            assert_eq!(query["message"]["message_id"], sent["message_id"]);
            let arguments = json!({ "callback_query_id": query["id"], "text": "Paid", "show_alert": "True" });
            robot.ok("answerCallbackQuery", arguments.clone()).await;
            let late = "Bad Request: query is too old and response timeout expired or query ID is invalid";
            assert_eq!(robot.no("answerCallbackQuery", arguments).await, (400, late.to_owned()));
            let edit = json!({ "chat_id": ALICE, "message_id": sent["message_id"], "text": "Paid." });
            let edited = robot.ok("editMessageText", edit.clone()).await;
            assert_eq!((edited["text"].as_str(), edited.get("reply_markup")), (Some("Paid."), None));
            assert_eq!(robot.no("editMessageText", edit).await.0, 400);
        })
    })
    .await;
    let shown = Answered { text: Some("Paid".to_owned()), alert: true, url: None };
    assert_eq!(answer.expect("pressed"), Some(shown));
    assert_eq!(alice.mailbox(1).expect("a mailbox")[0].text, "Paid.");
}

#[tokio::test]
async fn other_buttons_alone_do_not_look_like_an_edit() {
    let robot = Robot::new().await;
    let sent = robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Pay?", "reply_markup": yes_or_no() })).await;
    let place = json!({ "chat_id": ALICE, "message_id": sent["message_id"] });
    let without = robot.ok("editMessageReplyMarkup", place.clone()).await;
    assert_eq!((without.get("reply_markup"), without["text"].as_str()), (None, Some("Pay?")));
    let same = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same \
                as a current content and reply markup of the message";
    assert_eq!(robot.no("editMessageReplyMarkup", place).await, (400, same.to_owned()));
    let letters = robot.sandbox.mailbox(ALICE, INVOICE_BOT, 1).expect("a mailbox");
    assert!(!letters[0].edited && letters[0].buttons.is_empty());
}

#[tokio::test]
async fn a_press_that_no_bot_answers_ends_without_one() {
    let robot = Robot::new().await;
    robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Pay?", "reply_markup": yes_or_no() })).await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    let id = alice.mailbox(1).expect("a mailbox")[0].id;
    let (answer, ()) = soon(async {
        tokio::join!(alice.press(id, "no"), async {
            let query = robot.update("callback_query").await;
            robot.sandbox.advance(std::time::Duration::from_secs(20));
            robot.ok("answerCallbackQuery", json!({ "callback_query_id": query["id"] })).await;
        })
    })
    .await;
    assert_eq!(answer.expect("pressed"), None);
}

#[tokio::test]
async fn a_client_of_a_person_sees_the_buttons_and_presses_one() {
    let robot = Robot::new().await;
    robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Pay?", "reply_markup": yes_or_no() })).await;
    let alice = Connected::new(&robot.sandbox, Some(ALICE)).await;
    let bot = alice.chat("invoice_helper_bot").await;
    let mut messages = alice.client.iter_messages(bot).limit(1);
    let message = soon(messages.next()).await.expect("an answer").expect("a message");
    let Some(tl::enums::ReplyMarkup::ReplyInlineMarkup(markup)) = message.reply_markup() else {
        panic!("buttons under the message")
    };
    assert_eq!(markup.rows.len(), 2);
    let press = tl::functions::messages::GetBotCallbackAnswer {
        game: false,
        peer: bot.into(),
        msg_id: message.id(),
        data: Some(b"yes".to_vec()),
        password: None,
    };
    let (answer, ()) = soon(async {
        tokio::join!(alice.client.invoke(&press), async {
            let query = robot.update("callback_query").await;
            let answer = json!({ "callback_query_id": query["id"], "url": "https://example.org/paid" });
            robot.ok("answerCallbackQuery", answer).await;
        })
    })
    .await;
    let tl::enums::messages::BotCallbackAnswer::Answer(answer) = answer.expect("an answer");
    assert_eq!(answer.url.as_deref(), Some("https://example.org/paid"));
}
