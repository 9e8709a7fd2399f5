use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretSlice;
use telegraphist_domain::ContentId;

use crate::ports::{Content, StoreError};

/// Texts at rest, apart from the events that speak of them. What comes with events is kept by
/// [`EventStore::append`](crate::ports::EventStore::append).
#[async_trait]
pub trait Contents: Send + Sync {
    /// MUST be durable and sealed when it returns. Ids are fresh; one that is there already is left as it is.
    async fn keep(&self, contents: &[Content]) -> Result<(), StoreError>;
    /// MUST give exactly what was kept, or `None` if it was never kept or is forgotten.
    async fn content(&self, id: ContentId) -> Result<Option<SecretSlice<u8>>, StoreError>;
    /// MUST leave nothing readable of them. What is not there is no error.
    async fn forget(&self, ids: &[ContentId]) -> Result<(), StoreError>;
    /// Forgets what was kept before `date`; answers how many there were.
    async fn forget_before(&self, date: DateTime<Utc>) -> Result<u64, StoreError>;
}
