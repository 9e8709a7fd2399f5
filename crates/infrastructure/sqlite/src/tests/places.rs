use std::sync::Arc;

use secrecy::ExposeSecret;
use telegraphist_application::contracts;
use telegraphist_application::memory::MemoryKeyRing;
use telegraphist_application::ports::{KeyPlaceKind, SecretName, Vault, VaultError};

use super::Directory;
use crate::key_file::KeyFile;
use crate::{FirstPlace, OpenError, SqliteStore};

fn name() -> SecretName {
    SecretName::new("t", "r")
}

async fn holds_the_secret(store: &SqliteStore) -> bool {
    store.get(&name()).await.unwrap().is_some_and(|secret| secret.expose_secret() == b"secret")
}

/// A store with a secret whose key is in the ring.
async fn in_the_ring(directory: &Directory, ring: &Arc<MemoryKeyRing>) -> SqliteStore {
    let store = directory.open_with(ring, FirstPlace::Auto).await.unwrap();
    store.put(&name(), b"secret").await.unwrap();
    store
}

fn reason(opened: Result<SqliteStore, OpenError>) -> String {
    match opened {
        Err(OpenError::Vault(VaultError::Locked(reason))) => reason,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the store opened without its key"),
    }
}

#[tokio::test]
async fn the_file_keeps_the_contract_of_key_places() {
    let directory = tempfile::tempdir().unwrap();
    let file = KeyFile::beside(&directory.path().join("telegraphist.db"));
    contracts::key_place::keys_are_kept_until_they_are_forgotten(&file).await;
}

#[tokio::test]
async fn an_open_ring_is_preferred_and_a_locked_one_is_not_waited_for() {
    let (directory, ring) = (Directory::new(), Arc::new(MemoryKeyRing::default()));
    let store = in_the_ring(&directory, &ring).await;
    assert!(!directory.key().exists());
    assert_eq!(store.key_status().await.unwrap().place, KeyPlaceKind::Keyring);
    assert!(holds_the_secret(&directory.open_with(&ring, FirstPlace::Auto).await.unwrap()).await);

    let (directory, ring) = (Directory::new(), Arc::new(MemoryKeyRing::default()));
    ring.set_locked(true);
    let store = directory.open_with(&ring, FirstPlace::Auto).await.unwrap();
    assert_eq!(store.key_status().await.unwrap().place, KeyPlaceKind::File);
    assert!(directory.key().exists());
}

#[tokio::test]
async fn the_place_is_chosen_once_whatever_is_asked_for_later() {
    let (directory, ring) = (Directory::new(), Arc::new(MemoryKeyRing::default()));
    in_the_ring(&directory, &ring).await.close().await;
    let store = directory.open_with(&ring, FirstPlace::Always(KeyPlaceKind::File)).await.unwrap();
    assert_eq!(store.key_status().await.unwrap().place, KeyPlaceKind::Keyring);
    assert!(holds_the_secret(&store).await);
}

#[tokio::test]
async fn a_ring_that_is_asked_for_and_locked_makes_no_store() {
    let (directory, ring) = (Directory::new(), Arc::new(MemoryKeyRing::default()));
    ring.set_locked(true);
    let keyring = FirstPlace::Always(KeyPlaceKind::Keyring);
    assert_eq!(reason(directory.open_with(&ring, keyring).await), "the key ring is locked");
    assert!(!directory.key().exists());
    ring.set_locked(false);
    let store = directory.open_with(&ring, keyring).await.unwrap();
    assert_eq!(store.key_status().await.unwrap().place, KeyPlaceKind::Keyring);
}

#[tokio::test]
async fn a_locked_lost_or_unreachable_ring_is_said_and_no_key_is_made() {
    let (directory, ring) = (Directory::new(), Arc::new(MemoryKeyRing::default()));
    in_the_ring(&directory, &ring).await.close().await;
    let before = std::fs::read(directory.database()).unwrap();

    ring.set_locked(true);
    assert_eq!(reason(directory.open_with(&ring, FirstPlace::Auto).await), "the key ring is locked");
    let another = Arc::new(MemoryKeyRing::default());
    let lost = reason(directory.open_with(&another, FirstPlace::Auto).await);
    assert_eq!(lost, "the key ring does not hold the key of this store");
    assert_eq!(reason(directory.try_open().await), "no key ring can be reached");
    assert_eq!(std::fs::read(directory.database()).unwrap(), before, "nothing was touched");
    assert!(!directory.key().exists() && another.count() == 0);

    ring.set_locked(false);
    assert!(holds_the_secret(&directory.open_with(&ring, FirstPlace::Auto).await.unwrap()).await);
}

#[tokio::test]
async fn the_key_moves_and_the_old_place_forgets_it() {
    let (directory, ring) = (Directory::new(), Arc::new(MemoryKeyRing::default()));
    let store = in_the_ring(&directory, &ring).await;
    let id = store.key_status().await.unwrap().id;
    for _ in 0..2 {
        store.move_key(KeyPlaceKind::File).await.unwrap();
        assert!(directory.key().exists() && ring.count() == 0);
    }
    assert!(holds_the_secret(&directory.open_with(&ring, FirstPlace::Auto).await.unwrap()).await);
    store.move_key(KeyPlaceKind::Keyring).await.unwrap();
    assert!(!directory.key().exists() && ring.count() == 1);
    assert_eq!(store.key_status().await.unwrap().id, id);
    assert!(holds_the_secret(&directory.open_with(&ring, FirstPlace::Auto).await.unwrap()).await);
}

#[tokio::test]
async fn a_move_into_a_locked_ring_changes_nothing() {
    let (directory, ring) = (Directory::new(), Arc::new(MemoryKeyRing::default()));
    let store = directory.open_with(&ring, FirstPlace::Always(KeyPlaceKind::File)).await.unwrap();
    store.put(&name(), b"secret").await.unwrap();
    ring.set_locked(true);
    assert!(store.move_key(KeyPlaceKind::Keyring).await.is_err());
    assert!(directory.key().exists() && ring.count() == 0);
    assert!(holds_the_secret(&directory.open_with(&ring, FirstPlace::Auto).await.unwrap()).await);
}

#[tokio::test]
async fn a_copy_left_by_a_move_that_was_cut_short_is_forgotten() {
    let (directory, ring) = (Directory::new(), Arc::new(MemoryKeyRing::default()));
    let store = in_the_ring(&directory, &ring).await;
    // The old place does not answer when it should forget.
    let recorded = store.recorded_key().await.unwrap();
    let key = telegraphist_application::ports::KeyPlace::read(ring.as_ref(), recorded.id).await.unwrap().unwrap();
    store.keep_key(&key, KeyPlaceKind::File).await.unwrap();
    let moved = crate::keys::Recorded { place: KeyPlaceKind::File, ..recorded };
    store.succeed(recorded, moved, None).await.unwrap();
    store.close().await;
    assert_eq!(ring.count(), 1);

    ring.set_locked(true);
    assert!(holds_the_secret(&directory.open_with(&ring, FirstPlace::Auto).await.unwrap()).await);
    ring.set_locked(false);
    assert!(holds_the_secret(&directory.open_with(&ring, FirstPlace::Auto).await.unwrap()).await);
    assert_eq!(ring.count(), 0);
}
