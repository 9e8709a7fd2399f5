use std::sync::Arc;

use chrono::DateTime;
use futures::future::join_all;
use secrecy::ExposeSecret;
use telegraphist_application::contracts::Place;
use telegraphist_application::ports::{
    CallKey, Claim, Contents, Conversations, Deliveries, Idempotency, Inbox, InboxEntry, KeyPlaceKind, KnownPeer,
    Outbox, Outcome, PeerKind, Peers, Rule, Rules, SecretName, StoreError, Together, Vault, Version,
};
use telegraphist_application::sealing::{RootKey, VaultKey};
use telegraphist_domain::{ChatId, SessionId};

use super::{Directory, things};
use crate::SqliteStore;
use crate::errors::store_error;
use crate::keys::Recorded;
use crate::sealing::{Change, PAGE};

const SESSION: SessionId = SessionId(uuid::Uuid::nil());

fn name(row: usize) -> SecretName {
    SecretName::new("t", row.to_string())
}

fn call(number: i64) -> CallKey {
    CallKey { principal: "owner".into(), session: SESSION, key: number.to_string() }
}

/// Something of everything that is sealed, more than a page of what is sealed in pages.
async fn fill(store: &SqliteStore) {
    store.put(&name(0), b"secret").await.unwrap();
    let peer = KnownPeer {
        id: ChatId(7),
        kind: PeerKind::User,
        access_hash: Some(1),
        username: None,
        phone: Some("15550009876".into()),
        name: "Ada".into(),
        is_self: false,
    };
    store.remember(SESSION, &[peer]).await.unwrap();
    let entry = |number: i64| InboxEntry {
        kind: "new_message".into(),
        chat: None,
        dedupe_key: number.to_string(),
        payload: number.to_string().into_bytes(),
        is_work: false,
    };
    let entries: Vec<_> = (0..=PAGE).map(entry).collect();
    Inbox::store(store, SESSION, &entries).await.unwrap();
    let numbers = || 0..=PAGE as u128;
    let contents: Vec<_> = numbers().map(|number| things::content(number, &number.to_string())).collect();
    store.keep(&contents).await.unwrap();
    let deliveries: Vec<_> = numbers().map(|number| things::delivery(number, 7, &number.to_string())).collect();
    store.enqueue(&deliveries).await.unwrap();
    join_all(numbers().map(|number| async move {
        let rule = things::rule(number, &number.to_string());
        store.make_rule(&Rule { words: rule.words.filter(|_| number % 2 == 0), ..rule }).await.unwrap();
    }))
    .await;
    let claim = Claim { operation: "send_message".into(), arguments: [0; 32], at: DateTime::UNIX_EPOCH };
    join_all((0..=PAGE).map(|number| {
        let claim = &claim;
        async move {
            Idempotency::claim(store, &call(number), claim).await.unwrap();
            Idempotency::finish(store, &call(number), &Outcome::Answered(number.to_string())).await.unwrap();
        }
    }))
    .await;
}

async fn assert_whole(store: &SqliteStore) {
    assert_eq!(store.get(&name(0)).await.unwrap().unwrap().expose_secret(), b"secret");
    let ada = store.by_phone(SESSION, "15550009876").await.unwrap().unwrap();
    assert_eq!(ada.phone.as_deref(), Some("15550009876"));
    let rows = store.after(SESSION, 0, usize::MAX).await.unwrap();
    assert_eq!(rows.len() as i64, PAGE + 1);
    assert!(rows.iter().all(|row| row.entry.payload == row.entry.dedupe_key.as_bytes()));
    for number in 0..=PAGE as u128 {
        let text = number.to_string().into_bytes();
        assert_eq!(store.content(things::content_id(number)).await.unwrap().unwrap().expose_secret(), text);
        assert_eq!(store.body(things::delivery_id(number)).await.unwrap().unwrap(), text);
    }
    for rule in store.rules().await.unwrap() {
        let number = rule.id.as_u128();
        assert_eq!(rule.words, (number % 2 == 0).then(|| number.to_string()));
    }
    for number in [0, 1, PAGE] {
        let entry = store.look_up(&call(number)).await.unwrap().unwrap();
        assert!(matches!(entry.outcome, Some(Outcome::Answered(answer)) if answer == number.to_string()));
    }
}

fn key_bytes(directory: &Directory) -> Vec<u8> {
    std::fs::read(directory.key()).unwrap()
}

