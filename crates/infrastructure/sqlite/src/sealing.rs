//! The key in use, and how another takes its place.
//!
//! Whatever seals or opens holds the key until it is done; changing it waits for them and lets nobody begin. A change is
//! one transaction that seals everything anew and says which key counts. Before it, the old key counts, after it the
//! new one, and a key is kept in its place before it may count and forgotten only after it no longer does; what an
//! interruption leaves is noted in the store and forgotten at the next opening.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::ExposeSecret;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{KeyPlaceKind, StoreError, VaultError};
use telegraphist_application::sealing::{KeyId, RootKey, VaultKey};
use tokio::sync::{RwLock, RwLockReadGuard};

use crate::errors::{store_error, unreadable};
use crate::keys::{self, Keys, Recorded};
use crate::statement::Statement;
use crate::{SqliteStore, contents, idempotency, inbox, open, outbox, peers, rules, vault};

/// Rows that are sealed anew at once.
pub(crate) const PAGE: i64 = 500;

pub(crate) struct Sealing {
    key: RwLock<Arc<VaultKey>>,
    keys: Keys,
    database: PathBuf,
}

impl Sealing {
    pub(crate) fn new(key: VaultKey, keys: Keys, database: &Path) -> Self {
        Self { key: RwLock::new(Arc::new(key)), keys, database: database.to_owned() }
    }
}

/// One key for another.
pub(crate) struct Change {
    pub(crate) old: Arc<VaultKey>,
    pub(crate) new: Arc<VaultKey>,
}

impl Change {
    /// The same value for the same row, under the new key.
    pub(crate) fn reseal(&self, table: &str, row: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let plain = self.old.open(table, row, sealed)?;
        Ok(self.new.seal(table, row, plain.expose_secret()))
    }
}

/// A sealed column of a table whose rows have ids.
pub(crate) struct SealedColumn {
    /// What its values are bound to, with the id.
    pub(crate) table: &'static str,
    /// Ids and values after an id, so many.
    pub(crate) page: &'static str,
    /// Writes another value, given second, to the row of an id.
    pub(crate) update: &'static str,
}

impl SealedColumn {
    /// Seals every value anew, a page at a time.
    async fn reseal(&self, connection: &mut SqliteConnection, change: &Change) -> Result<(), StoreError> {
        let mut last = String::new();
        loop {
            let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(self.page)
                .bind(&last)
                .bind(PAGE)
                .fetch_all(&mut *connection)
                .await
                .map_err(store_error)?;
            if rows.is_empty() {
                return Ok(());
            }
            for (id, sealed) in rows {
                let anew = change.reseal(self.table, &id, &sealed)?;
                sqlx::query(self.update).bind(&id).bind(anew).run(connection).await?;
                last = id;
            }
        }
    }
}

/// Which key seals a store, and where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyStatus {
    /// Which key.
    pub id: KeyId,
    /// Where it is.
    pub place: KeyPlaceKind,
    /// Whether there is a key ring that answers and is not locked.
    pub is_ring_open: bool,
}

impl SqliteStore {
    /// Which key seals this store, and where it is.
    pub async fn key_status(&self) -> Result<KeyStatus, StoreError> {
        let recorded = self.recorded_key().await?;
        let ring = self.inner.sealing.keys.place(KeyPlaceKind::Keyring);
        let is_ring_open = match ring {
            Ok(ring) => ring.is_open().await,
            Err(_) => false,
        };
        Ok(KeyStatus { id: recorded.id, place: recorded.place, is_ring_open })
    }

    /// Keeps the key at another place. The old place forgets it; nothing is sealed anew. Goes on to its end if the
    /// caller stops waiting.
    pub async fn move_key(&self, to: KeyPlaceKind) -> Result<(), StoreError> {
        let store = self.clone();
        tokio::spawn(async move { store.move_key_now(to).await }).await.map_err(unreadable)?
    }

