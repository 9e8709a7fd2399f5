use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use telegraphist_application::Code;
use telegraphist_application::operations::{
    DownloadMedia, GetMessages, ReadMessages, SearchMessages, SendFile, ViewMedia,
};
use telegraphist_application::views::{MediaView, Sent, SentState};
use telegraphist_sandbox::Fault;

use super::desk::Desk;

const BOB: &str = "@bob_lindqvist";
const HIKERS: &str = "t.me/+weekendHikers01";
/// One grey pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

fn ids(sent: &Sent) -> Vec<i32> {
    sent.items.iter().map(|part| part.message_id.expect("the id is known")).collect()
}

async fn media(desk: &Desk, id: i32) -> Box<MediaView> {
    let read = desk.perform::<GetMessages>(json!({"chat": BOB, "message_ids": [id]})).await;
    read.items[0].media.clone().unwrap()
}

#[tokio::test]
async fn a_file_goes_out_and_comes_back_the_same() {
    let desk = Desk::open().await;
    let bytes: Vec<u8> = (0..11_000_000_u32).map(|n| (n / 7) as u8).collect();
    for (name, length) in [("small.bin", 1_300_000), ("big.bin", bytes.len())] {
        let path = desk.folder().join(name);
        std::fs::write(&path, &bytes[..length]).unwrap();
        let sent = json!({"chat": BOB, "files": [{"path": path}], "caption": "a *file*"});
        let sent = desk.perform::<SendFile>(sent).await;
        let id = ids(&sent)[0];
        let seen = media(&desk, id).await;
        assert_eq!((seen.kind.as_str(), seen.size), ("document", Some(length as u64)));
        assert_eq!(seen.name.unwrap().as_str(), name);
        let saved = desk.perform::<DownloadMedia>(json!({"chat": BOB, "message_id": id})).await;
        assert_eq!(std::fs::read(&saved.path).unwrap(), bytes[..length]);
    }
}

#[tokio::test]
async fn pictures_go_as_photos_unless_wanted_as_documents() {
    let desk = Desk::open().await;
    let file = json!([{"base64": PNG, "name": "pixel.png"}]);
    let photo = desk.perform::<SendFile>(json!({"chat": BOB, "files": file})).await;
    assert_eq!(media(&desk, ids(&photo)[0]).await.kind, "photo");
    let document = desk.perform::<SendFile>(json!({"chat": BOB, "files": file, "as_document": true})).await;
    let document = media(&desk, ids(&document)[0]).await;
    assert_eq!((document.kind.as_str(), document.mime_type.as_deref()), ("document", Some("image/png")));
    let shown = json!({"chat": BOB, "files": file, "caption": "**look**", "dry_run": true});
    let shown = desk.perform::<SendFile>(shown).await;
    assert_eq!(shown.state, SentState::DryRun);
    assert_eq!(shown.items[0].entities, ["bold 0 4"]);
    assert!(shown.items[0].file.as_ref().unwrap().starts_with("pixel.png (image/png"));
}

#[tokio::test]
async fn an_album_is_sent_together_and_once() {
    let desk = Desk::open().await;
    let files = json!([{"base64": PNG, "name": "a.png"}, {"base64": PNG, "name": "b.png"}]);
    let arguments = json!({"chat": BOB, "files": files, "caption": "two views", "idempotency_key": "album"});
    desk.sandbox.cut_after("messages.sendMultiMedia", Some(1)).unwrap();
    let unknown = desk.try_to::<SendFile>(arguments.clone()).await.err().unwrap();
    assert_eq!(unknown.code, Code::OutcomeUnknown);
    let sent = desk.perform::<SendFile>(arguments).await;
    let read = desk.perform::<GetMessages>(json!({"chat": BOB, "message_ids": ids(&sent)})).await;
    assert_eq!(read.items.len(), 2);
    assert!(read.items[0].album.is_some() && read.items[0].album == read.items[1].album);
    assert_eq!(read.items[0].text.as_ref().unwrap().as_str(), "two views");
    let newest = desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 3})).await;
    assert!(newest.items[2].album.is_none(), "the album is there once");
}

#[tokio::test]
async fn a_voice_note_tells_how_long_it_is() {
    let desk = Desk::open().await;
    let mut page = b"OggS\0\0".to_vec();
    page.extend(144_000_u64.to_le_bytes());
    page.extend([0; 32]);
    let files = json!([{"base64": BASE64_STANDARD.encode(page), "name": "note.ogg"}]);
    let sent = desk.perform::<SendFile>(json!({"chat": BOB, "files": files, "as_voice": true})).await;
    let voice = media(&desk, ids(&sent)[0]).await;
    assert_eq!((voice.kind.as_str(), voice.seconds), ("voice", Some(3)));
}

