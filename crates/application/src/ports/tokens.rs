use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::TokenId;

use crate::grants::Grants;
use crate::ports::StoreError;

/// A bearer token, as it is kept: never the secret itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id, which logs may say.
    pub id: TokenId,
    /// What people call it. `[a-z0-9_-]{1,40}`.
    pub name: String,
    /// A keyed hash of the secret, by which it is found.
    pub hash: [u8; 32],
    /// What who has it may do.
    pub grants: Grants,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// From when on it does not count.
    pub expires: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked: Option<DateTime<Utc>>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A token with when it was used last, to the minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownToken {
    /// The token.
    pub token: Arc<Token>,
    /// When it was used last.
    pub last_used: Option<DateTime<Utc>>,
}

/// Whether a token was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was.
    Yes,
    /// Another one that was not taken back has its name.
    NameTaken,
}

/// Who was let in by bearer token. MUST be durable when a change returns.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Adds a token; MUST give a name to one token that was not taken back at a time.
    async fn add_token(&self, token: &Token) -> Result<Added, StoreError>;
    /// The token with this hash, also one that does not count any more. MUST be cheap, whether there is one or not: every
    /// call asks, and so does everybody who guesses. A change MUST be seen at once here and soon elsewhere.
    async fn token_by_hash(&self, hash: [u8; 32]) -> Result<Option<Arc<Token>>, StoreError>;
    /// All tokens, the newest first.
    async fn tokens(&self) -> Result<Vec<KnownToken>, StoreError>;
    /// Takes one back; whether it was there and had not been taken back before.
    async fn revoke_token(&self, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Notes that one was used; MUST NOT go back.
    async fn note_token_used(&self, id: TokenId, at: DateTime<Utc>) -> Result<(), StoreError>;
}
