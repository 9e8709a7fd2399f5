use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::TokenId;

use super::{MemoryStore, lock};
use crate::ports::{Added, KnownToken, StoreError, Token, Tokens};

/// Tokens in the order they were made.
pub(super) type Issued = Vec<KnownToken>;

#[async_trait]
impl Tokens for MemoryStore {
    async fn add_token(&self, token: &Token) -> Result<Added, StoreError> {
        let mut tokens = lock(&self.state.tokens);
        if tokens.iter().any(|known| known.token.name == token.name && known.token.revoked.is_none()) {
            return Ok(Added::NameTaken);
        }
        tokens.push(KnownToken { token: Arc::new(token.clone()), last_used: None });
        Ok(Added::Yes)
    }

    async fn token_by_hash(&self, hash: [u8; 32]) -> Result<Option<Arc<Token>>, StoreError> {
        let tokens = lock(&self.state.tokens);
        Ok(tokens.iter().find(|known| known.token.hash == hash).map(|known| Arc::clone(&known.token)))
    }

    async fn tokens(&self) -> Result<Vec<KnownToken>, StoreError> {
        Ok(lock(&self.state.tokens).iter().rev().cloned().collect())
    }

    async fn revoke_token(&self, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut tokens = lock(&self.state.tokens);
        let found = tokens.iter_mut().find(|known| known.token.id == id && known.token.revoked.is_none());
        Ok(found.map(|known| Arc::make_mut(&mut known.token).revoked = Some(now)).is_some())
    }

    async fn note_token_used(&self, id: TokenId, at: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tokens = lock(&self.state.tokens);
        if let Some(known) = tokens.iter_mut().find(|known| known.token.id == id) {
            known.last_used = known.last_used.max(Some(at));
        }
        Ok(())
    }
}
