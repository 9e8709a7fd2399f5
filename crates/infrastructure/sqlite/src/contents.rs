use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretSlice;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{Content, Contents, StoreError};
use telegraphist_application::sealing::VaultKey;
use telegraphist_domain::ContentId;

use crate::SqliteStore;
use crate::errors::store_error;
use crate::sealing::SealedColumn;
use crate::statement::{Statement, insert};

/// What sealed texts are bound to, with their id.
const TABLE: &str = "contents.sealed";

pub(crate) const SEALED: SealedColumn = SealedColumn {
    table: TABLE,
    page: "SELECT id, sealed FROM contents WHERE id > ? ORDER BY id LIMIT ?",
    update: "UPDATE contents SET sealed = ?2 WHERE id = ?1",
};

/// A text as it is stored.
pub(crate) struct SealedContent {
    id: String,
    sealed: Vec<u8>,
}

impl SealedContent {
    pub(crate) fn new(key: &VaultKey, content: &Content) -> Self {
        let id = content.id.to_string();
        Self { sealed: key.seal(TABLE, &id, &content.bytes), id }
    }
}

#[async_trait]
impl Contents for SqliteStore {
    async fn keep(&self, contents: &[Content]) -> Result<(), StoreError> {
        let now = self.inner.clock.now();
        let key = self.key().await;
        let sealed: Vec<_> = contents.iter().map(|content| SealedContent::new(&key, content)).collect();
        self.write(move |connection| Box::pin(async move { write(connection, sealed, now).await })).await
    }

    async fn content(&self, id: ContentId) -> Result<Option<SecretSlice<u8>>, StoreError> {
        let (key, id) = (self.key().await, id.to_string());
        let sealed: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM contents WHERE id = ?")
            .bind(&id)
            .fetch_optional(&mut *self.reader().await?)
            .await
            .map_err(store_error)?;
        Ok(sealed.map(|sealed| key.open(TABLE, &id, &sealed)).transpose()?)
    }

    async fn forget(&self, ids: &[ContentId]) -> Result<(), StoreError> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        self.write(move |connection| {
            Box::pin(async move {
                for id in ids {
                    sqlx::query("DELETE FROM contents WHERE id = ?").bind(id).run(connection).await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn forget_before(&self, date: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM contents WHERE kept < ?")
                    .bind(date.timestamp_micros())
                    .execute(connection)
                    .await
                    .map_err(store_error)?;
                Ok(done.rows_affected())
            })
        })
        .await
    }
}

/// Keeps texts; one that is there already is left as it is.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    contents: Vec<SealedContent>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    insert(connection, "INSERT OR IGNORE INTO contents (id, kept, sealed) ", &contents, |row, content| {
        row.push_bind(content.id.clone()).push_bind(now.timestamp_micros()).push_bind(content.sealed.clone());
    })
    .await
}
