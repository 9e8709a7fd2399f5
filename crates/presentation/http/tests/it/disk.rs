//! An inbox whose disk can be full.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_application::memory::MemoryStore;
use telegraphist_application::ports::{Handling, Inbox, InboxEntry, InboxRow, StoreError};
use telegraphist_domain::SessionId;

pub(crate) struct Disk {
    store: MemoryStore,
    is_full: AtomicBool,
    refused: AtomicUsize,
}

impl Disk {
    pub(crate) fn new(store: MemoryStore) -> Self {
        Self { store, is_full: AtomicBool::default(), refused: AtomicUsize::default() }
    }

    pub(crate) fn fill(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::Relaxed);
    }

    /// How often nothing could be stored.
    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Inbox for Disk {
    async fn store(&self, session: SessionId, entries: &[InboxEntry]) -> Result<usize, StoreError> {
        if self.is_full.load(Ordering::Relaxed) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(StoreError::Full(Box::new(std::io::Error::from(std::io::ErrorKind::StorageFull))));
        }
        self.store.store(session, entries).await
    }
    async fn after(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.store.after(session, position, limit).await
    }
    async fn newest(&self, session: SessionId) -> Result<u64, StoreError> {
        self.store.newest(session).await
    }
    async fn work(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.store.work(session, position, limit).await
    }
    async fn note_handling(&self, session: SessionId, position: u64, how: &Handling) -> Result<(), StoreError> {
        self.store.note_handling(session, position, how).await
    }
    async fn failed_work(&self, session: SessionId, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        self.store.failed_work(session, limit).await
    }
    async fn trim(&self, session: SessionId, date: DateTime<Utc>, keep: usize) -> Result<(), StoreError> {
        self.store.trim(session, date, keep).await
    }
}
