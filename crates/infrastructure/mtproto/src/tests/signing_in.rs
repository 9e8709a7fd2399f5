use std::time::Duration;

use secrecy::ExposeSecret;
use telegraphist_application::ports::{QrStep, SignIn, SignInError, SignInStep};
use telegraphist_sandbox::AccountInfo;

use super::stage::*;

const LOOK: Duration = Duration::from_secs(5);

fn with_password(stage: &Stage) -> AccountInfo {
    let accounts = stage.sandbox.info().accounts;
    accounts.into_iter().find(|account| account.password.is_some() && !account.bot).unwrap()
}

fn without_password(stage: &Stage) -> AccountInfo {
    let accounts = stage.sandbox.info().accounts;
    accounts.into_iter().find(|account| account.password.is_none() && !account.bot).unwrap()
}

async fn fresh() -> Stage {
    let mut stage = Stage::empty().await;
    stage.configure();
    stage
}

async fn code_for(stage: &Stage, account: &AccountInfo) -> String {
    let phone = account.phone.as_deref().unwrap();
    stage.mtproto.request_code(stage.session, &api(), phone).await.unwrap();
    stage.sandbox.login_code(phone).unwrap()
}

#[tokio::test]
async fn a_code_signs_in() {
    let stage = fresh().await;
    let who = without_password(&stage);
    let code = code_for(&stage, &who).await;
    let wrong = stage.mtproto.submit_code(stage.session, "00000").await;
    assert!(matches!(wrong, Err(SignInError::CodeInvalid)), "a wrong code is told apart");
    match stage.mtproto.submit_code(stage.session, &code).await.unwrap() {
        SignInStep::Done(signed_in) => assert_eq!(signed_in.user_id, who.id),
        SignInStep::PasswordNeeded { .. } => panic!("the account has no password"),
    }
    assert_eq!(get_me(&*stage.account().await).await.unwrap(), who.id);
    let again = stage.mtproto.submit_code(stage.session, &code).await;
    assert!(matches!(again, Err(SignInError::NotUnderWay)));
}

#[tokio::test]
async fn a_password_is_asked_for_and_proven() {
    let stage = fresh().await;
    let who = with_password(&stage);
    let code = code_for(&stage, &who).await;
    match stage.mtproto.submit_code(stage.session, &code).await.unwrap() {
        SignInStep::PasswordNeeded { hint } => assert_eq!(hint, who.password_hint),
        SignInStep::Done(_) => panic!("the account has a password"),
    }
    let submit = async |password: &str| stage.mtproto.submit_password(stage.session, &password.to_owned().into()).await;
    assert!(matches!(submit("wrong").await, Err(SignInError::PasswordInvalid)));
    let signed_in = submit(who.password.as_deref().unwrap()).await.unwrap();
    assert_eq!(signed_in.user_id, who.id);
    assert_eq!(get_me(&*stage.account().await).await.unwrap(), who.id);
}

#[tokio::test]
async fn an_account_that_lives_elsewhere_is_followed() {
    let stage = fresh().await;
    let who = without_password(&stage);
    let elsewhere = if who.dc == 4 { 5 } else { 4 };
    stage.sandbox.move_account(who.id, elsewhere).unwrap();
    let code = code_for(&stage, &who).await;
    stage.mtproto.submit_code(stage.session, &code).await.unwrap();
    let account = stage.account().await;
    assert_eq!(account.connection.storage().home(), elsewhere);
    assert_eq!(get_me(&account).await.unwrap(), who.id);
}