    /// Makes a new key, seals everything with it and forgets the old one. Other calls wait meanwhile; other processes
    /// that have this store open must open it again. Goes on to its end if the caller stops waiting.
    pub async fn rotate_key(&self) -> Result<(), StoreError> {
        let store = self.clone();
        tokio::spawn(async move { store.rotate_key_now().await }).await.map_err(unreadable)?
    }

    /// The key, which stays the key as long as the guard is held.
    pub(crate) async fn key(&self) -> RwLockReadGuard<'_, Arc<VaultKey>> {
        self.inner.sealing.key.read().await
    }

    async fn move_key_now(&self, to: KeyPlaceKind) -> Result<(), StoreError> {
        let _opening = self.lock_opening().await?;
        let old = self.recorded_key().await?;
        if old.place == to {
            return self.forget_leftovers().await;
        }
        let key = self.inner.sealing.keys.read(old).await?;
        let new = Recorded { id: key.id(), place: to };
        self.keep_key(&key, to).await?;
        self.succeed(old, new, None).await?;
        self.forget_leftovers().await
    }

    async fn rotate_key_now(&self) -> Result<(), StoreError> {
        let _opening = self.lock_opening().await?;
        let old = self.recorded_key().await?;
        let key = RootKey::random();
        let new = Recorded { id: key.id(), place: old.place };
        self.keep_key(&key, old.place).await?;
        {
            let mut current = self.inner.sealing.key.write().await;
            if current.id() != old.id {
                let reason = "another process sealed the store anew; open it again";
                return Err(VaultError::Locked(reason.into()).into());
            }
            let change = Change { old: Arc::clone(&current), new: Arc::new(VaultKey::new(&key)) };
            let vault_key = Arc::clone(&change.new);
            self.succeed(old, new, Some(change)).await?;
            *current = vault_key;
        }
        self.forget_leftovers().await
    }

    /// Keeps a key that does not count yet. Noted first, so that it is forgotten if it never comes to count.
    pub(crate) async fn keep_key(&self, key: &RootKey, place: KeyPlaceKind) -> Result<(), StoreError> {
        self.forget_leftovers().await?;
        let noted = Recorded { id: key.id(), place };
        self.write(move |connection| Box::pin(async move { keys::note_leftover(connection, noted).await })).await?;
        Ok(self.inner.sealing.keys.place(place)?.keep(key).await?)
    }

    /// From here on `new` counts, in one transaction; with another key, everything is sealed anew.
    pub(crate) async fn succeed(&self, old: Recorded, new: Recorded, change: Option<Change>) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                keys::record(connection, new).await?;
                keys::drop_leftover(connection, new).await?;
                keys::note_leftover(connection, old).await?;
                if let Some(change) = change {
                    vault::reseal(connection, &change).await?;
                    peers::reseal(connection, &change).await?;
                    inbox::reseal(connection, &change).await?;
                    idempotency::reseal(connection, &change).await?;
                    for column in [&contents::SEALED, &outbox::SEALED, &rules::SEALED] {
                        column.reseal(connection, &change).await?;
                    }
                }
                Ok(())
            })
        })
        .await
    }

    /// A place that does not answer now is asked again at the next opening.
    async fn forget_leftovers(&self) -> Result<(), StoreError> {
        let leftovers = keys::leftovers(&mut *self.reader().await?).await?;
        for leftover in leftovers {
            if self.inner.sealing.keys.forget(leftover).await {
                self.write(move |connection| Box::pin(async move { keys::drop_leftover(connection, leftover).await }))
                    .await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn recorded_key(&self) -> Result<Recorded, StoreError> {
        let recorded = keys::recorded(&mut *self.reader().await?).await?;
        recorded.ok_or_else(|| unreadable("the store does not say which key it has"))
    }

    /// Nobody opens the store meanwhile: who does so forgets keys that do not count yet.
    async fn lock_opening(&self) -> Result<std::fs::File, StoreError> {
        open::lock_opening(&self.inner.sealing.database).await.map_err(unreadable)
    }
}
