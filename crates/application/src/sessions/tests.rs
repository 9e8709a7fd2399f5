mod enrolments;
mod telegram;

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretBox, SecretString};
use telegraphist_domain::SessionKind;
use telegraphist_domain::session::Refusal;

use super::SessionError;
use super::record::id_of;
use crate::application::{Application, Outside, Ports, Settings};
use crate::caller::Caller;
use crate::failure::{Code, Failure};
use crate::grants::{Grants, Scopes};
use crate::memory::{CountingIds, FixedClock, MemoryStore, NoBots, NoFiles};
use crate::ports::*;
use crate::session_strings::{self, StringKind};
use crate::updates::AnnouncedInbox;
use crate::views::SessionView;
use telegram::{ADA, BOB, SmallTelegram};

struct World {
    app: Application,
    store: MemoryStore,
    telegram: Arc<SmallTelegram>,
    clock: Arc<FixedClock>,
}

fn world() -> World {
    let clock = Arc::new(FixedClock::default());
    let store = MemoryStore::new(clock.clone());
    let shared = Arc::new(store.clone());
    let telegram = Arc::new(SmallTelegram::default());
    let outside = Outside {
        inbox: AnnouncedInbox::new(shared.clone()),
        clock: clock.clone(),
        ids: Arc::new(CountingIds::default()),
        connections: telegram.clone(),
        sign_in: telegram.clone(),
        bots: Arc::new(NoBots),
        files: Arc::new(NoFiles),
    };
    let ports = Ports::on(&shared, outside);
    let app = Application::new(ports, Settings::new(SecretBox::new(Box::new([1; 32]))));
    World { app, store, telegram, clock }
}

fn owner() -> Caller {
    Caller::owner()
}

fn api() -> ApiCredentials {
    ApiCredentials { id: 12345, hash: "0123456789abcdef".into() }
}

fn key(dc: i32) -> ImportedKey {
    let address = Some("127.0.0.1:4430".parse().unwrap());
    ImportedKey { dc, address, auth_key: SecretBox::new(Box::new([dc as u8; 256])) }
}

impl World {
    async fn session(&self, name: &str) -> SessionView {
        self.store.session(name).await.unwrap().unwrap()
    }

    async fn state(&self, name: &str) -> String {
        self.session(name).await.state
    }

    /// The acts that the audit log holds, with how they ended.
    async fn acts(&self) -> Vec<String> {
        let rows = self.store.rows(1, 100).await.unwrap();
        rows.into_iter().map(|row| format!("{} {}", row.entry.operation, row.entry.outcome)).collect()
    }

    async fn signed_in(name: &str) -> Self {
        let world = world();
        world.app.import_session(&owner(), name, api(), key(ADA)).await.unwrap();
        world
    }
}

#[tokio::test]
async fn a_person_signs_in_with_code_and_password() {
    let world = world();
    let app = &world.app;
    app.create_session(&owner(), "Work", SessionKind::User).await.unwrap();
    assert_eq!(world.state("work").await, "created");
    let sent = app.request_code(&owner(), "work", &api(), "+1 555 000 1234").await.unwrap();
    assert_eq!(sent.way, CodeWay::App);
    assert_eq!(world.session("work").await.reason.as_deref(), Some("waits for the login code"));
    let wrong = app.submit_code(&owner(), "work", "00000").await;
    assert!(matches!(wrong, Err(SessionError::SignIn(SignInError::CodeInvalid))));
    assert_eq!(world.state("work").await, "initializing");
    let step = app.submit_code(&owner(), "work", "1-2-3 45").await.unwrap();
    assert!(matches!(step, SignInStep::PasswordNeeded { .. }));
    assert_eq!(world.session("work").await.reason.as_deref(), Some("waits for the password"));
    let who = app.submit_password(&owner(), "work", &SecretString::from("hunter2")).await.unwrap();
    assert_eq!(who.user_id, i64::from(ADA));
    let ready = world.session("work").await;
    assert_eq!((ready.state.as_str(), ready.user_id.as_deref()), ("ready", Some("1")));
    assert_eq!(
        world.acts().await,
        ["create_session ok", "request_code ok", "sign_in invalid_argument", "sign_in ok", "sign_in ok"]
    );
    let kept = app.api_of(id_of(&ready)).await.unwrap().unwrap();
    assert_eq!((kept.id, kept.hash.expose_secret()), (12345, "0123456789abcdef"));
}

