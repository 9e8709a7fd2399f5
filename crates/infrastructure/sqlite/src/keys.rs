use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use sqlx::SqliteConnection;
use telegraphist_application::ports::{KeyPlace, KeyPlaceKind, StoreError, VaultError};
use telegraphist_application::sealing::{KeyId, RootKey};

use crate::errors::{store_error, unreadable};
use crate::key_file::KeyFile;
use crate::statement::Statement;

/// Where the vault key may be, besides the file beside the database.
#[derive(Clone, Default)]
pub struct KeyPlaces {
    /// The key ring of the desktop, where there may be one.
    pub ring: Option<Arc<dyn KeyPlace>>,
    /// Where the key of a new store goes. A store that is there already keeps its key where it is.
    pub first: FirstPlace,
}

/// Where the key of a new store goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FirstPlace {
    /// Into the key ring if it is open, else into the file.
    #[default]
    Auto,
    /// There, or the store is not made.
    Always(KeyPlaceKind),
}

/// The places of one store's keys.
pub(crate) struct Keys {
    file: KeyFile,
    places: KeyPlaces,
}

/// Which key seals a store, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) id: KeyId,
    pub(crate) place: KeyPlaceKind,
}

impl Keys {
    pub(crate) fn of(database: &Path, places: KeyPlaces) -> Self {
        Self { file: KeyFile::beside(database), places }
    }

    pub(crate) fn place(&self, kind: KeyPlaceKind) -> Result<&dyn KeyPlace, VaultError> {
        match kind {
            KeyPlaceKind::File => Ok(&self.file),
            KeyPlaceKind::Keyring => self.ring().ok_or_else(|| VaultError::Locked("no key ring can be reached".into())),
        }
    }

    fn ring(&self) -> Option<&dyn KeyPlace> {
        self.places.ring.as_deref()
    }

    /// The key that the store was made with, or why it cannot be had.
    pub(crate) async fn read(&self, recorded: Recorded) -> Result<RootKey, VaultError> {
        if let Some(key) = self.place(recorded.place)?.read(recorded.id).await? {
            return Ok(key);
        }
        let reason = match recorded.place {
            KeyPlaceKind::Keyring => "the key ring does not hold the key of this store",
            KeyPlaceKind::File if self.file.any()?.is_some() => {
                "the key file holds another key than the store was made with"
            }
            KeyPlaceKind::File => "the key file beside the database is missing",
        };
        Err(VaultError::Locked(reason.into()))
    }

    /// The key of a store that is being made, and where it is. One that lies there already is taken: it is of a first
    /// start that was cut short, or of a database that somebody moved away.
    pub(crate) async fn make(&self) -> Result<(RootKey, KeyPlaceKind), VaultError> {
        if let Some(key) = self.file.any()? {
            return Ok((key, KeyPlaceKind::File));
        }
        let place = self.first().await?;
        let key = RootKey::random();
        place.keep(&key).await?;
        Ok((key, place.kind()))
    }

    /// Whether the key is gone.
    pub(crate) async fn forget(&self, key: Recorded) -> bool {
        let forgotten = match self.place(key.place) {
            Ok(place) => place.forget(key.id).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &forgotten {
            tracing::warn!(%error, place = %key.place, key = %key.id, "a key that is not needed is still there");
        }
        forgotten.is_ok()
    }

    async fn first(&self) -> Result<&dyn KeyPlace, VaultError> {
        let kind = match self.places.first {
            FirstPlace::Always(kind) => kind,
            FirstPlace::Auto => match self.ring() {
                Some(ring) if ring.is_open().await => KeyPlaceKind::Keyring,
                Some(_) | None => KeyPlaceKind::File,
            },
        };
        self.place(kind)
    }
}

/// What the store says about its key; `None` for a store that is being made.
pub(crate) async fn recorded(connection: &mut SqliteConnection) -> Result<Option<Recorded>, StoreError> {
    let is_made: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'vault_key')")
        .fetch_one(&mut *connection)
        .await
        .map_err(store_error)?;
    if !is_made {
        return Ok(None);
    }
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT key_id, place FROM vault_key").fetch_optional(connection).await.map_err(store_error)?;
    row.map(|(id, place)| Ok(Recorded { id: parsed(&id)?, place: parsed(&place)? })).transpose()
}

/// Notes which key seals the store from now on.
pub(crate) async fn record(connection: &mut SqliteConnection, key: Recorded) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO vault_key (only_row, key_id, place) VALUES (1, ?, ?)
         ON CONFLICT (only_row) DO UPDATE SET key_id = excluded.key_id, place = excluded.place",
    )
    .bind(key.id.to_string())
    .bind(key.place.as_str())
    .run(connection)
    .await
}

/// Notes a key that is to be forgotten: one that is not needed yet, or no longer.
pub(crate) async fn note_leftover(connection: &mut SqliteConnection, key: Recorded) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO vault_key_leftovers (key_id, place) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(key.id.to_string())
        .bind(key.place.as_str())
        .run(connection)
        .await
}

/// The key is needed after all, or is gone.
pub(crate) async fn drop_leftover(connection: &mut SqliteConnection, key: Recorded) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM vault_key_leftovers WHERE key_id = ? AND place = ?")
        .bind(key.id.to_string())
        .bind(key.place.as_str())
        .run(connection)
        .await
}

/// Keys that are to be forgotten.
pub(crate) async fn leftovers(connection: &mut SqliteConnection) -> Result<Vec<Recorded>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT key_id, place FROM vault_key_leftovers")
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    rows.iter().map(|(id, place)| Ok(Recorded { id: parsed(id)?, place: parsed(place)? })).collect()
}

fn parsed<T: FromStr>(text: &str) -> Result<T, StoreError>
where
    T::Err: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    text.parse().map_err(unreadable)
}
