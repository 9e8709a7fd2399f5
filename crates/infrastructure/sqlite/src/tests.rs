mod conversations;
mod key;
mod places;
mod plans;
mod rest;
mod rotation;
mod things;
mod writing;

use std::path::PathBuf;
use std::sync::Arc;

use telegraphist_application::contracts::Place;
use telegraphist_application::memory::{FixedClock, MemoryKeyRing};
use telegraphist_application::ports::StoreError;
use tempfile::TempDir;

use crate::errors::store_error;
use crate::{FirstPlace, KeyPlaces, OpenError, SqliteStore};

/// A data directory that goes with the test.
struct Directory {
    root: TempDir,
    clock: Arc<FixedClock>,
}

impl Directory {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap(), clock: Arc::default() }
    }

    fn database(&self) -> PathBuf {
        self.root.path().join("profile/telegraphist.db")
    }

    fn key(&self) -> PathBuf {
        self.root.path().join("profile/key")
    }

    async fn try_open(&self) -> Result<SqliteStore, OpenError> {
        SqliteStore::open(&self.database(), self.clock.clone()).await
    }

    async fn open_with(&self, ring: &Arc<MemoryKeyRing>, first: FirstPlace) -> Result<SqliteStore, OpenError> {
        let places = KeyPlaces { ring: Some(ring.clone()), first };
        SqliteStore::open_with(&self.database(), self.clock.clone(), places).await
    }
}

/// Runs a statement that changes something.
async fn execute(store: &SqliteStore, statement: &'static str) {
    let done: Result<_, StoreError> = store
        .write(move |connection| {
            Box::pin(async move { sqlx::query(statement).execute(connection).await.map_err(store_error) })
        })
        .await;
    assert!(done.unwrap().rows_affected() > 0, "{statement}");
}

/// Opening opens the file again, beside the stores that are open: as another process would.
impl Place for Directory {
    type Store = SqliteStore;

    fn clock(&self) -> &FixedClock {
        &self.clock
    }

    async fn open(&self) -> SqliteStore {
        self.try_open().await.unwrap()
    }
}

/// Each case opens stores of its own, which costs more than what it does there.
const HISTORIES: u32 = 24;

telegraphist_application::contract_tests!(Directory::new(), HISTORIES);
