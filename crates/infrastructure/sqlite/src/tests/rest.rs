use chrono::DateTime;
use telegraphist_application::contracts::Place;
use telegraphist_application::ports::{
    AuditEntry, AuditLog, Breach, CallKey, Claim, Contents, Deliveries, Idempotency, Inbox, InboxEntry, KnownPeer,
    Outbox, Outcome, PeerKind, Peers, Rules, SecretName, StoreError, Tampering, Together, Vault, Verification, Version,
};
use telegraphist_domain::{ChatId, SessionId};

use super::{Directory, execute, things};
use crate::SqliteStore;

const SESSION: SessionId = SessionId(uuid::Uuid::nil());

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
        is_work: false,
    };
    Inbox::store(&store, SESSION, &[entry]).await.unwrap();
    let key = CallKey { principal: "owner".into(), session: SESSION, key: "k".into() };
    let claim = Claim { operation: "send_message".into(), arguments: [0; 32], at: DateTime::UNIX_EPOCH };
    Idempotency::claim(&store, &key, &claim).await.unwrap();
    Idempotency::finish(&store, &key, &Outcome::Answered(format!("{{\"text\":\"{marker}\"}}"))).await.unwrap();
    store.keep(&[things::content(1, marker)]).await.unwrap();
    store.enqueue(&[things::delivery(1, 7, marker)]).await.unwrap();
    store.make_rule(&things::rule(1, marker)).await.unwrap();
    let together =
        Together { contents: vec![things::content(2, marker)], deliveries: vec![things::delivery(2, 7, marker)] };
    things::append(&store, Version(0), &things::started(), &together).await.unwrap();
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

#[tokio::test]
async fn sealed_texts_bodies_and_words_moved_to_another_row_do_not_open() {
    let directory = Directory::new();
    let store = directory.open().await;
    store.keep(&[things::content(1, "of one"), things::content(2, "of two")]).await.unwrap();
    store.enqueue(&[things::delivery(1, 7, "of one"), things::delivery(2, 8, "of two")]).await.unwrap();
    store.make_rule(&things::rule(1, "of one")).await.unwrap();
    store.make_rule(&things::rule(2, "of two")).await.unwrap();
    for statement in [
        "UPDATE contents SET sealed = (SELECT sealed FROM contents ORDER BY id LIMIT 1)",
        "UPDATE outbox_bodies SET sealed = (SELECT sealed FROM outbox_bodies ORDER BY delivery LIMIT 1)",
        "UPDATE rules SET words = (SELECT words FROM rules ORDER BY number LIMIT 1)",
    ] {
        execute(&store, statement).await;
    }
    assert!(store.content(things::content_id(1)).await.unwrap().is_some());
    assert!(store.body(things::delivery_id(1)).await.unwrap().is_some());
    assert!(matches!(store.content(things::content_id(2)).await, Err(StoreError::Vault(_))));
    assert!(matches!(store.body(things::delivery_id(2)).await, Err(StoreError::Vault(_))));
    assert!(matches!(store.rules().await, Err(StoreError::Vault(_))));
}

#[tokio::test]
async fn what_is_forgotten_is_not_in_the_database_any_more() {
    let directory = Directory::new();
    let store = directory.open().await;
    store.keep(&[things::content(1, "text")]).await.unwrap();
    let mut reader = store.reader().await.unwrap();
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM contents").fetch_one(&mut *reader).await.unwrap();
    drop(reader);
    let is_there = |sealed: &[u8]| {
        let bytes = std::fs::read(directory.database()).unwrap();
        bytes.windows(sealed.len()).any(|window| window == sealed)
    };
    checkpoint(&store).await;
    assert!(is_there(&sealed));
    Contents::forget(&store, &[things::content_id(1)]).await.unwrap();
    checkpoint(&store).await;
    assert!(!is_there(&sealed));
}

async fn checkpoint(store: &SqliteStore) {
    let mut reader = store.reader().await.unwrap();
    sqlx::query("PRAGMA query_only = OFF").execute(&mut *reader).await.unwrap();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *reader).await.unwrap();
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
    use Tampering::{Changed, Head, Missing, Reordered};
    for (meddling, at, how) in [
        ("UPDATE audit SET entry = replace(entry, 'sign_in', 'get_me') WHERE number = 3", 3, Changed),
        ("UPDATE audit SET entry = 'no entry' WHERE number = 3", 3, Changed),
        ("UPDATE audit SET hash = previous WHERE number = 2", 2, Changed),
        ("DELETE FROM audit WHERE number = 3", 3, Missing),
        ("DELETE FROM audit WHERE number = 1", 1, Missing),
        ("DELETE FROM audit WHERE number >= 4", 4, Missing),
        ("DELETE FROM audit", 1, Missing),
        (
            "UPDATE audit SET number = -1 WHERE number = 2;
             UPDATE audit SET number = 2 WHERE number = 4;
             UPDATE audit SET number = 4 WHERE number = -1",
            2,
            Reordered,
        ),
        ("UPDATE audit_head SET hash = 'x'", 5, Head),
        ("DELETE FROM audit_head", 1, Head),
    ] {
        let directory = Directory::new();
        let store = log(&directory).await;
        execute(&store, meddling).await;
        assert_eq!(store.verify().await.unwrap(), Verification::Broken(Breach { at, how }), "{meddling}");
    }
}
