use std::time::Duration;

use futures::{StreamExt, stream};
use telegraphist_application::ports::{Connections, DcAddress, Peers, TelegramError};
use telegraphist_domain::SessionId;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::stage::*;

const LONG: Duration = Duration::from_hours(1);
const CAROL: i64 = 1003;

async fn call(stage: &Stage, session: SessionId) -> Result<i64, TelegramError> {
    get_me(&*stage.mtproto.account(session).await?).await
}

#[tokio::test]
async fn the_session_used_longest_ago_makes_way_and_comes_back_with_nothing_lost() {
    let mut stage = Stage::empty().await;
    stage.resize(2, LONG).await;
    let [alice, bob, carol] =
        [(ALICE, 1), (BOB, 2), (CAROL, 3)].map(|(account, number)| stage.signed_in(account, number));
    let (alice, bob, carol) = (alice.await, bob.await, carol.await);
    for (session, account) in [(alice, ALICE), (bob, BOB), (alice, ALICE)] {
        assert_eq!(call(&stage, session).await.unwrap(), account);
    }
    stage.sandbox.say(ALICE, BOB, "while he is there").unwrap();
    stage.inbox_of(bob, says("while he is there")).await;

    assert_eq!(call(&stage, carol).await.unwrap(), CAROL);
    let held = [alice, bob, carol].map(|session| stage.mtproto.is_connected(session));
    assert_eq!(held, [Some(true), Some(false), Some(true)], "bob was used longest ago");
    stage.open_connections(|open| open == 2).await;

    stage.sandbox.say(ALICE, BOB, "while he is away").unwrap();
    assert_eq!(call(&stage, bob).await.unwrap(), BOB);
    stage.inbox_of(bob, says("while he is away")).await;
    stage.sandbox.say(ALICE, BOB, "while he is back").unwrap();
    stage.inbox_of(bob, says("while he is back")).await;
    stage.open_connections(|open| open == 2).await;
}

#[tokio::test]
async fn who_calls_or_listens_keeps_the_place_and_without_one_a_call_is_told_when_to_come_again() {
    let mut stage = Stage::empty().await;
    stage.resize(2, LONG).await;
    let (alice, bob, carol) =
        (stage.signed_in(ALICE, 1).await, stage.signed_in(BOB, 2).await, stage.signed_in(CAROL, 3).await);
    let pause = async || match call(&stage, carol).await {
        Err(TelegramError::Overloaded { retry_after }) => retry_after,
        outcome => panic!("there is a place: {outcome:?}"),
    };
    let calling = stage.mtproto.account(alice).await.unwrap();
    let listening = stage.mtproto.pin(bob);
    call(&stage, bob).await.unwrap();
    assert_eq!(pause().await, Duration::from_secs(1));
    let also_listening = [stage.mtproto.pin(alice), stage.mtproto.pin(bob)];
    drop(calling);
    assert_eq!(pause().await, Duration::from_secs(30), "whoever listens may stay for long");

    drop(also_listening);
    assert_eq!(call(&stage, carol).await.unwrap(), CAROL);
    let held = [alice, bob].map(|session| stage.mtproto.is_connected(session));
    assert_eq!(held, [Some(false), Some(true)], "somebody still listens to bob");
    drop(listening);
    call(&stage, alice).await.unwrap();
    assert_eq!(stage.mtproto.is_connected(bob), Some(false));
}

#[tokio::test]
async fn who_is_idle_disconnects_unless_somebody_listens_and_comes_back_on_use() {
    let mut stage = Stage::empty().await;
    stage.resize(10, Duration::from_millis(50)).await;
    let (alice, bob) = (stage.signed_in(ALICE, 1).await, stage.signed_in(BOB, 2).await);
    let listening = stage.mtproto.pin(bob);
    call(&stage, alice).await.unwrap();
    call(&stage, bob).await.unwrap();
    stage.open_connections(|open| open == 1).await;
    let held = [alice, bob].map(|session| stage.mtproto.is_connected(session));
    assert_eq!(held, [Some(false), Some(true)]);
    stage.sandbox.say(BOB, ALICE, "are you there?").unwrap();
    drop(listening);
    stage.open_connections(|open| open == 0).await;

    let account = stage.mtproto.account(alice).await.unwrap();
    stage.inbox_of(alice, says("are you there?")).await;
    assert_eq!(get_me(&account).await.unwrap(), ALICE);
    drop(account);
    stage.open_connections(|open| open == 0).await;
}

