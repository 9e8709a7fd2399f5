use std::time::Duration;

use telegraphist_application::ports::SecretName;
use telegraphist_application::ports::{TelegramError, Vault};
use telegraphist_sandbox::{Fault, Revocation};
use tokio_util::sync::CancellationToken;

use super::stage::*;
use crate::account::Does;
use telegraphist_application::patience::Patience;

#[tokio::test]
async fn an_imported_key_works_and_survives_a_restart() {
    let mut stage = Stage::with_alice().await;
    assert_eq!(get_me(&*stage.account().await).await.unwrap(), ALICE);
    stage.restart().await;
    assert_eq!(get_me(&*stage.account().await).await.unwrap(), ALICE);
    assert_eq!(stage.account().await.own_id(), ALICE);
}

#[tokio::test]
async fn a_session_that_never_signed_in_needs_login() {
    let stage = Stage::empty().await;
    let outcome = stage.mtproto.account(stage.session).await;
    assert!(matches!(outcome, Err(TelegramError::NeedsLogin { .. })));
}

#[tokio::test]
async fn many_first_calls_make_one_connection() {
    let stage = Stage::with_alice().await;
    let before = stage.sandbox.counters().connections_accepted;
    let calls = (0..32).map(|_| async { get_me(&*stage.account().await).await });
    for outcome in futures::future::join_all(calls).await {
        assert_eq!(outcome.unwrap(), ALICE);
    }
    assert_eq!(stage.sandbox.counters().connections_accepted, before + 1);
}

#[tokio::test]
async fn a_revoked_session_needs_login_and_keeps_its_key() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    stage.sandbox.revoke(ALICE, Revocation::SessionRevoked).unwrap();
    let error = get_me(&account).await.unwrap_err();
    assert!(matches!(&error, TelegramError::NeedsLogin { reason } if reason == "SESSION_REVOKED"), "{error:?}");
    let home = account.connection.storage().home();
    let key = SecretName::new("session.auth_key", format!("{}/{home}", stage.session));
    assert!(stage.store.get(&key).await.unwrap().is_some());
}

#[tokio::test]
async fn a_key_that_telegram_forgot_needs_login() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    get_me(&account).await.unwrap();
    stage.sandbox.drop_key(ALICE).unwrap();
    let error = get_me(&account).await.unwrap_err();
    assert!(matches!(error, TelegramError::NeedsLogin { .. }), "{error:?}");
}

#[tokio::test]
async fn a_cut_connection_is_not_noticed_by_reads() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    for _ in 0..5 {
        stage.sandbox.kick(None);
        assert_eq!(get_me(&account).await.unwrap(), ALICE);
    }
    stage.sandbox.cut_after("users.getUsers", Some(1)).unwrap();
    assert_eq!(get_me(&account).await.unwrap(), ALICE);
}

#[tokio::test]
async fn an_outage_of_seconds_is_waited_for() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    get_me(&account).await.unwrap();
    stage.sandbox.outage(true).await.unwrap();
    let (during, ()) = tokio::join!(get_me(&account), async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        stage.sandbox.outage(false).await.unwrap();
    });
    assert_eq!(during.unwrap(), ALICE);
}

#[tokio::test]
async fn a_write_in_an_outage_is_known_not_to_be_sent() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    get_me(&account).await.unwrap();
    stage.sandbox.outage(true).await.unwrap();
    // The first to notice may be this read; from then on the line is known to be down.
    let patience = Patience::of(Duration::from_millis(300));
    let request = grammers_tl_types::functions::help::GetConfig {};
    ask_within(&account, Does::Reads, &request, patience).await.unwrap_err();
    let patience = Patience::of(Duration::from_millis(300));
    let error = ask_within(&account, Does::Writes, &note_to_self("x", 5), patience).await.unwrap_err();
    assert!(matches!(error, TelegramError::Unavailable(_) | TelegramError::DeadlineExceeded), "{error:?}");
}

