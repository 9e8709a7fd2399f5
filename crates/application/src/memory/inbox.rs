use std::collections::{HashMap, VecDeque};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::SessionId;

use super::{MemoryStore, lock};
use crate::ports::{Handling, Inbox, InboxEntry, InboxRow, StoreError};

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
            let handling = if entry.is_work { Handling::Waiting } else { Handling::Done };
            self.rows.push_back(InboxRow { position: self.newest, received, entry: entry.clone(), handling });
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

    async fn work(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        let inboxes = lock(&self.state.inboxes);
        let rows = inboxes.get(&session).into_iter().flat_map(|received| &received.rows);
        let waiting = rows.filter(|row| row.position > position && row.handling == Handling::Waiting);
        Ok(waiting.take(limit).cloned().collect())
    }

    async fn note_handling(&self, session: SessionId, position: u64, how: &Handling) -> Result<(), StoreError> {
        let mut inboxes = lock(&self.state.inboxes);
        let rows = inboxes.get_mut(&session).into_iter().flat_map(|received| &mut received.rows);
        for row in rows.filter(|row| row.position == position && row.entry.is_work) {
            row.handling = how.clone();
        }
        Ok(())
    }

    async fn failed_work(&self, session: SessionId, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        let inboxes = lock(&self.state.inboxes);
        let rows = inboxes.get(&session).into_iter().flat_map(|received| received.rows.iter().rev());
        Ok(rows.filter(|row| matches!(row.handling, Handling::Failed(_))).take(limit).cloned().collect())
    }

    async fn trim(&self, session: SessionId, date: DateTime<Utc>, keep: usize) -> Result<(), StoreError> {
        let mut inboxes = lock(&self.state.inboxes);
        if let Some(received) = inboxes.get_mut(&session) {
            let oldest_kept = received.newest.saturating_sub(keep as u64);
            let is_kept = |row: &InboxRow| row.received >= date && row.position > oldest_kept;
            received.rows.retain(|row| row.handling == Handling::Waiting || is_kept(row));
        }
        Ok(())
    }
}
