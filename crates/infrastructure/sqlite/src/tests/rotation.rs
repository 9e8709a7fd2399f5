use std::sync::Arc;

use chrono::DateTime;
use futures::future::join_all;
use secrecy::ExposeSecret;
use telegraphist_application::contracts::Place;
use telegraphist_application::ports::{
    CallKey, Claim, Idempotency, Inbox, InboxEntry, KeyPlaceKind, KnownPeer, Outcome, PeerKind, Peers, SecretName,
    StoreError, Vault,
};
use telegraphist_application::sealing::{RootKey, VaultKey};
use telegraphist_domain::{ChatId, SessionId};

use super::Directory;
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
    };
    let entries: Vec<_> = (0..=PAGE).map(entry).collect();
    Inbox::store(store, SESSION, &entries).await.unwrap();
    let claim = Claim { operation: "send_message".into(), arguments: [0; 32], at: DateTime::UNIX_EPOCH };
    join_all((0..=PAGE).map(|number| {
        let claim = &claim;
        async move {
            store.claim(&call(number), claim).await.unwrap();
            store.finish(&call(number), &Outcome::Answered(number.to_string())).await.unwrap();
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
    store.keep(&RootKey::random(), KeyPlaceKind::File).await.unwrap();
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
    store.keep(&root, KeyPlaceKind::File).await.unwrap();
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
    assert!(other.finish(&call(0), &Outcome::Answered("unreadable".into())).await.is_err());
    assert!(other.get(&name(0)).await.is_err());
    assert!(other.rotate_key().await.is_err());
    assert_whole(&store).await;
    assert_whole(&directory.open().await).await;
}
