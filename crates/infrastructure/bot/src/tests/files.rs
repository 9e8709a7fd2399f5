//! Files both ways.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use telegraphist_application::operations::{DownloadMedia, SendFile, ViewMedia};
use telegraphist_application::ports::{FileError, Heard, HeardMessage, TelegramError};
use telegraphist_application::views::SentState;

use telegraphist_sandbox::{FileKind, Sending};

use super::stage::*;

/// One grey pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

#[tokio::test]
async fn a_file_goes_out_as_it_is() {
    let stage = Stage::new().await;
    let path = stage.ground.folder().join("big.bin");
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n / 7) as u8).collect();
    std::fs::write(&path, &bytes).expect("the folder is there");
    let sent =
        stage.perform::<SendFile>(json!({"chat": ALICE, "files": [{"path": path}], "caption": "a *file*"})).await;
    assert_eq!((sent.state, sent.items.len()), (SentState::Sent, 1));
    assert!(sent.items[0].message_id.is_some());
    let seen = stage.seen_by_alice().remove(0);
    assert_eq!((seen.media.as_deref(), seen.text.as_str()), (Some("document"), "a file"));
}

#[tokio::test]
async fn pictures_go_as_photos_unless_wanted_as_documents_and_albums_together() {
    let stage = Stage::new().await;
    let file = json!([{"base64": PNG, "name": "pixel.png"}]);
    stage.perform::<SendFile>(json!({"chat": ALICE, "files": file})).await;
    assert_eq!(stage.seen_by_alice()[0].media.as_deref(), Some("photo"));
    stage.perform::<SendFile>(json!({"chat": ALICE, "files": file, "as_document": true})).await;
    assert_eq!(stage.seen_by_alice()[0].media.as_deref(), Some("document"));
    let album = json!([{"base64": PNG, "name": "a.png"}, {"base64": PNG, "name": "b.png"}]);
    let sent = stage.perform::<SendFile>(json!({"chat": ALICE, "files": album, "caption": "two views"})).await;
    assert_eq!(sent.items.iter().filter(|part| part.message_id.is_some()).count(), 2);
    let seen = stage.seen_by_alice();
    assert_eq!((seen[0].media.as_deref(), seen[1].media.as_deref()), (Some("photo"), Some("photo")));
    assert_eq!(seen[1].text, "two views");
    let mixed = json!([{"base64": PNG, "name": "a.png"}, {"base64": "aGVsbG8=", "name": "b.txt"}]);
    stage.perform::<SendFile>(json!({"chat": ALICE, "files": mixed})).await;
    let seen = stage.seen_by_alice();
    assert_eq!((seen[0].media.as_deref(), seen[1].media.as_deref()), (Some("document"), Some("document")));
    let shown = json!({"chat": ALICE, "files": file, "caption": "**look**", "dry_run": true});
    let shown = stage.perform::<SendFile>(shown).await;
    assert_eq!((shown.state, &shown.items[0].entities[..]), (SentState::DryRun, &["bold 0 4".to_owned()][..]));
}

#[tokio::test]
async fn a_voice_note_goes_as_one() {
    let stage = Stage::new().await;
    let mut page = b"OggS\0\0".to_vec();
    page.extend(144_000_u64.to_le_bytes());
    page.extend([0; 32]);
    let files = json!([{"base64": BASE64_STANDARD.encode(page), "name": "note.ogg"}]);
    stage.perform::<SendFile>(json!({"chat": ALICE, "files": files, "as_voice": true})).await;
    assert_eq!(stage.seen_by_alice()[0].media.as_deref(), Some("document"), "the box calls voice notes so");
    let two = json!([{"base64": PNG, "name": "a.png"}, {"base64": PNG, "name": "b.png"}]);
    let refused = stage.try_to::<SendFile>(json!({"chat": ALICE, "files": two, "as_voice": true})).await;
    assert!(matches!(refused, Err(TelegramError::Invalid(_))));
}

