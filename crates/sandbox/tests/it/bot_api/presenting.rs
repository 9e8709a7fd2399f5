//! How bots present themselves, signs that they are at work, and what they are told of reactions and votes.

use std::time::Duration;

use grammers_tl_types as tl;
use serde_json::json;
use telegraphist_sandbox::{FileKind, Sending};

use super::robot::{INVOICE_BOT, Robot};
use crate::client::{ALICE, BOB, Connected, soon};

const TEAM: i64 = -1_000_000_000_701;

#[tokio::test]
async fn commands_are_kept_by_scope_and_shown_to_people() {
    let robot = Robot::new().await;
    let pay = json!([{ "command": "/pay", "description": "Pays" }]);
    robot.ok("setMyCommands", json!({ "commands": pay })).await;
    let german = json!([{ "command": "zahlen", "description": "Zahlt" }]);
    let private = json!({ "type": "all_private_chats" });
    robot.ok("setMyCommands", json!({ "commands": german, "scope": private, "language_code": "de" })).await;
    assert_eq!(robot.ok("getMyCommands", json!({})).await, json!([{ "command": "pay", "description": "Pays" }]));
    let asked = json!({ "scope": private, "language_code": "de" });
    assert_eq!(robot.ok("getMyCommands", asked.clone()).await, german);
    robot.ok("deleteMyCommands", asked.clone()).await;
    assert_eq!(robot.ok("getMyCommands", asked).await, json!([]));
    let wrong = json!({ "commands": [{ "command": "Größe", "description": "x" }] });
    assert_eq!(robot.no("setMyCommands", wrong).await, (400, "Bad Request: BOT_COMMAND_INVALID".to_owned()));
    let nowhere = json!({ "commands": pay, "scope": { "type": "chat", "chat_id": 5 } });
    assert_eq!(robot.no("setMyCommands", nowhere).await, (400, "Bad Request: chat not found".to_owned()));

    let alice = Connected::new(&robot.sandbox, Some(ALICE)).await;
    let bot: tl::enums::InputPeer = alice.chat("invoice_helper_bot").await.into();
    let tl::enums::InputPeer::User(bot) = bot else { panic!("a user") };
    let bot = tl::types::InputUser { user_id: bot.user_id, access_hash: bot.access_hash };
    let asked = tl::functions::users::GetFullUser { id: bot.into() };
    let tl::enums::users::UserFull::Full(full) = soon(alice.client.invoke(&asked)).await.expect("an answer");
    let tl::enums::UserFull::Full(full) = full.full_user;
    let Some(tl::enums::BotInfo::Info(info)) = full.bot_info else { panic!("a bot") };
    assert_eq!(info.commands.map(|commands| commands.len()), Some(1));
}

#[tokio::test]
async fn names_and_descriptions_are_kept_by_language() {
    let robot = Robot::new().await;
    robot.ok("setMyName", json!({ "name": "Bills" })).await;
    robot.ok("setMyName", json!({ "name": "Rechnungen", "language_code": "de" })).await;
    assert_eq!(robot.ok("getMyName", json!({ "language_code": "de" })).await["name"], "Rechnungen");
    assert_eq!(robot.ok("getMyName", json!({ "language_code": "fr" })).await["name"], "Bills");
    assert_eq!(robot.ok("getMe", json!({})).await["first_name"], "Bills");
    for (set, get, field) in [
        ("setMyDescription", "getMyDescription", "description"),
        ("setMyShortDescription", "getMyShortDescription", "short_description"),
    ] {
        assert_eq!(robot.ok(get, json!({})).await[field], "");
        robot.ok(set, json!({ field: "It reminds" })).await;
        assert_eq!(robot.ok(get, json!({})).await[field], "It reminds");
    }
    let app = json!({ "type": "web_app", "text": "Open", "web_app": { "url": "https://example.org/" } });
    robot.ok("setChatMenuButton", json!({ "chat_id": ALICE, "menu_button": app })).await;
    robot.ok("setChatMenuButton", json!({ "menu_button": { "type": "commands" } })).await;
    assert_eq!(robot.ok("getChatMenuButton", json!({ "chat_id": ALICE })).await, app);
    assert_eq!(robot.ok("getChatMenuButton", json!({ "chat_id": BOB })).await, json!({ "type": "commands" }));
}

