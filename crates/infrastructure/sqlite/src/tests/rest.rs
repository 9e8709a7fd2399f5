use chrono::DateTime;
use telegraphist_application::contracts::Place;
use telegraphist_application::ports::{
    AuditEntry, AuditLog, CallKey, Claim, Idempotency, Inbox, InboxEntry, KnownPeer, Outcome, PeerKind, Peers,
    SecretName, StoreError, Vault, Verification,
};
use telegraphist_domain::{ChatId, SessionId};

use super::Directory;
use crate::SqliteStore;
use crate::errors::store_error;

const SESSION: SessionId = SessionId(uuid::Uuid::nil());

async fn execute(store: &SqliteStore, statement: &'static str) {
    let done: Result<_, StoreError> = store
        .write(move |connection| {
            Box::pin(async move { sqlx::query(statement).execute(connection).await.map_err(store_error) })
        })
        .await;
    assert!(done.unwrap().rows_affected() > 0, "{statement}");
}

#[tokio::test]
async fn what_is_sealed_is_not_to_be_found_in_any_file() {
    let directory = Directory::new();
    let store = directory.open().await;
    let marker = "Xq7-marker";
    store.put(&SecretName::new("session.auth_key", "a/2"), marker.as_bytes()).await.unwrap();
    let phone = "15550009876";
    let peer = KnownPeer {
        id: ChatId(7),
        kind: PeerKind::User,
        access_hash: Some(1),
        username: None,
        phone: Some(phone.into()),
        name: "Ada".into(),
        is_self: false,
    };
    store.remember(SESSION, &[peer]).await.unwrap();
    let entry = InboxEntry {
        kind: "new_message".into(),
        chat: Some(7),
        dedupe_key: "k".into(),
        payload: format!("{{\"text\":\"{marker}\"}}").into_bytes(),
    };
    Inbox::store(&store, SESSION, &[entry]).await.unwrap();
    let key = CallKey { principal: "owner".into(), session: SESSION, key: "k".into() };
    let claim = Claim { operation: "send_message".into(), arguments: [0; 32], at: DateTime::UNIX_EPOCH };
    store.claim(&key, &claim).await.unwrap();
    store.finish(&key, &Outcome::Answered(format!("{{\"text\":\"{marker}\"}}"))).await.unwrap();
    for file in std::fs::read_dir(directory.database().parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for secret in [marker, phone] {
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{secret} is readable in {}", path.display());
        }
    }
}

#[tokio::test]
async fn a_sealed_value_moved_to_another_row_does_not_open() {
    let store = Directory::new();
    let store = store.open().await;
    store.put(&SecretName::new("t", "a"), b"of a").await.unwrap();
    execute(&store, "UPDATE secrets SET of_row = 'b'").await;
    assert!(matches!(store.get(&SecretName::new("t", "b")).await, Err(StoreError::Vault(_))));
}

async fn log(directory: &Directory) -> SqliteStore {
    let store = directory.open().await;
    let entry = AuditEntry {
        at: DateTime::UNIX_EPOCH,
        principal: "owner".into(),
        session: None,
        operation: "sign_in".into(),
        chats: Vec::new(),
        outcome: "ok".into(),
        correlation_id: "c".into(),
        arguments: None,
    };
    for _ in 0..5 {
        AuditLog::append(&store, &entry).await.unwrap();
    }
    store
}

#[tokio::test]
async fn a_chain_that_was_meddled_with_is_found_broken_where_it_was() {
    for (meddling, at) in [
        ("UPDATE audit SET entry = replace(entry, 'sign_in', 'get_me') WHERE number = 3", 3),
        ("UPDATE audit SET hash = previous WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number >= 4", 4),
        ("DELETE FROM audit", 1),
        ("UPDATE audit_head SET hash = 'x'", 5),
        ("DELETE FROM audit_head", 1),
    ] {
        let directory = Directory::new();
        let store = log(&directory).await;
        execute(&store, meddling).await;
        assert_eq!(store.verify().await.unwrap(), Verification::Broken { at }, "{meddling}");
    }
}
