use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::SessionId;

use crate::ports::StoreError;

/// Something that came from Telegram, to be stored before it is confirmed.
#[derive(Clone, PartialEq, Eq)]
pub struct InboxEntry {
    /// `new_message`, `edited_message`, `deleted_messages`, `other`.
    pub kind: String,
    /// The chat it belongs to, where it has one.
    pub chat: Option<i64>,
    /// Two entries of one session with the same key are the same.
    pub dedupe_key: String,
    /// The update as JSON; sealed at rest.
    pub payload: Vec<u8>,
    /// Whether somebody here has to do something about it; all else is only read.
    pub is_work: bool,
}

/// What became of an entry that is work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handling {
    /// Nobody has finished it yet.
    Waiting,
    /// It is done.
    Done,
    /// Whoever did it broke; without texts.
    Failed(String),
}

/// A stored entry.
#[derive(Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// Position; from 1, and grows with every entry of the session.
    pub position: u64,
    /// When it was stored, by the clock that the store was given.
    pub received: DateTime<Utc>,
    /// What.
    pub entry: InboxEntry,
    /// What became of it; `Done` for what is no work.
    pub handling: Handling,
}

/// What came from Telegram, in order, bounded.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// MUST be durable when it returns. MUST ignore entries whose key is already there; answers how many were new.
    async fn store(&self, session: SessionId, entries: &[InboxEntry]) -> Result<usize, StoreError>;
    /// Entries after `position`, in order, at most `limit`.
    async fn after(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError>;
    /// The newest position ever given in the session, 0 if none. MUST NOT go back when entries are forgotten.
    async fn newest(&self, session: SessionId) -> Result<u64, StoreError>;
    /// Work after `position` that nobody has finished, in order, at most `limit`.
    async fn work(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError>;
    /// Notes what became of a piece of work; `Waiting` lets it be done once more. MUST be durable when it returns.
    async fn note_handling(&self, session: SessionId, position: u64, how: &Handling) -> Result<(), StoreError>;
    /// Work that failed, newest first, at most `limit`.
    async fn failed_work(&self, session: SessionId, limit: usize) -> Result<Vec<InboxRow>, StoreError>;
    /// Forgets entries received before `date`, and all but the newest `keep`; MUST NOT forget work that waits. Positions
    /// are never given again.
    async fn trim(&self, session: SessionId, date: DateTime<Utc>, keep: usize) -> Result<(), StoreError>;
}
