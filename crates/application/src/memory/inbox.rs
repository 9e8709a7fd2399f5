use std::collections::{HashMap, VecDeque};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::SessionId;

use super::{MemoryStore, lock};
use crate::ports::{Inbox, InboxEntry, InboxRow, StoreError};

pub(super) type Inboxes = HashMap<SessionId, Received>;

/// What one session received.
#[derive(Default)]
pub(super) struct Received {
    newest: u64,
    rows: VecDeque<InboxRow>,
}

impl Received {
    /// Whether it was new.
    fn store(&mut self, entry: &InboxEntry, received: DateTime<Utc>) -> bool {
        let is_new = self.rows.iter().all(|row| row.entry.dedupe_key != entry.dedupe_key);
        if is_new {
            self.newest += 1;
            self.rows.push_back(InboxRow { position: self.newest, received, entry: entry.clone() });
        }
        is_new
    }
}

#[async_trait]
impl Inbox for MemoryStore {
    async fn store(&self, session: SessionId, entries: &[InboxEntry]) -> Result<usize, StoreError> {
        let now = self.state.clock.now();
        let mut inboxes = lock(&self.state.inboxes);
        let received = inboxes.entry(session).or_default();
        Ok(entries.iter().filter(|entry| received.store(entry, now)).count())
    }

    async fn after(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        let inboxes = lock(&self.state.inboxes);
        let rows = inboxes.get(&session).into_iter().flat_map(|received| &received.rows);
        Ok(rows.filter(|row| row.position > position).take(limit).cloned().collect())
    }

    async fn newest(&self, session: SessionId) -> Result<u64, StoreError> {
        Ok(lock(&self.state.inboxes).get(&session).map_or(0, |received| received.newest))
    }

    async fn trim(&self, session: SessionId, date: DateTime<Utc>, keep: usize) -> Result<(), StoreError> {
        let mut inboxes = lock(&self.state.inboxes);
        if let Some(received) = inboxes.get_mut(&session) {
            received.rows.retain(|row| row.received >= date);
            let surplus = received.rows.len().saturating_sub(keep);
            received.rows.drain(..surplus);
        }
        Ok(())
    }
}
