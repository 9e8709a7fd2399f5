//! Files up and down.

use std::io::Cursor;

use grammers_client::media::Media;
use grammers_client::message::InputMessage;

use super::client::{ALICE, Connected, a_box, soon};

/// Bytes that a lost, doubled or swapped part would change.
fn content(length: usize) -> Vec<u8> {
    (0..length as u32).flat_map(|word| word.wrapping_mul(2_654_435_761).to_le_bytes()).take(length).collect()
}

async fn up_and_down(length: usize) {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let bob = alice.chat("bob_lindqvist").await;
    let content = content(length);
    let uploaded = soon(alice.client.upload_stream(&mut Cursor::new(&content), length, "numbers.bin".to_owned()))
        .await
        .expect("uploaded");
    let message = InputMessage::new().text("numbers").document(uploaded);
    let sent = soon(alice.client.send_message(bob, message)).await.expect("sent");
    let Some(Media::Document(document)) = sent.media() else {
        panic!("a document was sent");
    };
    assert_eq!((document.name(), document.size()), (Some("numbers.bin"), Some(length)));
    let mut download = alice.client.iter_download(&document);
    let mut received = Vec::new();
    while let Some(part) = soon(download.next()).await.expect("a part") {
        received.extend(part);
    }
    assert!(received == content, "{} of {length} bytes came back, or others", received.len());
}

#[tokio::test]
async fn a_small_file_comes_back_as_it_was() {
    up_and_down(1_300_000).await;
}

#[tokio::test]
async fn a_big_file_comes_back_as_it_was() {
    up_and_down(11 * 1024 * 1024 + 7).await;
}

#[tokio::test]
async fn photos_of_the_world_can_be_downloaded() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let mut found = alice
        .client
        .search_all_messages()
        .filter(grammers_client::tl::enums::MessagesFilter::InputMessagesFilterPhotos);
    let message = soon(found.next()).await.expect("an answer").expect("there are photos");
    let photo = message.photo().expect("it is a photo");
    let mut download = alice.client.iter_download(&photo);
    let mut received = Vec::new();
    while let Some(part) = soon(download.next()).await.expect("a part") {
        received.extend(part);
    }
    let is_image = received.starts_with(&[0xff, 0xd8]) || received.starts_with(b"\x89PNG");
    assert!(is_image, "{} bytes", received.len());
}
