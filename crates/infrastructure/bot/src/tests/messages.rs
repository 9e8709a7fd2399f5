use serde_json::json;
use telegraphist_application::operations::{DeleteMessages, EditMessage, GetMe, SendMessage};
use telegraphist_application::ports::TelegramError;
use telegraphist_application::views::SentState;

use super::stage::*;

#[tokio::test]
async fn a_bot_says_who_it_is() {
    let stage = Stage::new().await;
    let me = stage.perform::<GetMe>(json!({})).await;
    assert_eq!((me.user.id.as_str(), me.user.is_bot, me.session.as_str()), ("1101", true, "reminders"));
}

#[tokio::test]
async fn a_text_arrives_with_its_formatting() {
    let stage = Stage::new().await;
    let text = json!({"chat": ALICE.to_string(), "text": "**due** on `friday` 👍", "silent": true});
    let sent = stage.perform::<SendMessage>(text).await;
    assert_eq!((sent.state, sent.items.len()), (SentState::Sent, 1));
    assert!(sent.items[0].message_id.is_some() && sent.items[0].date.is_some());
    assert_eq!(sent.chat.id, ALICE.to_string());
    assert!(sent.chat.title.as_str().starts_with("Alice"), "{:?}", sent.chat.title.as_str());
    assert_eq!(stage.seen_by_alice()[0].text, "due on friday 👍");
}

#[tokio::test]
async fn a_long_text_goes_in_parts_and_only_the_first_is_an_answer() {
    let stage = Stage::new().await;
    let asked = stage.sandbox.say(ALICE, BOT, "tell me").expect("she may");
    stage.poll().await;
    let heard = stage.hear(|heard| match heard {
        telegraphist_application::ports::Heard::Message(message) if message.text == "tell me" => Some(message),
        _ => None,
    });
    let heard = heard.await;
    let text = "word ".repeat(1_500);
    let arguments = json!({"chat": ALICE.to_string(), "text": text, "reply_to": heard.message.0});
    let sent = stage.perform::<SendMessage>(arguments).await;
    assert_eq!(sent.items.len(), 2);
    let seen = stage.seen_by_alice();
    assert_eq!((seen[0].reply_to, seen[1].reply_to), (None, Some(asked)));
    assert_eq!(format!("{} {}", seen[1].text, seen[0].text), text.trim());
}

#[tokio::test]
async fn a_dry_run_shows_and_sends_nothing() {
    let stage = Stage::new().await;
    let before = stage.seen_by_alice().len();
    let shown = stage.perform::<SendMessage>(json!({"chat": ALICE, "text": "*soon*", "dry_run": true})).await;
    assert_eq!(shown.state, SentState::DryRun);
    assert_eq!(
        (shown.items[0].text.as_deref(), &shown.items[0].entities[..]),
        (Some("soon"), &["italic 0 4".to_owned()][..])
    );
    assert_eq!(stage.seen_by_alice().len(), before);
    let later = json!({"chat": ALICE, "text": "x", "schedule": "2030-01-01T00:00:00Z"});
    let refused = stage.try_to::<SendMessage>(later).await.err().expect("bots cannot");
    assert!(matches!(refused, TelegramError::Invalid(refused) if refused.argument == "schedule"));
}

#[tokio::test]
async fn a_message_is_changed_and_deleted() {
    let stage = Stage::new().await;
    let sent = stage.perform::<SendMessage>(json!({"chat": ALICE, "text": "one"})).await;
    let id = sent.items[0].message_id.expect("an id");
    let edit = json!({"chat": ALICE, "message_id": id, "text": "__two__"});
    let edited = stage.perform::<EditMessage>(edit.clone()).await;
    assert_eq!(edited.message.text.expect("a text").as_str(), "two");
    assert!(edited.message.is_mine && edited.message.edited.is_some());
    assert_eq!(stage.seen_by_alice()[0].text, "two");
    let again = stage.try_to::<EditMessage>(edit).await.err().expect("it is so already");
    assert!(matches!(&again, TelegramError::Refused { telegram } if telegram == "MESSAGE_NOT_MODIFIED"), "{again:?}");
    let foreign = json!({"chat": ALICE, "message_id": 999_999, "text": "x"});
    let foreign = stage.try_to::<EditMessage>(foreign).await.err().expect("there is none");
    assert!(matches!(foreign, TelegramError::UnknownMessage), "{foreign:?}");
    let deleted = stage.perform::<DeleteMessages>(json!({"chat": ALICE, "message_ids": [id], "confirm": true})).await;
    assert_eq!(deleted.message_ids, [id]);
    assert_ne!(stage.seen_by_alice()[0].text, "two");
}

#[tokio::test]
async fn nobody_is_written_to_who_does_not_want_it() {
    let stage = Stage::new().await;
    let unknown = stage.try_to::<SendMessage>(json!({"chat": "987654321", "text": "x"})).await.err().expect("nobody");
    assert!(matches!(unknown, TelegramError::UnknownChat), "{unknown:?}");
    let stranger = stage.try_to::<SendMessage>(json!({"chat": BOB, "text": "x"})).await.err().expect("not started");
    assert!(
        matches!(&stranger, TelegramError::Forbidden { telegram } if telegram == "CHAT_NOT_STARTED"),
        "{stranger:?}"
    );
    for chat in ["me", "+15550001234", "https://t.me/+AbCdEfGh123"] {
        let refused = stage.try_to::<SendMessage>(json!({"chat": chat, "text": "x"})).await.err().expect("bots cannot");
        assert!(matches!(refused, TelegramError::Invalid(_)), "{chat}: {refused:?}");
    }
}
