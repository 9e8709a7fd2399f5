mod key;
mod places;
mod rest;
mod rotation;
mod writing;

use std::path::PathBuf;
use std::sync::Arc;

use telegraphist_application::contracts::Place;
use telegraphist_application::memory::{FixedClock, MemoryKeyRing};
use tempfile::TempDir;

use crate::{FirstPlace, KeyPlaces, OpenError, SqliteStore};

/// A data directory that goes with the test.
struct Directory(TempDir);

impl Directory {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("profile/telegraphist.db")
    }

    fn key(&self) -> PathBuf {
        self.0.path().join("profile/key")
    }

    async fn try_open(&self) -> Result<SqliteStore, OpenError> {
        SqliteStore::open(&self.database(), Arc::new(FixedClock::default())).await
    }

    async fn open_with(&self, ring: &Arc<MemoryKeyRing>, first: FirstPlace) -> Result<SqliteStore, OpenError> {
        let places = KeyPlaces { ring: Some(ring.clone()), first };
        SqliteStore::open_with(&self.database(), Arc::new(FixedClock::default()), places).await
    }
}

/// Opening opens the file again, beside the stores that are open: as another process would.
impl Place for Directory {
    type Store = SqliteStore;

    async fn open(&self) -> SqliteStore {
        self.try_open().await.unwrap()
    }
}

telegraphist_application::contract_tests!(Directory::new());
