use serde_json::json;
use telegraphist_application::arguments::ChatArg;
use telegraphist_application::cards::{
    Attachment, Button, Card, CardEdited, CardSent, Does, EditCard, SendCard, Style,
};
use telegraphist_application::ports::{Bots as _, Execute as _, Heard, TapAnswer, TelegramError};
use telegraphist_application::text::Formatted;
use telegraphist_domain::{ChatId, MessageId};

use super::stage::*;

fn plain(text: &str) -> Formatted {
    Formatted { text: text.to_owned(), entities: Vec::new() }
}

fn tap(text: &str, data: &str, style: Option<Style>) -> Button {
    Button { text: text.to_owned(), does: Does::Tap(data.to_owned()), style }
}

fn question() -> Card {
    let open = Button { text: "Look".to_owned(), does: Does::Open("https://example.org/".to_owned()), style: None };
    let rows =
        vec![vec![tap("Yes", "a1:yes", Some(Style::Success)), tap("No", "a1:no", Some(Style::Danger))], vec![open]];
    Card { text: plain("Shall I?"), buttons: rows, document: None }
}

async fn send(stage: &Stage, card: Card) -> Result<CardSent, TelegramError> {
    let account = stage.bots.account(session()).await.expect("the bot is signed in");
    account.execute(&call(), &SendCard::new(session(), ChatId(ALICE), card)).await
}

async fn edit(stage: &Stage, message: i32, card: Card) -> Result<CardEdited, TelegramError> {
    let account = stage.bots.account(session()).await.expect("the bot is signed in");
    account.execute(&call(), &EditCard::new(session(), ChatId(ALICE), MessageId(message), card)).await
}

#[tokio::test]
async fn a_button_is_pressed_and_the_press_is_answered() {
    let stage = Stage::new().await;
    stage.poll().await;
    let sent = send(&stage, question()).await.expect("it is sent");
    let seen = stage.seen_by_alice().remove(0);
    let texts: Vec<Vec<&str>> =
        seen.buttons.iter().map(|row| row.iter().map(|button| button.text.as_str()).collect()).collect();
    assert_eq!(texts, [vec!["Yes", "No"], vec!["Look"]]);
    let alice = stage.sandbox.acting(ALICE, BOT).expect("she has the chat");
    let answering = async {
        let tap = stage.hear(|heard| if let Heard::Tapped(tap) = heard { Some(tap) } else { None }).await;
        assert_eq!((tap.data.as_str(), tap.from.user.0), ("a1:no", ALICE));
        assert_eq!(tap.message.map(|id| id.0), sent.message_ids.first().copied());
        assert_eq!(tap.at.as_ref().map(|at| at.chat), Some(ChatId(ALICE)));
        let answer = TapAnswer { text: "Then not.".to_owned(), is_alert: true };
        stage.bots.answer_tap(session(), &tap.id, &answer).await.expect("it is in time");
        // Whoever answers twice, or too late, has answered.
        stage.bots.answer_tap(session(), &tap.id, &answer).await.expect("nothing is wrong with that");
    };
    let (pressed, ()) = tokio::join!(alice.press(seen.id, "No"), answering);
    let pressed = pressed.expect("there is the button").expect("an answer");
    assert_eq!((pressed.text.as_deref(), pressed.alert), (Some("Then not."), true));
}

#[tokio::test]
async fn a_card_becomes_another_in_its_place() {
    let stage = Stage::new().await;
    let id = send(&stage, question()).await.expect("it is sent").message_ids[0];
    let decided = Card { text: plain("Refused by Alice"), ..Card::default() };
    assert!(edit(&stage, id, decided.clone()).await.expect("it is changed").is_changed);
    let seen = stage.seen_by_alice().remove(0);
    assert_eq!((seen.text.as_str(), seen.buttons.len()), ("Refused by Alice", 0));
    assert!(!edit(&stage, id, decided).await.expect("it is so already").is_changed);
    let gone = edit(&stage, 999_999, question()).await.err().expect("there is none");
    assert!(matches!(gone, TelegramError::UnknownMessage), "{gone:?}");
}

#[tokio::test]
async fn a_document_goes_along_and_its_caption_is_what_changes() {
    let stage = Stage::new().await;
    let document = Attachment { name: "../diff.md".to_owned(), content: "+ a\n- b\n".to_owned() };
    let card = Card { document: Some(document), ..question() };
    let sent = send(&stage, card.clone()).await.expect("it is sent");
    assert_eq!(sent.message_ids.len(), 1);
    let seen = stage.seen_by_alice().remove(0);
    assert_eq!((seen.text.as_str(), seen.media.as_deref(), seen.buttons.len()), ("Shall I?", Some("document"), 2));
    let decided = Card { text: plain("Allowed"), ..Card::default() };
    assert!(edit(&stage, sent.message_ids[0], decided).await.expect("it is changed").is_changed);
    let seen = stage.seen_by_alice().remove(0);
    assert_eq!((seen.text.as_str(), seen.media.as_deref(), seen.buttons.len()), ("Allowed", Some("document"), 0));
    // A text that no caption can hold goes before it, and the buttons stay at the end.
    let long = Card { text: plain(&"long ".repeat(400)), ..card };
    assert_eq!(send(&stage, long).await.expect("it is sent").message_ids.len(), 2);
    let seen = stage.seen_by_alice();
    assert_eq!((seen[0].media.as_deref(), seen[0].buttons.len(), seen[1].buttons.len()), (Some("document"), 2, 0));
}

#[tokio::test]
async fn what_no_button_can_hold_is_refused() {
    let stage = Stage::new().await;
    let long = Card { buttons: vec![vec![tap("x", &"d".repeat(65), None)]], ..question() };
    let refused = send(&stage, long).await.err().expect("it is too long");
    assert!(matches!(&refused, TelegramError::Invalid(refused) if refused.argument == "buttons"), "{refused:?}");
    let empty = send(&stage, Card::default()).await.err().expect("it says nothing");
    assert!(matches!(empty, TelegramError::Invalid(_)));
    let operation: SendCard =
        serde_json::from_value(json!({"session": null, "chat": "me", "card": question()})).expect("a card");
    assert!(operation.chat == ChatArg("me".to_owned()));
}
