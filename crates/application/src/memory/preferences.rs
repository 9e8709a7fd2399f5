use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;

use super::{MemoryStore, lock};
use crate::ports::{Marks, Preferences, StoreError};

/// Values by name.
pub(super) type Chosen = HashMap<String, String>;

/// Positions by reader, by stream.
pub(super) type Read = HashMap<String, BTreeMap<String, u64>>;

#[async_trait]
impl Preferences for MemoryStore {
    async fn preference(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(lock(&self.state.preferences).get(name).cloned())
    }

    async fn prefer(&self, name: &str, value: &str) -> Result<(), StoreError> {
        lock(&self.state.preferences).insert(name.to_owned(), value.to_owned());
        Ok(())
    }
}

#[async_trait]
impl Marks for MemoryStore {
    async fn mark(&self, reader: &str, stream: &str) -> Result<u64, StoreError> {
        let marks = lock(&self.state.marks);
        Ok(marks.get(stream).and_then(|readers| readers.get(reader)).copied().unwrap_or(0))
    }

    async fn set_mark(&self, reader: &str, stream: &str, position: u64) -> Result<(), StoreError> {
        let mut marks = lock(&self.state.marks);
        let mark = marks.entry(stream.to_owned()).or_default().entry(reader.to_owned()).or_default();
        *mark = position.max(*mark);
        Ok(())
    }

    async fn lowest_mark(&self, stream: &str) -> Result<Option<u64>, StoreError> {
        Ok(lock(&self.state.marks).get(stream).and_then(|readers| readers.values().min().copied()))
    }
}