#[tokio::test]
async fn a_qr_code_is_asked_for_until_it_is_scanned() {
    let world = world();
    let app = &world.app;
    app.create_session(&owner(), "work", SessionKind::User).await.unwrap();
    for _ in 0..3 {
        let step = app.sign_in_by_qr(&owner(), "work", &api(), Duration::ZERO).await.unwrap();
        assert!(matches!(step, QrStep::Show { .. }));
    }
    assert_eq!(world.session("work").await.reason.as_deref(), Some("waits for the QR code to be scanned"));
    assert_eq!(world.acts().await, ["create_session ok"], "looking is no act");
    world.telegram.scan();
    let step = app.sign_in_by_qr(&owner(), "work", &api(), Duration::ZERO).await.unwrap();
    assert!(matches!(step, QrStep::Scanned(SignInStep::Done(_))));
    assert_eq!(world.state("work").await, "ready");
    let again = app.sign_in_by_qr(&owner(), "work", &api(), Duration::ZERO).await;
    assert!(matches!(again, Err(SessionError::Refused(Refusal::AlreadySignedIn))));
}

#[tokio::test]
async fn an_imported_key_makes_a_session_that_exports_the_same_key() {
    let world = World::signed_in("work").await;
    assert_eq!(world.state("work").await, "ready");
    let exported = world.app.export_session(&owner(), "work").await.unwrap();
    assert_eq!((exported.dc, exported.address), (ADA, key(ADA).address));
    for kind in StringKind::ALL {
        let string = world.app.export_session_string(&owner(), "work", kind).await.unwrap();
        let read = session_strings::read(kind, string.expose_secret()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.auth_key.expose_secret(), exported.auth_key.expose_secret());
    }
    assert!(world.acts().await.contains(&"export_session ok".to_owned()));
}

#[tokio::test]
async fn a_useless_key_leaves_nothing_behind() {
    let world = world();
    let refused = world.app.import_session(&owner(), "work", api(), key(9)).await;
    assert!(matches!(refused, Err(SessionError::SignIn(SignInError::KeyNotAuthorised))));
    assert!(world.store.sessions().await.unwrap().is_empty());
    assert!(world.telegram.held().is_empty());
    assert_eq!(world.acts().await, ["import_session needs_login"]);
}

#[tokio::test]
async fn importing_into_a_session_that_is_signed_in_is_refused_and_into_a_lost_one_mends_it() {
    let world = World::signed_in("work").await;
    let refused = world.app.import_session(&owner(), "work", api(), key(ADA)).await;
    assert!(matches!(refused, Err(SessionError::Refused(Refusal::AlreadySignedIn))));
    let before = world.session("work").await;
    world.app.need_login(id_of(&before), "SESSION_REVOKED").await.unwrap();
    let mended = world.app.import_session(&owner(), "work", api(), key(ADA)).await.unwrap();
    assert_eq!((mended.id, mended.state), (before.id, "ready".to_owned()));
}

#[tokio::test]
async fn a_lost_login_is_noted_once_and_nothing_is_deleted() {
    let world = World::signed_in("work").await;
    let id = id_of(&world.session("work").await);
    for reason in ["SESSION_REVOKED", "AUTH_KEY_UNREGISTERED"] {
        world.app.need_login(id, reason).await.unwrap();
    }
    let lost = world.session("work").await;
    assert_eq!((lost.state.as_str(), lost.reason.as_deref()), ("needs_login", Some("SESSION_REVOKED")));
    assert_eq!(world.telegram.held(), [id]);
    assert!(world.app.api_of(id).await.unwrap().is_some());
    assert_eq!(world.acts().await, ["import_session ok", "lose_login ok"]);
    world.app.remove_session(&owner(), "work").await.unwrap();
    world.app.need_login(id, "late").await.unwrap();
}