#[tokio::test]
async fn a_session_that_cannot_be_connected_takes_no_place() {
    let mut stage = Stage::empty().await;
    stage.resize(1, LONG).await;
    let alice = stage.signed_in(ALICE, 1).await;
    let kept = stage.mtproto.account(alice).await.unwrap();
    drop(kept);
    for number in 7..12 {
        let nobody = SessionId(uuid::Uuid::from_u128(number));
        let outcomes = futures::future::join_all([call(&stage, nobody), call(&stage, nobody)]).await;
        assert!(
            outcomes.iter().all(|outcome| matches!(outcome, Err(TelegramError::NeedsLogin { .. }))),
            "{outcomes:?}"
        );
        assert_eq!(stage.mtproto.is_connected(nobody), Some(false));
    }
    assert_eq!(call(&stage, alice).await.unwrap(), ALICE);
}

/// By order and number, not by time: every call of the good session ends while all calls of the bad ones wait.
#[tokio::test]
async fn a_session_that_hangs_holds_no_other_up() {
    let mut stage = Stage::empty().await;
    stage.resize(3, LONG).await;
    let (alice, bob, carol) =
        (stage.signed_in(ALICE, 1).await, stage.signed_in(BOB, 2).await, stage.signed_in(CAROL, 3).await);
    // Bob's calls are taken and not answered; Carol's data centre takes connections and says nothing.
    stage.sandbox.delay_account(BOB, LONG).unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let home = stage.mtproto.storage(carol, crate::storage::Purpose::Account).await.unwrap().home();
    let nowhere = DcAddress { dc: home, v4: Some(silent.local_addr().unwrap()), v6: None, is_home: true };
    stage.store.set_dc(carol, nowhere).await.unwrap();

    let mut bad = JoinSet::new();
    for session in [bob, carol] {
        for _ in 0..20 {
            let mtproto = stage.mtproto.clone();
            bad.spawn(async move { get_me(&*mtproto.account(session).await?).await });
        }
    }
    let (_carols, _) = silent.accept().await.unwrap();
    while stage.sandbox.counters().connections_open == 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        assert_eq!(call(&stage, alice).await.unwrap(), ALICE);
    }
    stage.mtproto.hang_up(alice).await;
    assert_eq!(call(&stage, alice).await.unwrap(), ALICE, "a new connection is not held up either");
    assert!(bad.try_join_next().is_none(), "the bad ones still wait");
    assert_eq!(bad.len(), 40);
    bad.shutdown().await;
}

/// Calls in each of these, so many at once; all of them are Alice's.
async fn call_all(stage: &Stage, sessions: &[SessionId], at_once: usize) {
    let calls = stream::iter(sessions).map(|session| call(stage, *session)).buffer_unordered(at_once);
    calls.for_each(|outcome| async { assert_eq!(outcome.expect("an answer"), ALICE) }).await;
}

#[tokio::test]
async fn a_thousand_sessions_are_connected_at_once_or_take_turns_in_few_places() {
    let mut stage = Stage::empty().await;
    stage.resize(1_000, LONG).await;
    let mut sessions = Vec::new();
    for number in 1..=1_000 {
        sessions.push(stage.signed_in(ALICE, number).await);
    }
    // Few connect at once, because an unoptimised build on a busy machine takes its time for the ciphers.
    call_all(&stage, &sessions, 8).await;
    assert_eq!(stage.sandbox.counters().connections_open, 1_000);
    call_all(&stage, &sessions[..200], 200).await;
    assert_eq!(stage.sandbox.counters().connections_accepted, 1_000, "nobody had to come back");

    stage.resize(10, LONG).await;
    for _ in 0..2 {
        call_all(&stage, &sessions[..50], 5).await;
    }
    assert_eq!(stage.sandbox.counters().connections_accepted, 1_100, "each came back in each round");
    stage.open_connections(|open| open <= 10).await;
}
