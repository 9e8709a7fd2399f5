use std::time::Duration;

use telegraphist_application::ports::{Connections, Inbox};
use telegraphist_sandbox::Revocation;

use super::stage::*;

#[tokio::test]
async fn what_others_write_arrives_in_the_inbox() {
    let stage = Stage::with_alice().await;
    stage.account().await;
    let id = stage.sandbox.say(BOB, ALICE, "a word from bob").unwrap();
    let row = stage.inbox(says("a word from bob")).await;
    assert_eq!((row.entry.kind.as_str(), row.entry.chat), ("new_message", Some(BOB)));
    stage.sandbox.acting(BOB, ALICE).unwrap().edit(id, "another word").unwrap();
    let row = stage.inbox(says("another word")).await;
    assert_eq!(row.entry.kind, "edited_message");
    stage.sandbox.acting(BOB, ALICE).unwrap().delete(&[id]).unwrap();
    stage.inbox(|row| row.entry.kind == "deleted_messages").await;
}

#[tokio::test]
async fn what_arrived_while_nobody_listened_is_caught_up_with_once() {
    let mut stage = Stage::with_alice().await;
    stage.account().await;
    stage.sandbox.say(BOB, ALICE, "before the break").unwrap();
    stage.inbox(says("before the break")).await;
    stage.stop().await;
    stage.sandbox.say(BOB, ALICE, "during the break").unwrap();
    stage.restart().await;
    stage.account().await;
    stage.inbox(says("during the break")).await;
    stage.sandbox.say(BOB, ALICE, "after the break").unwrap();
    stage.inbox(says("after the break")).await;
    let rows = stage.store.after(stage.session, 0, 1_000).await.unwrap();
    let new = rows.iter().filter(|row| row.entry.kind == "new_message");
    assert_eq!(new.count(), 3);
}

#[tokio::test]
async fn the_first_update_after_a_sign_in_is_not_missed() {
    let stage = Stage::with_alice().await;
    stage.sandbox.say(BOB, ALICE, "before the first call").unwrap();
    stage.account().await;
    stage.inbox(says("before the first call")).await;
}

#[tokio::test]
async fn nothing_is_missed_by_cuts_gaps_and_outages() {
    let stage = Stage::with_alice().await;
    stage.account().await;
    stage.sandbox.say(BOB, ALICE, "one").unwrap();
    stage.inbox(says("one")).await;
    stage.sandbox.kick(None);
    stage.sandbox.say(BOB, ALICE, "two").unwrap();
    stage.inbox(says("two")).await;
    stage.sandbox.gap(ALICE, 1).unwrap();
    stage.sandbox.say(BOB, ALICE, "three").unwrap();
    stage.sandbox.say(BOB, ALICE, "four").unwrap();
    stage.inbox(says("three")).await;
    stage.sandbox.outage(true).await.unwrap();
    stage.sandbox.say(BOB, ALICE, "five").unwrap();
    stage.sandbox.outage(false).await.unwrap();
    stage.inbox(says("five")).await;
}

#[tokio::test]
async fn a_login_that_is_lost_while_nobody_calls_is_told() {
    let stage = Stage::with_alice().await;
    get_me(&*stage.account().await).await.unwrap();
    stage.sandbox.revoke(ALICE, Revocation::SessionRevoked).unwrap();
    stage.sandbox.kick(None);
    let lost = tokio::time::timeout(Duration::from_secs(20), stage.mtproto.lost_login()).await;
    let lost = lost.expect("it is told in time");
    assert_eq!((lost.session, lost.reason.as_str()), (stage.session, "SESSION_REVOKED"));
}

#[tokio::test]
async fn who_writes_is_known_from_then_on() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    stage.sandbox.say(BOB, ALICE, "hello").unwrap();
    stage.inbox(says("hello")).await;
    let bob = account.known.by_id(telegraphist_domain::ChatId(BOB)).await.unwrap().unwrap();
    assert!(bob.access_hash.is_some());
}