#[tokio::test]
async fn files_that_may_not_be_sent_are_refused() {
    let desk = Desk::open().await;
    let refuse = async |file: serde_json::Value| {
        let arguments = json!({"chat": BOB, "files": [file]});
        desk.try_to::<SendFile>(arguments).await.err().unwrap().code
    };
    assert_eq!(refuse(json!({"path": "/etc/hostname"})).await, Code::FileRefused);
    assert_eq!(refuse(json!({"url": "http://127.0.0.1/x"})).await, Code::FileRefused);
    let large = BASE64_STANDARD.encode(vec![0; 8 * 1024 * 1024 + 1]);
    assert_eq!(refuse(json!({"base64": large, "name": "x"})).await, Code::FileRefused);
    assert_eq!(refuse(json!({"base64": "%", "name": "x"})).await, Code::InvalidArgument);
    assert_eq!(refuse(json!({"base64": "", "name": "x"})).await, Code::InvalidArgument);
    let caption = json!({"chat": BOB, "files": [{"base64": PNG, "name": "x.png"}], "caption": "y".repeat(1_025)});
    assert_eq!(desk.try_to::<SendFile>(caption).await.err().unwrap().code, Code::InvalidArgument);
    assert_eq!(desk.sandbox.counters().calls_of("messages.sendMedia"), 0);
}

#[tokio::test]
async fn pictures_and_sounds_are_shown_and_other_files_are_not() {
    let desk = Desk::open().await;
    let photos = desk.perform::<SearchMessages>(json!({"chat": HIKERS, "media": "photo", "limit": 1})).await;
    let photo = json!({"chat": HIKERS, "message_id": photos.items[0].id});
    let photo = desk.perform::<ViewMedia>(photo).await;
    assert_eq!(photo.mime_type, "image/jpeg");
    let bytes = BASE64_STANDARD.decode(&photo.base64).unwrap();
    assert_eq!((bytes.len() as u64, &bytes[..2]), (photo.size, &[0xff, 0xd8][..]));
    let voices = desk.perform::<SearchMessages>(json!({"chat": "@emi_tanaka", "media": "voice"})).await;
    let voice = json!({"chat": "@emi_tanaka", "message_id": voices.items[0].id});
    assert_eq!(desk.perform::<ViewMedia>(voice).await.mime_type, "audio/ogg");
    let forum = "@product_team_hub";
    let files =
        desk.perform::<SearchMessages>(json!({"chat": forum, "media": "document", "query": "invoice 2041"})).await;
    let file = json!({"chat": forum, "message_id": files.items[0].id});
    let refused = desk.try_to::<ViewMedia>(file).await.err().unwrap();
    assert_eq!(refused.code, Code::InvalidArgument);
    let text = desk.perform::<ReadMessages>(json!({"chat": BOB, "limit": 1})).await;
    let text = json!({"chat": BOB, "message_id": text.items[0].id});
    assert_eq!(desk.try_to::<ViewMedia>(text.clone()).await.err().unwrap().code, Code::InvalidArgument);
    assert_eq!(desk.try_to::<DownloadMedia>(text).await.err().unwrap().code, Code::InvalidArgument);
}

#[tokio::test]
async fn an_expired_reference_is_refreshed_once() {
    let desk = Desk::open().await;
    let forum = "@product_team_hub";
    let files =
        desk.perform::<SearchMessages>(json!({"chat": forum, "media": "document", "query": "invoice 2041"})).await;
    let arguments = json!({"chat": forum, "message_id": files.items[0].id, "name": "../../saved.pdf"});
    desk.sandbox.fault(Fault::once("upload.getFile", 400, "FILE_REFERENCE_EXPIRED")).unwrap();
    let saved = desk.perform::<DownloadMedia>(arguments).await;
    assert!(saved.path.ends_with("/downloads/saved.pdf"), "{}", saved.path);
    assert_eq!(saved.name.unwrap().as_str(), "invoice-2041.pdf");
    assert_eq!(std::fs::metadata(&saved.path).unwrap().len(), saved.size);
    assert!(std::fs::read(&saved.path).unwrap().starts_with(b"%PDF"));
}
