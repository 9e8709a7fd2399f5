//! The real server's own words, byte for byte.

use reqwest::Method;
use serde_json::{Value, json};

use super::robot::{INVOICE_BOT, Robot};
use crate::client::{ALICE, soon};

const TEAM: i64 = -1_000_000_000_701;
const DEPLOY_BOT: i64 = 1102;

async fn table(robot: &Robot, rows: &[(&str, Value, u64, &str)]) {
    for (method, arguments, code, description) in rows {
        let said = robot.no(method, arguments.clone()).await;
        assert_eq!(said, (*code, (*description).to_owned()), "{method} {arguments}");
    }
}

#[tokio::test]
async fn texts_and_chats() {
    let robot = Robot::new().await;
    let to = |text: &str| json!({ "chat_id": ALICE, "text": text });
    table(
        &robot,
        &[
            ("sendMessage", json!({ "chat_id": ALICE }), 400, "Bad Request: message text is empty"),
            ("sendMessage", to(" \n "), 400, "Bad Request: text must be non-empty"),
            ("sendMessage", to(&"x".repeat(4_097)), 400, "Bad Request: message is too long"),
            ("sendMessage", to(&"x".repeat(32_769)), 400, "Bad Request: text is too long"),
            ("sendMessage", json!({ "text": "x" }), 400, "Bad Request: chat_id is empty"),
            ("sendMessage", json!({ "chat_id": 5, "text": "x" }), 400, "Bad Request: chat not found"),
            ("sendMessage", json!({ "chat_id": "@nobody_at_all", "text": "x" }), 400, "Bad Request: chat not found"),
            (
                "sendMessage",
                json!({ "chat_id": ALICE, "text": "x", "parse_mode": "RTF" }),
                400,
                "Bad Request: unsupported parse_mode",
            ),
            (
                "sendMessage",
                json!({ "chat_id": DEPLOY_BOT, "text": "x" }),
                403,
                "Forbidden: the bot can't send messages to the bot",
            ),
            (
                "sendMessage",
                json!({ "chat_id": ALICE, "text": "x", "reply_parameters": { "message_id": 1 } }),
                400,
                "Bad Request: message to be replied not found",
            ),
            (
                "sendMessage",
                json!({ "chat_id": TEAM, "text": "x", "message_thread_id": 1_000_000 }),
                400,
                "Bad Request: message thread not found",
            ),
            (
                "sendMessage",
                json!({ "chat_id": -1_000_000_000_702_i64, "text": "x" }),
                403,
                "Forbidden: bot is not a member of the channel chat",
            ),
        ],
    )
    .await;
    robot.ok("sendMessage", to(&"x".repeat(4_096))).await;
}

