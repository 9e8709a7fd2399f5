//! What bots send: words in every mark-up, files up and down, albums, polls, places, and what people see of it.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::robot::{INVOICE_BOT, Robot};
use crate::client::{ALICE, BOB, soon};

const PICTURE: &[u8] = include_bytes!("../../../assets/sunset.jpg");
const TEAM: i64 = -1_000_000_000_701;

impl Robot {
    /// Uploads a file in an argument of this name, in a part that either has that name or is attached.
    async fn upload(
        &self,
        method: &str,
        name: &str,
        file: (&str, &[u8]),
        attach: bool,
        more: &[(&str, &str)],
    ) -> Value {
        let part = Part::bytes(file.1.to_vec()).file_name(file.0.to_owned());
        let mut form = Form::new().text("chat_id", ALICE.to_string());
        form = if attach {
            form.text(name.to_owned(), "attach://the_file").part("the_file", part)
        } else {
            form.part(name.to_owned(), part)
        };
        for (name, value) in more {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        let request = self.request(Method::POST, &format!("/bot{}/{method}", self.token)).multipart(form);
        let answer: Value = soon(soon(request.send()).await.expect("an answer").json()).await.expect("JSON");
        assert_eq!(answer["ok"], true, "{answer}");
        answer["result"].clone()
    }

    /// Fetches a file by its id, with a path that is encoded as some clients do it.
    async fn fetch(&self, file_id: &Value) -> Vec<u8> {
        let file = self.ok("getFile", json!({ "file_id": file_id })).await;
        let path = file["file_path"].as_str().expect("a path").replace('/', "%2F");
        let token = self.token.replace(':', "%3A");
        let answer =
            soon(self.request(Method::GET, &format!("/file/bot{token}/{path}")).send()).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        soon(answer.bytes()).await.expect("a body").to_vec()
    }
}

#[tokio::test]
async fn marked_up_words_arrive_with_their_marks() {
    let robot = Robot::new().await;
    for (mode, text) in
        [("MarkdownV2", "*Hi* 🎉 _you_"), ("html", "<b>Hi</b> 🎉 <i>you</i>"), ("Markdown", "*Hi* 🎉 _you_")]
    {
        let sent = robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": text, "parse_mode": mode })).await;
        assert_eq!(sent["text"], "Hi 🎉 you");
        let wanted = json!([
            { "offset": 0, "length": 2, "type": "bold" },
            { "offset": 6, "length": 3, "type": "italic" },
        ]);
        assert_eq!(sent["entities"], wanted, "{mode}");
    }
    let found =
        robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": " see t.me/x /go @alice_moreau #a $EUR " })).await;
    let kinds: Vec<&str> =
        found["entities"].as_array().expect("a list").iter().filter_map(|entity| entity["type"].as_str()).collect();
    assert_eq!(kinds, ["url", "bot_command", "mention", "hashtag", "cashtag"]);
    assert_eq!(found["text"], "see t.me/x /go @alice_moreau #a $EUR");
}

#[tokio::test]
async fn files_of_every_kind_go_up_and_come_down() {
    let robot = Robot::new().await;
    let kinds = [
        ("sendAudio", "audio", "song.mp3"),
        ("sendDocument", "document", "notes.txt"),
        ("sendVideo", "video", "film.mp4"),
        ("sendAnimation", "animation", "loop.mp4"),
        ("sendVoice", "voice", "note.ogg"),
        ("sendVideoNote", "video_note", "round.mp4"),
        ("sendSticker", "sticker", "smile.webp"),
    ];
    for (place, (method, name, file)) in kinds.into_iter().enumerate() {
        let content = format!("the content of {file}");
        let sent = robot.upload(method, name, (file, content.as_bytes()), place % 2 == 0, &[("duration", "7")]).await;
        let id = &sent[name]["file_id"];
        assert!(id.is_string(), "{method}: {sent}");
        assert_eq!(robot.fetch(id).await, content.as_bytes(), "{method}");
        let again = robot.ok(method, json!({ "chat_id": ALICE, name: id })).await;
        assert_eq!(again[name]["file_unique_id"], sent[name]["file_unique_id"]);
    }
    let photo = robot
        .upload("sendPhoto", "photo", ("a.jpg", PICTURE), false, &[("caption", "*x*"), ("parse_mode", "MarkdownV2")])
        .await;
    assert_eq!((photo["caption"].as_str(), photo["caption_entities"][0]["type"].as_str()), (Some("x"), Some("bold")));
    let id = &photo["photo"][0]["file_id"];
    assert_eq!(robot.fetch(id).await, PICTURE);
    let wrong = robot.no("sendVoice", json!({ "chat_id": ALICE, "voice": id })).await;
    assert_eq!(wrong, (400, "Bad Request: can't use file of type Photo as VoiceNote".to_owned()));
    assert_eq!(robot.sandbox.mailbox(ALICE, INVOICE_BOT, 1).expect("a mailbox")[0].media.as_deref(), Some("photo"));
}

#[tokio::test]
async fn an_album_stays_together() {
    let robot = Robot::new().await;
    let media = json!([
        { "type": "photo", "media": "attach://one", "caption": "<b>two</b> pictures", "parse_mode": "HTML" },
        { "type": "photo", "media": "attach://two" },
    ]);
    let part = || Part::bytes(PICTURE.to_vec()).file_name("a.jpg");
    let form = Form::new()
        .text("chat_id", ALICE.to_string())
        .text("media", media.to_string())
        .part("one", part())
        .part("two", part());
    let request = robot.request(Method::POST, &format!("/bot{}/sendMediaGroup", robot.token)).multipart(form);
    let answer: Value = soon(soon(request.send()).await.expect("an answer").json()).await.expect("JSON");
    let album = answer["result"].as_array().expect("a list");
    assert_eq!(album.len(), 2);
    assert_eq!(album[0]["media_group_id"], album[1]["media_group_id"]);
    assert_eq!(album[0]["caption"], "two pictures");
    let many = json!({ "chat_id": ALICE, "media": (0..11).map(|_| media[0].clone()).collect::<Vec<_>>() });
    assert_eq!(robot.no("sendMediaGroup", many).await.0, 400);
}

#[tokio::test]
async fn places_contacts_dice_and_polls_are_sent() {
    let robot = Robot::new().await;
    let place = json!({ "chat_id": ALICE, "latitude": 52.5, "longitude": "13.4", "live_period": 60 });
    assert_eq!(robot.ok("sendLocation", place).await["location"]["live_period"], 60);
    let venue = json!({ "chat_id": ALICE, "latitude": 1, "longitude": 2, "title": "Cafe", "address": "Lane 1", "foursquare_id": "f" });
    assert_eq!(robot.ok("sendVenue", venue).await["venue"]["foursquare_id"], "f");
    let contact = json!({ "chat_id": ALICE, "phone_number": "15550002", "first_name": "Bob" });
    assert_eq!(robot.ok("sendContact", contact).await["contact"]["user_id"], BOB);
    let dice = robot.ok("sendDice", json!({ "chat_id": ALICE, "emoji": "🏀" })).await;
    assert!((1..=5).contains(&dice["dice"]["value"].as_i64().expect("a number")));
    let poll = json!({ "chat_id": ALICE, "question": "Where?", "options": ["Lake", { "text": "<i>Hill</i>", "text_parse_mode": "HTML" }] });
    let sent = robot.ok("sendPoll", poll).await;
    assert_eq!(sent["poll"]["options"][1]["text_entities"][0]["type"], "italic");
    assert_eq!(sent["poll"]["is_anonymous"], true);
    let place = json!({ "chat_id": ALICE, "message_id": sent["message_id"] });
    assert_eq!(robot.ok("stopPoll", place.clone()).await["is_closed"], true);
    assert_eq!(robot.no("stopPoll", place).await, (400, "Bad Request: poll has already been closed".to_owned()));
    let quiz = json!({ "chat_id": ALICE, "question": "2+2", "options": ["4", "5"], "type": "quiz", "correct_option_ids": [0] });
    assert_eq!(robot.ok("sendPoll", quiz).await["poll"]["correct_option_ids"], json!([0]));
}

#[tokio::test]
async fn messages_are_passed_on_and_copied() {
    let robot = Robot::new().await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    alice.say("Pass this on").expect("said");
    let original = robot.update("message").await;
    let place = json!({ "chat_id": ALICE, "from_chat_id": ALICE, "message_id": original["message_id"] });
    let passed = robot.ok("forwardMessage", place.clone()).await;
    assert_eq!(passed["forward_origin"]["sender_user"]["id"], ALICE);
    let copied = robot.ok("copyMessage", place).await;
    let many = json!({ "chat_id": ALICE, "from_chat_id": ALICE, "message_ids": [original["message_id"], copied["message_id"], 1] });
    assert_eq!(robot.ok("copyMessages", many.clone()).await.as_array().map(Vec::len), Some(2));
    assert_eq!(robot.ok("forwardMessages", many).await.as_array().map(Vec::len), Some(2));
    let secret = robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Secret", "protect_content": true })).await;
    let place = json!({ "chat_id": ALICE, "from_chat_id": ALICE, "message_id": secret["message_id"] });
    assert_eq!(
        robot.no("forwardMessage", place.clone()).await,
        (400, "Bad Request: the message can't be forwarded".to_owned())
    );
    assert_eq!(robot.no("copyMessage", place).await, (400, "Bad Request: the message can't be copied".to_owned()));
}

#[tokio::test]
async fn captions_and_media_are_edited() {
    let robot = Robot::new().await;
    let photo = robot.upload("sendPhoto", "photo", ("a.jpg", PICTURE), true, &[]).await;
    let edit = json!({ "chat_id": ALICE, "message_id": photo["message_id"], "caption": "new" });
    assert_eq!(robot.ok("editMessageCaption", edit).await["caption"], "new");
    let document = robot.upload("sendDocument", "document", ("a.txt", b"text"), true, &[]).await;
    let media = json!({ "type": "document", "media": document["document"]["file_id"], "caption": "a file" });
    let edit = json!({ "chat_id": ALICE, "message_id": photo["message_id"], "media": media });
    let edited = robot.ok("editMessageMedia", edit).await;
    assert_eq!((edited["caption"].as_str(), edited.get("photo")), (Some("a file"), None));
    let text = json!({ "chat_id": ALICE, "message_id": photo["message_id"], "text": "x" });
    assert_eq!(
        robot.no("editMessageText", text).await,
        (400, "Bad Request: there is no text in the message to edit".to_owned())
    );
}

#[tokio::test]
async fn messages_are_answered_quoted_and_put_into_topics() {
    let robot = Robot::new().await;
    let topic = robot.sandbox.mailbox(ALICE, "product_team_hub", 200).expect("a mailbox");
    let topic = topic.iter().find_map(|letter| letter.topic).expect("messages stand in topics");
    let first = json!({ "chat_id": TEAM, "text": "In the topic", "message_thread_id": topic });
    let first = robot.ok("sendMessage", first).await;
    assert_eq!(
        (first["is_topic_message"].as_bool(), first["message_thread_id"].as_i64()),
        (Some(true), Some(topic.into()))
    );
    let parameters = json!({ "message_id": first["message_id"], "quote": "topic" });
    let answer =
        robot.ok("sendMessage", json!({ "chat_id": TEAM, "text": "Yes", "reply_parameters": parameters })).await;
    assert_eq!(answer["reply_to_message"]["message_id"], first["message_id"]);
    assert_eq!((answer["quote"]["text"].as_str(), answer["quote"]["position"].as_i64()), (Some("topic"), Some(7)));
    let gone = |parameters: Value| json!({ "chat_id": TEAM, "text": "x", "reply_parameters": parameters });
    let missing = robot.no("sendMessage", gone(json!({ "message_id": 5 }))).await;
    assert_eq!(missing, (400, "Bad Request: message to be replied not found".to_owned()));
    robot.ok("sendMessage", gone(json!({ "message_id": 5, "allow_sending_without_reply": true }))).await;
    let thread = json!({ "chat_id": TEAM, "text": "x", "message_thread_id": 99 });
    assert_eq!(robot.no("sendMessage", thread).await, (400, "Bad Request: message thread not found".to_owned()));
}

#[tokio::test]
async fn messages_are_deleted_pinned_and_reacted_to() {
    let robot = Robot::new().await;
    let sent = robot.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Look" })).await;
    let place = json!({ "chat_id": ALICE, "message_id": sent["message_id"] });
    robot.ok("pinChatMessage", place.clone()).await;
    robot.ok("unpinAllChatMessages", json!({ "chat_id": ALICE })).await;
    assert_eq!(
        robot.no("unpinChatMessage", json!({ "chat_id": ALICE })).await,
        (400, "Bad Request: message to unpin not found".to_owned())
    );
    let thumb = json!([{ "type": "emoji", "emoji": "👍" }]);
    let react = json!({ "chat_id": ALICE, "message_id": sent["message_id"], "reaction": thumb });
    robot.ok("setMessageReaction", react).await;
    let letters = robot.sandbox.mailbox(ALICE, INVOICE_BOT, 3).expect("a mailbox");
    let letter = letters.iter().find(|letter| letter.text == "Look").expect("it is there");
    assert_eq!(letter.reactions, [(INVOICE_BOT, "👍".to_owned())]);
    let wrong =
        json!({ "chat_id": ALICE, "message_id": sent["message_id"], "reaction": [{ "type": "emoji", "emoji": "🥔" }] });
    assert_eq!(robot.no("setMessageReaction", wrong).await, (400, "Bad Request: REACTION_INVALID".to_owned()));
    robot.ok("deleteMessage", place.clone()).await;
    assert_eq!(robot.no("deleteMessage", place).await, (400, "Bad Request: message to delete not found".to_owned()));
    robot.ok("deleteMessages", json!({ "chat_id": ALICE, "message_ids": [1, 2] })).await;
}
