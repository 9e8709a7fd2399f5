use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ports::StoreError;

/// What is to be remembered of a write, a denial or a sign-in. Holds ids, never texts or numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub principal: String,
    /// The session, by id.
    pub session: Option<String>,
    /// Operation or act (`send_message`, `sign_in`).
    pub operation: String,
    /// The chats touched, as resolved ids where known, else a keyed pseudonym.
    pub chats: Vec<String>,
    /// `ok` or the failure's code.
    pub outcome: String,
    /// Finds the call in the log.
    pub correlation_id: String,
    /// SHA-256 of the canonical arguments, hex.
    pub arguments: Option<String>,
}

/// A row of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// From 1, without gaps.
    pub number: u64,
    /// What.
    pub entry: AuditEntry,
    /// Hash of the previous row, hex; zeros for the first.
    pub previous: String,
    /// SHA-256 over number, entry and `previous`, hex.
    pub hash: String,
}

/// Whether the chain holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// All rows follow from the first.
    Whole {
        /// How many.
        rows: u64,
    },
    /// The first row that does not follow.
    Broken {
        /// Its number.
        at: u64,
    },
}

/// What was done, hash-chained from the first row.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// MUST be durable when it returns; MUST chain to the newest row also when several processes append at once.
    async fn append(&self, entry: &AuditEntry) -> Result<AuditRow, StoreError>;
    /// Rows from `number` on, at most `limit`.
    async fn rows(&self, number: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError>;
    /// Checks the whole chain.
    async fn verify(&self) -> Result<Verification, StoreError>;
}