#[tokio::test]
async fn a_login_that_is_lost_without_a_call_is_noted_at_once() {
    let world = World::signed_in("work").await;
    let id = id_of(&world.session("work").await);
    world.app.watch_logins();
    world.telegram.lose(id, "SESSION_REVOKED");
    let noted = async {
        while world.state("work").await != "needs_login" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), noted).await.expect("it is noted in time");
    assert_eq!(world.session("work").await.reason.as_deref(), Some("SESSION_REVOKED"));
    world.app.stop_watching_logins().await;
}

#[tokio::test]
async fn an_imported_login_of_another_account_is_forgotten_and_not_ended() {
    let world = World::signed_in("work").await;
    world.app.need_login(id_of(&world.session("work").await), "SESSION_REVOKED").await.unwrap();
    let refused = world.app.import_session(&owner(), "work", api(), key(BOB)).await;
    assert!(matches!(refused, Err(SessionError::Refused(Refusal::AnotherAccount))));
    assert_eq!(world.state("work").await, "needs_login");
    assert!(world.telegram.held().is_empty(), "the key of the other account is not kept");
    assert_eq!(world.telegram.log_outs(), 0, "the program that it came from goes on using it");
}

#[tokio::test]
async fn a_new_login_of_another_account_is_given_back() {
    let world = world();
    world.app.import_session(&owner(), "work", api(), key(BOB)).await.unwrap();
    world.app.need_login(id_of(&world.session("work").await), "SESSION_REVOKED").await.unwrap();
    world.app.request_code(&owner(), "work", &api(), "15550001234").await.unwrap();
    world.app.submit_code(&owner(), "work", "12345").await.unwrap();
    let refused = world.app.submit_password(&owner(), "work", &SecretString::from("hunter2")).await;
    assert!(matches!(refused, Err(SessionError::Refused(Refusal::AnotherAccount))));
    assert!(world.telegram.held().is_empty(), "nobody would look for it here");
    assert_eq!(world.telegram.log_outs(), 1);
}

#[tokio::test]
async fn logging_out_closes_also_what_was_revoked_and_signing_in_opens_again() {
    let world = World::signed_in("work").await;
    assert_eq!(world.app.log_out(&owner(), "work").await.unwrap().state, "closed");
    assert_eq!(world.app.log_out(&owner(), "work").await.unwrap().state, "closed");
    world.app.request_code(&owner(), "work", &api(), "15550001234").await.unwrap();
    world.app.submit_code(&owner(), "work", "12345").await.unwrap();
    world.app.submit_password(&owner(), "work", &SecretString::from("hunter2")).await.unwrap();
    world.telegram.revoke();
    assert_eq!(world.app.log_out(&owner(), "work").await.unwrap().state, "closed");
}

#[tokio::test]
async fn a_log_out_that_telegram_did_not_hear_goes_on_when_it_is_asked_for_again() {
    let world = World::signed_in("work").await;
    world.telegram.go_offline(true);
    let cut = world.app.log_out(&owner(), "work").await;
    assert!(matches!(cut, Err(SessionError::SignIn(SignInError::Unavailable(_)))));
    assert_eq!(world.state("work").await, "closing");
    let code = world.app.request_code(&owner(), "work", &api(), "15550001234").await;
    assert!(matches!(code, Err(SessionError::Refused(Refusal::Closing))));
    let import = world.app.import_session(&owner(), "work", api(), key(ADA)).await;
    assert!(matches!(import, Err(SessionError::Refused(Refusal::Closing))));
    world.telegram.go_offline(false);
    assert_eq!(world.app.log_out(&owner(), "work").await.unwrap().state, "closed");
}

#[tokio::test]
async fn removing_takes_keys_credentials_and_updates_along_and_frees_the_name() {
    let world = World::signed_in("work").await;
    let id = id_of(&world.session("work").await);
    let entry =
        InboxEntry { kind: "other".into(), chat: None, dedupe_key: "k".into(), payload: Vec::new(), is_work: false };
    Inbox::store(&world.store, id, &[entry]).await.unwrap();
    world.app.remove_session(&owner(), "work").await.unwrap();
    assert!(world.store.sessions().await.unwrap().is_empty());
    assert!(world.telegram.held().is_empty());
    assert!(world.app.api_of(id).await.unwrap().is_none());
    assert!(world.store.after(id, 0, 10).await.unwrap().is_empty());
    world.app.create_session(&owner(), "work", SessionKind::User).await.unwrap();
}

