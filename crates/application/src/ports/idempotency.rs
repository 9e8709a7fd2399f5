use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use telegraphist_domain::SessionId;

use crate::ports::StoreError;

/// Whose key it is: principal, session and the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallKey {
    /// Who calls.
    pub principal: String,
    /// In which session.
    pub session: SessionId,
    /// The caller's key, or one made for the call.
    pub key: String,
}

/// The start of a call that must not happen twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The operation's name.
    pub operation: String,
    /// Hash of the canonical arguments, without the key.
    pub arguments: [u8; 32],
    /// When claimed.
    pub at: DateTime<Utc>,
}

/// How a call ended; the JSON is sealed at rest, since answers hold texts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The answer as JSON.
    Answered(String),
    /// The failure as JSON. Only failures that a repeat would meet again are kept.
    Failed(String),
}

/// What became of one part of a split text or an album.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartState {
    /// About to be sent; `after` is the newest own message id known before.
    Started {
        /// Look-ups after a lost answer search above it.
        after: Option<i32>,
    },
    /// An attempt ended, and it is certain that this part was not sent by it.
    Unsent,
    /// Sent.
    Sent {
        /// `None` when it is certain that it was sent but not as which id.
        message_id: Option<i32>,
        /// Unix seconds.
        date: Option<i64>,
    },
}

/// What is known under a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The claim.
    pub claim: Claim,
    /// The parts, in order of their numbers.
    pub parts: Vec<(u32, PartState)>,
    /// How it ended; `None` while open, or if the process died in the middle.
    pub outcome: Option<Outcome>,
}

/// Calls that must not happen twice.
#[async_trait]
pub trait Idempotency: Send + Sync {
    /// What is known under the key.
    async fn look_up(&self, key: &CallKey) -> Result<Option<Entry>, StoreError>;
    /// MUST be durable when it returns. If the key is there already, MUST change nothing and give the entry.
    async fn claim(&self, key: &CallKey, claim: &Claim) -> Result<Option<Entry>, StoreError>;
    /// MUST be durable when it returns; replaces the state of the same part. What was never claimed is left alone.
    async fn note_part(&self, key: &CallKey, part: u32, state: &PartState) -> Result<(), StoreError>;
    /// MUST be durable when it returns; replaces an earlier outcome, since a repeat may complete what was partial.
    /// What was never claimed is left alone.
    async fn finish(&self, key: &CallKey, outcome: &Outcome) -> Result<(), StoreError>;
    /// Gives a claim back: nothing was sent under it and a repeat may start anew. MUST NOT touch a finished entry or
    /// one that has parts.
    async fn release(&self, key: &CallKey) -> Result<(), StoreError>;
    /// Forgets entries claimed before `date`, with their parts.
    async fn forget_before(&self, date: DateTime<Utc>) -> Result<(), StoreError>;
}