#[tokio::test]
async fn a_scan_signs_in_also_from_another_data_centre() {
    let stage = fresh().await;
    let who = without_password(&stage);
    stage.sandbox.move_account(who.id, 3).unwrap();
    let QrStep::Show { url, .. } = stage.mtproto.qr(stage.session, &api(), LOOK).await.unwrap() else {
        panic!("nothing was scanned yet");
    };
    stage.sandbox.accept_qr(who.id, &url).unwrap();
    match stage.mtproto.qr(stage.session, &api(), LOOK).await.unwrap() {
        QrStep::Scanned(SignInStep::Done(signed_in)) => assert_eq!(signed_in.user_id, who.id),
        QrStep::Scanned(SignInStep::PasswordNeeded { .. }) => panic!("the account has no password"),
        QrStep::Show { .. } => panic!("it was scanned"),
    }
    assert_eq!(get_me(&*stage.account().await).await.unwrap(), who.id);
}

#[tokio::test]
async fn a_scan_can_need_the_password() {
    let stage = fresh().await;
    let who = with_password(&stage);
    let QrStep::Show { url, .. } = stage.mtproto.qr(stage.session, &api(), LOOK).await.unwrap() else {
        panic!("nothing was scanned yet");
    };
    stage.sandbox.accept_qr(who.id, &url).unwrap();
    let step = stage.mtproto.qr(stage.session, &api(), LOOK).await.unwrap();
    assert!(matches!(step, QrStep::Scanned(SignInStep::PasswordNeeded { .. })));
    let password = who.password.clone().unwrap().into();
    let signed_in = stage.mtproto.submit_password(stage.session, &password).await.unwrap();
    assert_eq!(signed_in.user_id, who.id);
}

#[tokio::test]
async fn a_token_that_nobody_scans_stays_on_the_screen() {
    let stage = fresh().await;
    let first = stage.mtproto.qr(stage.session, &api(), LOOK).await.unwrap();
    let second = stage.mtproto.qr(stage.session, &api(), Duration::from_millis(50)).await.unwrap();
    assert!(first == second);
}

#[tokio::test]
async fn a_number_that_nobody_has_is_told_apart() {
    let stage = fresh().await;
    let outcome = stage.mtproto.request_code(stage.session, &api(), "12345").await;
    assert!(matches!(outcome, Err(SignInError::PhoneInvalid | SignInError::NotRegistered)), "{outcome:?}");
}

#[tokio::test]
async fn an_imported_key_without_a_user_is_refused_and_not_kept() {
    let stage = Stage::empty().await;
    let mut key = stage.key_of(ALICE);
    let keys = stage.sandbox.keys_for(None).unwrap();
    key.auth_key = Box::new(keys.auth_key(key.dc).unwrap()).into();
    let outcome = stage.mtproto.import(stage.session, &api(), key).await;
    assert!(matches!(outcome, Err(SignInError::KeyNotAuthorised)));
    assert!(stage.mtproto.export(stage.session).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_exported_is_what_was_imported() {
    let stage = Stage::empty().await;
    let key = stage.key_of(ALICE);
    let (dc, address, secret) = (key.dc, key.address, *key.auth_key.expose_secret());
    stage.mtproto.import(stage.session, &api(), key).await.unwrap();
    let exported = stage.mtproto.export(stage.session).await.unwrap().unwrap();
    assert_eq!((exported.dc, exported.address), (dc, address));
    assert!(*exported.auth_key.expose_secret() == secret);
}

#[tokio::test]
async fn after_logging_out_the_session_needs_login_and_can_sign_in_again() {
    let stage = Stage::with_alice().await;
    get_me(&*stage.account().await).await.unwrap();
    stage.mtproto.log_out(stage.session).await.unwrap();
    get_me(&*stage.account().await).await.unwrap_err();
    stage.mtproto.log_out(stage.session).await.unwrap();
    assert_eq!(stage.import(ALICE).await.user_id, ALICE);
    assert_eq!(get_me(&*stage.account().await).await.unwrap(), ALICE);
}

#[tokio::test]
async fn forgetting_leaves_nothing() {
    let stage = Stage::with_alice().await;
    stage.account().await;
    stage.mtproto.forget(stage.session).await.unwrap();
    assert!(stage.mtproto.export(stage.session).await.unwrap().is_none());
    assert!(stage.mtproto.account(stage.session).await.is_err());
}