#[tokio::test]
async fn a_lost_answer_to_a_write_is_called_unknown_and_not_repeated() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    get_me(&account).await.unwrap();
    stage.sandbox.cut_after("messages.sendMessage", Some(1)).unwrap();
    let error = ask(&account, Does::Writes, &note_to_self("only once", 7)).await.unwrap_err();
    assert!(matches!(error, TelegramError::OutcomeUnknown), "{error:?}");
    assert_eq!(stage.sandbox.counters().calls_of("messages.sendMessage"), 1);
    let error = ask(&account, Does::Writes, &note_to_self("only once", 7)).await.unwrap_err();
    assert!(matches!(&error, TelegramError::Refused { telegram } if telegram == "RANDOM_ID_DUPLICATE"), "{error:?}");
}

#[tokio::test]
async fn a_short_flood_wait_is_waited_out() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    let fault = Fault::once("users.getUsers", 420, "FLOOD_WAIT_2");
    stage.sandbox.fault(fault).unwrap();
    let started = tokio::time::Instant::now();
    assert_eq!(get_me(&account).await.unwrap(), ALICE);
    assert!(started.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_long_flood_wait_is_reported_with_its_method() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    let fault = Fault::once("users.getUsers", 420, "FLOOD_WAIT_90");
    stage.sandbox.fault(fault).unwrap();
    match get_me(&account).await.unwrap_err() {
        TelegramError::RateLimited { retry_after, method } => {
            assert_eq!(retry_after, Duration::from_secs(90));
            assert_eq!(method, "users.getUsers");
        }
        error => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn telegrams_own_errors_are_unavailable() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    let fault = Fault::once("users.getUsers", 500, "RPC_CALL_FAIL");
    stage.sandbox.fault(fault).unwrap();
    let error = get_me(&account).await.unwrap_err();
    assert!(matches!(error, TelegramError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_call_ends_by_its_deadline_and_on_cancellation() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    get_me(&account).await.unwrap();
    stage.sandbox.delay("help.getConfig", Duration::from_secs(20), None).unwrap();
    stage.sandbox.delay("messages.sendMessage", Duration::from_secs(20), None).unwrap();
    let short = || Patience::of(Duration::from_millis(200));
    let request = grammers_tl_types::functions::help::GetConfig {};
    let read = ask_within(&account, Does::Reads, &request, short()).await;
    assert!(matches!(read, Err(TelegramError::DeadlineExceeded)));
    let write = ask_within(&account, Does::Writes, &note_to_self("late", 9), short()).await;
    assert!(matches!(write, Err(TelegramError::OutcomeUnknown)));
    let cancel = CancellationToken::new();
    cancel.cancel();
    let patience = Patience { cancel, ..Patience::of(Duration::from_secs(20)) };
    let cancelled = ask_within(&account, Does::Writes, &note_to_self("never", 11), patience).await;
    assert!(matches!(cancelled, Err(TelegramError::Cancelled)));
}

#[tokio::test]
async fn another_data_centre_is_told_who_asks() {
    let stage = Stage::with_alice().await;
    let account = stage.account().await;
    let home = account.connection.storage().home();
    let other = (1..=5).find(|dc| *dc != home).unwrap();
    let key = stage.sandbox.keys_for(None).unwrap().auth_key(other).unwrap();
    let name = SecretName::new("session.auth_key", format!("{}/{other}", stage.session));
    stage.store.put(&name, &key).await.unwrap();
    let row = telegraphist_application::ports::DcAddress { dc: other, v4: None, v6: None, is_home: false };
    telegraphist_application::ports::Peers::set_dc(&stage.store, stage.session, row).await.unwrap();
    stage.mtproto.hang_up(stage.session).await;
    let account = stage.account().await;
    let body = grammers_tl_types::Serializable::to_bytes(&grammers_tl_types::functions::users::GetUsers {
        id: vec![grammers_tl_types::enums::InputUser::UserSelf],
    });
    let patience = Patience::of(Duration::from_secs(10));
    for _ in 0..2 {
        account.connection.call(Some(other), Does::Reads, body.clone(), &patience).await.unwrap();
    }
    assert_eq!(stage.sandbox.counters().calls_of("auth.importAuthorization"), 1);
}