#[tokio::test]
async fn a_draft_grows_is_stopped_and_gives_way_to_a_message() {
    let robot = Robot::new().await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    let draft = |text: &str| json!({ "chat_id": ALICE, "draft_id": 5, "text": text, "can_stop": true });
    robot.ok("sendMessageDraft", draft("Let me")).await;
    robot.ok("sendMessageDraft", draft("Let me see")).await;
    assert_eq!(alice.draft().expect("she looks").as_deref(), Some("Let me see"));
    alice.stop().expect("she may");
    let stopped = robot.update("stopped_message_generation").await;
    assert_eq!((stopped["draft_id"].as_i64(), stopped["chat"]["id"].as_i64()), (Some(5), Some(ALICE)));
    assert_eq!(alice.draft().expect("she looks"), None);
    robot.ok("sendMessageDraft", draft("Well")).await;
    robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Well." })).await;
    assert_eq!(alice.draft().expect("she looks"), None, "a message takes its place");
    robot.ok("sendMessageDraft", draft("Again")).await;
    robot.sandbox.advance(Duration::from_secs(30));
    assert_eq!(alice.draft().expect("she looks"), None, "nobody wrote on");
    let group = json!({ "chat_id": TEAM, "draft_id": 5, "text": "x" });
    assert_eq!(robot.no("sendMessageDraft", group).await.0, 400);
    assert_eq!(robot.no("sendMessageDraft", json!({ "chat_id": ALICE, "draft_id": 0, "text": "x" })).await.0, 400);
    robot.ok("sendChatAction", json!({ "chat_id": ALICE, "action": "upload_photo" })).await;
    let dancing = json!({ "chat_id": ALICE, "action": "dancing" });
    assert_eq!(
        robot.no("sendChatAction", dancing).await,
        (400, "Bad Request: wrong parameter action in request".to_owned())
    );
}

#[tokio::test]
async fn reactions_are_told_to_admins_that_want_to_know() {
    let robot = Robot::new().await;
    let sent = robot.ok("sendMessage", json!({ "chat_id": TEAM, "text": "Like it?" })).await;
    let id = i32::try_from(sent["message_id"].as_i64().expect("a number")).expect("it is small");
    let bob = robot.sandbox.acting(BOB, TEAM).expect("a member");
    robot.ok("getUpdates", json!({ "allowed_updates": ["message_reaction"], "offset": -1 })).await;
    bob.react(id, "👍").expect("reacted");
    assert_eq!(robot.updates(0).await, Vec::<serde_json::Value>::new(), "it is no admin");
    bob.appoint(INVOICE_BOT, true).expect("he may");
    bob.react(id, "🔥").expect("reacted");
    let told = robot.update("message_reaction").await;
    assert_eq!((told["user"]["id"].as_i64(), told["message_id"].as_i64()), (Some(BOB), Some(id.into())));
    assert_eq!(
        (told["old_reaction"][0]["emoji"].as_str(), told["new_reaction"][0]["emoji"].as_str()),
        (Some("👍"), Some("🔥"))
    );
}

#[tokio::test]
async fn votes_are_told_to_the_bot_that_asked() {
    let robot = Robot::new().await;
    let poll = json!({ "chat_id": TEAM, "question": "Where?", "options": ["Lake", "Hill"], "is_anonymous": false, "open_period": 60 });
    let sent = robot.ok("sendPoll", poll).await;
    let id = i32::try_from(sent["message_id"].as_i64().expect("a number")).expect("it is small");
    robot.sandbox.acting(BOB, TEAM).and_then(|bob| bob.vote(id, &[1])).expect("he may");
    let poll = robot.update("poll").await;
    assert_eq!(poll["options"][1]["voter_count"], 1);
    let vote = robot.update("poll_answer").await;
    assert_eq!((vote["user"]["id"].as_i64(), &vote["option_ids"]), (Some(BOB), &json!([1])));
    robot.sandbox.advance(Duration::from_secs(61));
    assert_eq!(robot.update("poll").await["is_closed"], true);
    assert!(robot.sandbox.acting(1005, TEAM).and_then(|emi| emi.vote(id, &[0])).is_err());
}

#[tokio::test]
async fn keyboards_are_tapped_and_files_arrive() {
    let robot = Robot::new().await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    assert!(alice.tap("Pay").is_err(), "there is no keyboard yet");
    let keyboard = json!({ "keyboard": [["Pay", { "text": "My number", "request_contact": true }]] });
    robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "What now?", "reply_markup": keyboard })).await;
    alice.tap("Pay").expect("it is there");
    assert_eq!(robot.update("message").await["text"], "Pay");
    alice.tap("My number").expect("it is there");
    assert_eq!(robot.update("message").await["contact"]["user_id"], ALICE);
    let gone = json!({ "remove_keyboard": true });
    robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Thanks", "reply_markup": gone })).await;
    assert!(alice.tap("Pay").is_err());
    let picture = include_bytes!("../../../assets/sunset.jpg").to_vec();
    alice
        .send(Sending { kind: FileKind::Photo, bytes: picture, caption: "Look".to_owned(), ..Sending::default() })
        .expect("sent");
    let photo = robot.update("message").await;
    assert_eq!((photo["caption"].as_str(), photo["photo"].as_array().map(Vec::len)), (Some("Look"), Some(1)));
    let voice = Sending { kind: FileKind::Voice, bytes: b"OggS".to_vec(), seconds: 3, ..Sending::default() };
    alice.send(voice).expect("sent");
    assert_eq!(robot.update("message").await["voice"]["duration"], 3);
    let note = Sending { name: "a.txt".to_owned(), bytes: b"text".to_vec(), ..Sending::default() };
    alice.send(note).expect("sent");
    assert_eq!(robot.update("message").await["document"]["file_name"], "a.txt");
}
