use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretSlice;
use telegraphist_domain::ContentId;
use zeroize::Zeroizing;

use super::{MemoryStore, lock};
use crate::ports::{Content, Contents, StoreError};

/// Texts, and since when they are kept.
#[derive(Default)]
pub(super) struct Kept(HashMap<ContentId, (DateTime<Utc>, Zeroizing<Vec<u8>>)>);

impl Kept {
    pub(super) fn keep(&mut self, contents: &[Content], now: DateTime<Utc>) {
        for content in contents {
            self.0.entry(content.id).or_insert_with(|| (now, Zeroizing::new(content.bytes.clone())));
        }
    }
}

#[async_trait]
impl Contents for MemoryStore {
    async fn keep(&self, contents: &[Content]) -> Result<(), StoreError> {
        let now = self.state.clock.now();
        lock(&self.state.contents).keep(contents, now);
        Ok(())
    }

    async fn content(&self, id: ContentId) -> Result<Option<SecretSlice<u8>>, StoreError> {
        Ok(lock(&self.state.contents).0.get(&id).map(|(_, bytes)| bytes.to_vec().into()))
    }

    async fn forget(&self, ids: &[ContentId]) -> Result<(), StoreError> {
        lock(&self.state.contents).0.retain(|id, _| !ids.contains(id));
        Ok(())
    }

    async fn forget_before(&self, date: DateTime<Utc>) -> Result<u64, StoreError> {
        let kept = &mut lock(&self.state.contents).0;
        let before = kept.len();
        kept.retain(|_, (since, _)| *since >= date);
        Ok((before - kept.len()) as u64)
    }
}