#[tokio::test]
async fn names_are_unique_and_the_default_is_the_one_chosen_last() {
    let world = world();
    let app = &world.app;
    app.create_session(&owner(), "work", SessionKind::User).await.unwrap();
    app.create_session(&owner(), "home", SessionKind::User).await.unwrap();
    let taken = app.create_session(&owner(), "WORK", SessionKind::User).await;
    assert!(matches!(taken, Err(SessionError::NameTaken)));
    assert!(matches!(app.rename_session(&owner(), "home", "work").await, Err(SessionError::NameTaken)));
    assert!(matches!(app.create_session(&owner(), "a b", SessionKind::User).await, Err(SessionError::Name(_))));
    assert_eq!(app.rename_session(&owner(), "home", "flat").await.unwrap().name, "flat");
    assert!(app.set_default_session(&owner(), "work").await.unwrap().is_default);
    assert!(app.set_default_session(&owner(), "flat").await.unwrap().is_default);
    assert!(!world.session("work").await.is_default);
}

#[tokio::test]
async fn an_unknown_session_is_told_with_the_names_there_are() {
    let world = World::signed_in("work").await;
    let failure: Failure = world.app.log_out(&owner(), "wrok").await.unwrap_err().into();
    assert_eq!(failure.code, Code::UnknownSession);
    assert_eq!(serde_json::to_value(&failure).unwrap()["details"]["sessions"], serde_json::json!(["work"]));
}

#[tokio::test]
async fn only_the_owner_manages_sessions() {
    let world = World::signed_in("work").await;
    let reader = owner().narrowed(&Grants { is_read_only: true, ..Grants::everything() });
    let guest = owner().narrowed(&Grants { scopes: Scopes::none(), ..Grants::everything() });
    for caller in [reader, guest] {
        let refused = world.app.export_session(&caller, "work").await;
        assert!(matches!(refused, Err(SessionError::NotTheOwner)));
        assert!(matches!(world.app.remove_session(&caller, "work").await, Err(SessionError::NotTheOwner)));
    }
}

#[test]
fn failures_are_sentences_that_say_what_to_do() {
    let failures: Vec<String> = [
        SessionError::NameTaken,
        SessionError::NotAPhone,
        SessionError::NothingToExport,
        Refusal::AnotherAccount.into(),
        SignInError::CodeExpired.into(),
        SignInError::ApiInvalid.into(),
        SignInError::RateLimited(Duration::from_secs(90)).into(),
    ]
    .into_iter()
    .map(|error: SessionError| serde_json::to_string(&Failure::from(error)).unwrap())
    .collect();
    insta::assert_snapshot!(failures.join("\n"), @r#"
    {"code":"invalid_argument","message":"The name is taken by another session.","action":"Choose another name.","correlation_id":""}
    {"code":"invalid_argument","message":"Not a phone number.","action":"Give the number in international form, with the country code: +15550001234.","correlation_id":""}
    {"code":"needs_login","message":"The session has no login to export.","action":"Sign the session in first: `telegraphist login`.","correlation_id":""}
    {"code":"invalid_argument","message":"The session belongs to another account.","action":"Choose another session name for this account.","correlation_id":""}
    {"code":"invalid_argument","message":"The code has expired; ask for a new one.","action":"Start again: `telegraphist login`.","correlation_id":"","details":{"step":"start"}}
    {"code":"invalid_argument","message":"Telegram does not accept the API id and hash.","action":"Take both from https://my.telegram.org and set telegram.api_id and telegram.api_hash.","correlation_id":""}
    {"code":"rate_limited","message":"Telegram asks to wait 90s.","action":"Wait, then try once more.","retry_after_ms":90000,"correlation_id":""}
    "#);
}