#[tokio::test]
async fn marks() {
    let robot = Robot::new().await;
    let marked = |mode: &str, text: &str| json!({ "chat_id": ALICE, "text": text, "parse_mode": mode });
    let cannot = "Bad Request: can't parse entities: ";
    let rows = [
        ("MarkdownV2", "1.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "hello, world *x", "Can't find end of Bold entity at byte offset 13"),
        ("MarkdownV2", "é _x", "Can't find end of Italic entity at byte offset 3"),
        ("Markdown", "a *b", "Can't find end of the entity starting at byte offset 2"),
        ("HTML", "<div>x</div>", "Unsupported start tag \"div\" at byte offset 0"),
        ("HTML", "a</b>", "Unexpected end tag at byte offset 1"),
        ("HTML", "<b>x", "Can't find end tag corresponding to start tag \"b\""),
        ("HTML", "<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""),
    ];
    for (mode, text, reason) in rows {
        assert_eq!(robot.no("sendMessage", marked(mode, text)).await, (400, format!("{cannot}{reason}")));
    }
    let half = json!({ "chat_id": ALICE, "text": "🎉", "entities": [{ "type": "bold", "offset": 1, "length": 1 }] });
    let begins = "Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 0";
    assert_eq!(robot.no("sendMessage", half).await, (400, begins.to_owned()));
}

#[tokio::test]
async fn keyboards() {
    let robot = Robot::new().await;
    let with =
        |button: Value| json!({ "chat_id": ALICE, "text": "x", "reply_markup": { "inline_keyboard": [[button]] } });
    table(
        &robot,
        &[
            (
                "sendMessage",
                with(json!({ "text": "x", "callback_data": "x".repeat(65) })),
                400,
                "Bad Request: BUTTON_DATA_INVALID",
            ),
            (
                "sendMessage",
                with(json!({ "text": "x", "url": "javascript:alert(1)" })),
                400,
                "Bad Request: BUTTON_URL_INVALID",
            ),
            (
                "sendMessage",
                with(json!({ "text": "x" })),
                400,
                "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            ),
            (
                "answerCallbackQuery",
                json!({ "callback_query_id": "17" }),
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn messages_and_files() {
    let robot = Robot::new().await;
    let theirs = robot.sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.say("mine")).expect("said");
    let heard = robot.update("message").await["message_id"].clone();
    assert!(theirs > 0);
    let dice = robot.ok("sendDice", json!({ "chat_id": ALICE })).await["message_id"].clone();
    let gone = |id: &Value| json!({ "chat_id": ALICE, "message_id": id });
    let edit = |id: &Value| json!({ "chat_id": ALICE, "message_id": id, "text": "x" });
    let missing = json!(1);
    table(
        &robot,
        &[
            ("editMessageText", edit(&missing), 400, "Bad Request: message to edit not found"),
            ("editMessageText", edit(&heard), 400, "Bad Request: message can't be edited"),
            ("editMessageText", edit(&dice), 400, "Bad Request: there is no text in the message to edit"),
            ("editMessageText", json!({ "text": "x" }), 400, "Bad Request: message identifier is not specified"),
            ("deleteMessage", gone(&missing), 400, "Bad Request: message to delete not found"),
            ("deleteMessage", json!({ "chat_id": ALICE }), 400, "Bad Request: message identifier is not specified"),
            ("setMessageReaction", gone(&missing), 400, "Bad Request: message to react not found"),
            ("pinChatMessage", gone(&missing), 400, "Bad Request: message to pin not found"),
            ("sendPhoto", json!({ "chat_id": ALICE }), 400, "Bad Request: there is no photo in the request"),
            (
                "sendPhoto",
                json!({ "chat_id": ALICE, "photo": "nothing" }),
                400,
                "Bad Request: wrong file identifier/HTTP URL specified",
            ),
            (
                "getFile",
                json!({ "file_id": "nothing" }),
                400,
                "Bad Request: wrong file_id or the file is temporarily unavailable",
            ),
            (
                "sendPoll",
                json!({ "chat_id": ALICE, "question": "x", "options": [] }),
                400,
                "Bad Request: poll must have at least 1 option",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn addresses_and_tokens() {
    let robot = Robot::new().await;
    let token = &robot.token;
    let invalid = "Unauthorized: invalid token specified";
    let rows = [
        ("/".to_owned(), 404, "Not Found"),
        ("/bot42/getMe".to_owned(), 401, invalid),
        ("/bot0:x/getMe".to_owned(), 401, invalid),
        ("/bot42:unknown/getMe".to_owned(), 401, "Unauthorized"),
        (format!("/bot{token}/getNothing"), 404, "Not Found: method not found"),
        (format!("/bot{token}/test/getNothing"), 404, "Not Found: method not found"),
        (format!("/file/bot{token}/documents/file_1"), 404, "Not Found"),
    ];
    for (path, code, description) in rows {
        let answer = soon(robot.request(Method::GET, &path).send()).await.expect("an answer");
        let status = answer.status().as_u16();
        let answer: Value = soon(answer.json()).await.expect("JSON");
        let wanted = json!({ "ok": false, "error_code": code, "description": description });
        assert_eq!((u64::from(status), answer), (code, wanted), "{path}");
    }
    let garbage = robot.request(Method::POST, &format!("/bot{token}/sendMessage"));
    let garbage = garbage.header("content-type", "application/json").body("{");
    let answer: Value = soon(soon(garbage.send()).await.expect("an answer").json()).await.expect("JSON");
    assert_eq!(answer["description"], "Bad Request: can't parse request JSON");
}