#[tokio::test]
async fn files_that_may_not_be_sent_are_refused_before_anything_is_sent() {
    let stage = Stage::new().await;
    let before = stage.seen_by_alice().len();
    let refuse = async |file: Value| {
        let refused = stage.try_to::<SendFile>(json!({"chat": ALICE, "files": [file]})).await;
        refused.err().expect("it is refused")
    };
    let outside = refuse(json!({"path": "/etc/hostname"})).await;
    assert!(matches!(outside, TelegramError::File(FileError::Outside { .. })), "{outside:?}");
    let loopback = refuse(json!({"url": "http://127.0.0.1/x"})).await;
    assert!(matches!(loopback, TelegramError::File(FileError::UrlRefused(_))), "{loopback:?}");
    let path = stage.ground.folder().join("huge.bin");
    let huge = std::fs::File::create(&path).expect("the folder is there");
    huge.set_len(50 * 1024 * 1024 + 1).expect("it is sparse");
    let huge = refuse(json!({"path": path})).await;
    assert!(
        matches!(huge, TelegramError::File(FileError::TooLarge { limit }) if limit == 50 * 1024 * 1024),
        "{huge:?}"
    );
    let caption = json!({"chat": ALICE, "files": [{"base64": PNG, "name": "x.png"}], "caption": "y".repeat(1_025)});
    let caption = stage.try_to::<SendFile>(caption).await.err().expect("it is too long");
    assert!(matches!(caption, TelegramError::Invalid(refused) if refused.argument == "caption"));
    assert_eq!(stage.seen_by_alice().len(), before);
}

/// What the bot heard of a message with a file.
async fn heard_file(stage: &Stage, word: &str) -> HeardMessage {
    let fits = |heard| match heard {
        Heard::Message(message) if message.media.as_deref() == Some(word) => Some(message),
        _ => None,
    };
    stage.hear(fits).await
}

#[tokio::test]
async fn what_people_send_is_fetched_and_shown() {
    let stage = Stage::new().await;
    stage.poll().await;
    let alice = stage.sandbox.acting(ALICE, BOT).expect("she has the chat");
    let pixel = BASE64_STANDARD.decode(PNG).expect("it is base64");
    let sending = |kind, name: &str, bytes: &[u8]| Sending {
        kind,
        name: name.to_owned(),
        bytes: bytes.to_vec(),
        caption: "here".to_owned(),
        seconds: 3,
        reply_to: None,
        topic: None,
    };
    alice.send(sending(FileKind::Document, "re/port 1.txt", b"the report")).expect("she may");
    let document = heard_file(&stage, "document").await;
    assert_eq!(document.text, "here");
    let saved = json!({"chat": ALICE, "message_id": document.message.0});
    let saved = stage.perform::<DownloadMedia>(saved).await;
    assert_eq!(std::fs::read(&saved.path).expect("it is there"), b"the report");
    assert!(saved.path.starts_with(stage.ground.folder().to_str().expect("a path")), "{}", saved.path);
    assert_eq!(saved.size, 10);
    let hidden = json!({"chat": ALICE, "message_id": document.message.0});
    let hidden = stage.try_to::<ViewMedia>(hidden).await;
    assert!(matches!(hidden, Err(TelegramError::Invalid(_))));

    alice.send(sending(FileKind::Photo, "", &pixel)).expect("she may");
    let photo = heard_file(&stage, "photo").await;
    let viewed = stage.perform::<ViewMedia>(json!({"chat": ALICE, "message_id": photo.message.0})).await;
    assert_eq!(BASE64_STANDARD.decode(&viewed.base64).expect("it is base64").len() as u64, viewed.size);
    assert!(viewed.mime_type.starts_with("image/"), "{}", viewed.mime_type);

    let text = stage.sandbox.say(ALICE, BOT, "no file").expect("she may");
    let unknown = stage.try_to::<DownloadMedia>(json!({"chat": ALICE, "message_id": 999_999})).await;
    assert!(matches!(unknown, Err(TelegramError::Invalid(refused)) if refused.problem.contains("newest")));
    assert!(text > 0);
}