#[tokio::test]
async fn everything_is_sealed_anew_and_the_old_key_is_gone() {
    let directory = Directory::new();
    let store = directory.open().await;
    fill(&store).await;
    let before = (store.key_status().await.unwrap().id, key_bytes(&directory));
    store.rotate_key().await.unwrap();
    let after = (store.key_status().await.unwrap().id, key_bytes(&directory));
    assert!(before.0 != after.0 && before.1 != after.1);
    assert!(!directory.key().with_extension("next").exists());
    assert_whole(&store).await;
    store.put(&name(1), b"later").await.unwrap();
    store.close().await;
    let store = directory.open().await;
    assert_whole(&store).await;
    assert!(store.get(&name(1)).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_the_same_time_lose_nothing() {
    let directory = Directory::new();
    let store = directory.open().await;
    let writes = (0..200).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            store.put(&name(number), b"x").await.unwrap();
            assert!(store.get(&name(number)).await.unwrap().is_some());
        })
    });
    let rotations = (0..3).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.rotate_key().await.unwrap() })
    });
    for task in join_all(writes.chain(rotations).collect::<Vec<_>>()).await {
        task.unwrap();
    }
    let store = directory.open().await;
    for number in 0..200 {
        assert!(store.get(&name(number)).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_rotation_that_fails_in_the_middle_changes_nothing() {
    let directory = Directory::new();
    let store = directory.open().await;
    fill(&store).await;
    // The last thing that is sealed anew is damaged, so all before it was already done.
    let damage: Result<_, StoreError> = store
        .write(|connection| {
            Box::pin(async move {
                sqlx::query("UPDATE calls SET outcome = substr(outcome, 1, 40) WHERE key = '77'")
                    .execute(connection)
                    .await
                    .map_err(store_error)
            })
        })
        .await;
    damage.unwrap();
    let before = (store.key_status().await.unwrap(), key_bytes(&directory));
    assert!(matches!(store.rotate_key().await, Err(StoreError::Vault(_))));
    assert_eq!((store.key_status().await.unwrap(), key_bytes(&directory)), before);
    assert_whole(&store).await;
    store.close().await;
    assert_whole(&directory.open().await).await;
    assert!(!directory.key().with_extension("next").exists(), "the key that never counted is forgotten");
}

#[tokio::test]
async fn a_rotation_cut_short_before_the_new_key_counts_leaves_the_old_one() {
    let directory = Directory::new();
    let store = directory.open().await;
    fill(&store).await;
    let before = key_bytes(&directory);
    store.keep_key(&RootKey::random(), KeyPlaceKind::File).await.unwrap();
    store.close().await;
    assert!(directory.key().with_extension("next").exists());

    assert_whole(&directory.open().await).await;
    assert_eq!(key_bytes(&directory), before);
    assert!(!directory.key().with_extension("next").exists());
}

#[tokio::test]
async fn a_rotation_cut_short_after_the_new_key_counts_is_gone_on_with() {
    let directory = Directory::new();
    let store = directory.open().await;
    fill(&store).await;
    let old_root = RootKey::from_bytes(&key_bytes(&directory)).unwrap();
    let root = RootKey::random();
    store.keep_key(&root, KeyPlaceKind::File).await.unwrap();
    let recorded = |key: &RootKey| Recorded { id: key.id(), place: KeyPlaceKind::File };
    let change = Change { old: Arc::new(VaultKey::new(&old_root)), new: Arc::new(VaultKey::new(&root)) };
    store.succeed(recorded(&old_root), recorded(&root), Some(change)).await.unwrap();
    store.close().await;
    assert_eq!(key_bytes(&directory), old_root.expose());

    assert_whole(&directory.open().await).await;
    assert_eq!(key_bytes(&directory), root.expose());
    assert!(!directory.key().with_extension("next").exists());
}

#[tokio::test]
async fn who_still_has_the_old_key_cannot_write_with_it() {
    let directory = Directory::new();
    let (store, other) = (directory.open().await, directory.open().await);
    fill(&store).await;
    store.rotate_key().await.unwrap();
    assert!(other.put(&name(0), b"unreadable").await.is_err());
    assert!(Idempotency::finish(&other, &call(0), &Outcome::Answered("unreadable".into())).await.is_err());
    let unreadable = "unreadable";
    assert!(other.keep(&[things::content(9_000, unreadable)]).await.is_err());
    assert!(other.enqueue(&[things::delivery(9_000, 9, unreadable)]).await.is_err());
    assert!(other.make_rule(&things::rule(9_000, unreadable)).await.is_err());
    let together = Together { contents: vec![things::content(9_000, unreadable)], deliveries: Vec::new() };
    assert!(things::append(&other, Version(0), &things::started(), &together).await.is_err());
    assert!(store.conversations(1).await.unwrap().is_empty());
    assert!(other.get(&name(0)).await.is_err());
    assert!(other.rotate_key().await.is_err());
    assert_whole(&store).await;
    assert_whole(&directory.open().await).await;
}
