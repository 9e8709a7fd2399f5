//! Sending, editing, deleting; and what the other side gets.

use grammers_client::message::InputMessage;
use grammers_client::tl;

use super::client::{ALICE, BOB, Connected, a_box, soon};

#[tokio::test]
async fn what_is_sent_edited_and_deleted_is_so_for_both_sides() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let bob = alice.chat("bob_lindqvist").await;

    let sent = soon(alice.client.send_message(bob, "a first version")).await.expect("sent");
    assert!(sent.outgoing());
    let at_bobs = |sandbox: &telegraphist_sandbox::Sandbox| {
        sandbox.mailbox(BOB, ALICE, 1).expect("a mailbox").pop().expect("a message")
    };
    assert_eq!(at_bobs(&sandbox).text, "a first version");

    soon(alice.client.edit_message(bob, sent.id(), "a second version")).await.expect("edited");
    let letter = at_bobs(&sandbox);
    assert_eq!((letter.text.as_str(), letter.edited), ("a second version", true));
    let read = soon(alice.client.get_messages_by_id(bob, &[sent.id()])).await.expect("an answer");
    assert_eq!(read[0].as_ref().expect("it exists").text(), "a second version");

    let deleted = soon(alice.client.delete_messages(bob, &[sent.id()])).await.expect("deleted");
    assert_eq!(deleted, 1);
    assert_ne!(at_bobs(&sandbox).text, "a second version");
}

#[tokio::test]
async fn formatting_survives() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let bob = alice.chat("bob_lindqvist").await;
    let entity = tl::types::MessageEntityBold { offset: 0, length: 4 };
    let message = InputMessage::new().text("bold and plain").fmt_entities(vec![entity.clone().into()]);
    let sent = soon(alice.client.send_message(bob, message)).await.expect("sent");
    let read = soon(alice.client.get_messages_by_id(bob, &[sent.id()])).await.expect("an answer");
    let read = read[0].as_ref().expect("it exists");
    assert_eq!(read.fmt_entities(), Some(&vec![tl::enums::MessageEntity::from(entity)]));
}

#[tokio::test]
async fn a_reader_may_not_post_in_a_channel() {
    let sandbox = a_box().await;
    let bob = Connected::new(&sandbox, Some(BOB)).await;
    let channel = bob.chat("open_trails").await;
    let error = soon(bob.client.send_message(channel, "hello")).await.expect_err("refused");
    assert!(error.is("CHAT_WRITE_FORBIDDEN") || error.is("CHAT_ADMIN_REQUIRED"), "{error}");
}

#[tokio::test]
async fn the_same_random_id_is_sent_once() {
    let sandbox = a_box().await;
    let alice = Connected::new(&sandbox, Some(ALICE)).await;
    let request = send_request(alice.chat("bob_lindqvist").await, "only once", 4711);
    soon(alice.client.invoke(&request)).await.expect("sent");
    let error = soon(alice.client.invoke(&request)).await.expect_err("a duplicate");
    assert!(error.is("RANDOM_ID_DUPLICATE"), "{error}");
    let letters = sandbox.mailbox(BOB, ALICE, 5).expect("a mailbox");
    assert_eq!(letters.iter().filter(|letter| letter.text == "only once").count(), 1);
}

pub(crate) fn send_request(
    to: grammers_session::types::PeerRef,
    text: &str,
    random_id: i64,
) -> tl::functions::messages::SendMessage {
    tl::functions::messages::SendMessage {
        no_webpage: true,
        silent: false,
        background: false,
        clear_draft: false,
        noforwards: false,
        update_stickersets_order: false,
        invert_media: false,
        allow_paid_floodskip: false,
        peer: to.into(),
        reply_to: None,
        message: text.to_owned(),
        random_id,
        reply_markup: None,
        entities: None,
        schedule_date: None,
        schedule_repeat_period: None,
        send_as: None,
        quick_reply_shortcut: None,
        effect: None,
        allow_paid_stars: None,
        suggested_post: None,
        rich_message: None,
    }
}
