//! What a client is told unasked.

use grammers_client::update::Update;
use grammers_session::types::PeerId;

use super::client::{ALICE, BOB, Connected, a_box};

#[tokio::test]
async fn what_others_say_arrives_by_itself() {
    let sandbox = a_box().await;
    let mut alice = Connected::new(&sandbox, Some(ALICE)).await;
    let mut updates = alice.listen(&sandbox, false).await;
    sandbox.say(BOB, ALICE, "in private").expect("said");
    let message = updates.message("in private").await;
    assert_eq!(message.sender_id().and_then(PeerId::bare_id), Some(BOB));
    sandbox.say(BOB, -501, "in the group").expect("said");
    updates.message("in the group").await;
    sandbox.say(BOB, "product_team_hub", "in the supergroup").expect("said");
    updates.message("in the supergroup").await;
}

#[tokio::test]
async fn edits_and_deletions_arrive_too() {
    let sandbox = a_box().await;
    let mut alice = Connected::new(&sandbox, Some(ALICE)).await;
    let mut updates = alice.listen(&sandbox, false).await;
    let bob = sandbox.acting(BOB, ALICE).expect("they talk");
    let id = bob.say("first").expect("said");
    updates.message("first").await;
    bob.edit(id, "second").expect("edited");
    loop {
        if let Update::MessageEdited(message) = updates.next().await.expect("an update") {
            assert_eq!(message.text(), "second");
            break;
        }
    }
    bob.delete(&[id]).expect("deleted");
    loop {
        if let Update::MessageDeleted(deletion) = updates.next().await.expect("an update") {
            assert_eq!(deletion.messages().len(), 1);
            break;
        }
    }
}

#[tokio::test]
async fn one_client_sees_what_another_client_of_the_same_account_sends() {
    let sandbox = a_box().await;
    let mut listening = Connected::new(&sandbox, Some(ALICE)).await;
    let mut updates = listening.listen(&sandbox, false).await;
    let sending = Connected::new(&sandbox, Some(ALICE)).await;
    let bob = sending.chat("bob_lindqvist").await;
    sending.client.send_message(bob, "from the other device").await.expect("sent");
    assert!(updates.message("from the other device").await.outgoing());
}

#[tokio::test]
async fn a_gap_is_noticed_and_filled() {
    let sandbox = a_box().await;
    let mut alice = Connected::new(&sandbox, Some(ALICE)).await;
    let mut updates = alice.listen(&sandbox, false).await;
    sandbox.gap(ALICE, 1).expect("ordered");
    sandbox.say(BOB, ALICE, "lost on the way").expect("said");
    sandbox.say(BOB, ALICE, "arrives").expect("said");
    updates.message("lost on the way").await;
    updates.message("arrives").await;
    assert_eq!(sandbox.counters().updates_lost, 1);
}

#[tokio::test]
async fn what_was_said_while_a_program_was_down_is_caught_up() {
    let sandbox = a_box().await;
    let mut before = Connected::new(&sandbox, Some(ALICE)).await;
    let session = std::sync::Arc::clone(&before.session);
    let stream = before.listen(&sandbox, false).await;
    stream.remember().await;
    drop(stream);
    drop(before);
    sandbox.say(BOB, ALICE, "while you were away").expect("said");
    let mut after = Connected::with_session(session, grammers_mtsender::NoRetries);
    after.listen(&sandbox, true).await.message("while you were away").await;
}
