mod key;
mod rest;
mod writing;

use std::path::PathBuf;
use std::sync::Arc;

use telegraphist_application::contracts::Place;
use telegraphist_application::memory::FixedClock;
use tempfile::TempDir;

use crate::{OpenError, SqliteStore};

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
}

/// Opening opens the file again, beside the stores that are open: as another process would.
impl Place for Directory {
    type Store = SqliteStore;

    async fn open(&self) -> SqliteStore {
        self.try_open().await.unwrap()
    }
}

telegraphist_application::contract_tests!(Directory::new());
