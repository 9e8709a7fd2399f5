use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ports::StoreError;

/// What is to be remembered of a write, a denial or a sign-in. Holds ids, never texts or numbers.
///
/// Its JSON is what is hashed, so its fields are for ever: a new one is optional, last, and left out where it is empty.
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
    /// SHA-256 over number, `previous` and the entry's JSON, each ended by a line feed, hex.
    pub hash: String,
}

impl AuditRow {
    /// What stands before the first row.
    pub const ROOT: &'static str = "0000000000000000000000000000000000000000000000000000000000000000";

    /// The row of `entry` after `newest`.
    pub fn after(newest: Option<&Self>, entry: AuditEntry) -> Self {
        let (number, previous) = newest.map_or((1, Self::ROOT), |row| (row.number + 1, row.hash.as_str()));
        let hash = chain(number, &entry, previous);
        Self { number, entry, previous: previous.to_owned(), hash }
    }

    /// What is wrong with this row, if something is, where it is found right behind `newest` in a chain that had `rows`.
    pub fn breach(&self, newest: Option<&Self>, rows: u64) -> Option<Breach> {
        let right = Self::after(newest, self.entry.clone());
        if *self == right {
            return None;
        }
        let how = if self.number > right.number {
            return Some(Breach { at: right.number, how: Tampering::Missing });
        } else if self.is_of(self.number) {
            Tampering::Unlinked
        } else if (1..=rows).any(|number| self.is_of(number)) {
            Tampering::Reordered
        } else {
            Tampering::Changed
        };
        Some(Breach { at: self.number, how })
    }

    /// Whether it was written as this number.
    fn is_of(&self, number: u64) -> bool {
        self.hash == chain(number, &self.entry, &self.previous)
    }
}

/// Lines of number, previous hash and entry as JSON, so that a stranger can check an export with standard tools.
fn chain(number: u64, entry: &AuditEntry, previous: &str) -> String {
    let entry = serde_json::to_string(entry).expect("an entry is plain data");
    hex::encode(Sha256::digest(format!("{number}\n{previous}\n{entry}\n")))
}

/// Whether the chain holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// All rows follow from the first.
    Whole {
        /// How many.
        rows: u64,
    },
    /// A row does not follow from the one before it, or is missing.
    Broken(Breach),
}

/// Where a chain is broken first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// The number of the row.
    pub at: u64,
    /// What became of it.
    pub how: Tampering,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        match self.how {
            Tampering::Changed => write!(f, "row {at} is not what was written"),
            Tampering::Missing => write!(f, "row {at} is missing"),
            Tampering::Reordered => write!(f, "row {at} was written at another place"),
            Tampering::Unlinked => write!(f, "row {at} was not written after the row that is before it now"),
            Tampering::Head => write!(f, "the head of the chain does not agree with row {at}"),
        }
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tampering {
    /// It is not what was written.
    Changed,
    /// It is not there.
    Missing,
    /// It was written at another place of the chain.
    Reordered,
    /// It is what was written, but the row before it is not the one that it was written after.
    Unlinked,
    /// What remembers the newest row does not agree with it.
    Head,
}

/// What was done, hash-chained from the first row.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// MUST be durable when it returns; MUST chain to the newest row also when several processes append at once.
    async fn append(&self, entry: &AuditEntry) -> Result<AuditRow, StoreError>;
    /// Rows from `number` on, in order, at most `limit`.
    async fn rows(&self, number: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError>;
    /// Checks the whole chain. MUST find a changed row, a missing row and missing newest rows.
    async fn verify(&self) -> Result<Verification, StoreError>;
}
