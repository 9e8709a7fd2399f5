use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{Marks, Preferences, StoreError};

use crate::SqliteStore;
use crate::copies::{self, Copied};
use crate::errors::store_error;
use crate::statement::Statement;

/// Values by name, as they are held in memory.
pub(crate) struct Chosen(HashMap<String, String>);

impl Copied for Chosen {
    const VERSION: &'static str = "SELECT version FROM copies WHERE of_kind = 'preferences'";

    async fn read(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, value FROM preferences").fetch_all(connection).await.map_err(store_error)?;
        Ok(Self(rows.into_iter().collect()))
    }
}

#[async_trait]
impl Preferences for SqliteStore {
    async fn preference(&self, name: &str) -> Result<Option<String>, StoreError> {
        let chosen = match self.inner.preferences.believed() {
            Some(chosen) => chosen,
            None => self.inner.preferences.refreshed(&mut *self.reader().await?).await?,
        };
        Ok(chosen.0.get(name).cloned())
    }

    async fn prefer(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        let written = self
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO preferences (name, value) VALUES (?, ?)
                         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    )
                    .bind(name)
                    .bind(value)
                    .run(connection)
                    .await?;
                    copies::note_change(connection, "preferences").await
                })
            })
            .await;
        self.inner.preferences.forget();
        written
    }
}

#[async_trait]
impl Marks for SqliteStore {
    async fn mark(&self, reader: &str, stream: &str) -> Result<u64, StoreError> {
        let position: Option<i64> = sqlx::query_scalar("SELECT position FROM marks WHERE stream = ? AND reader = ?")
            .bind(stream)
            .bind(reader)
            .fetch_optional(&mut *self.reader().await?)
            .await
            .map_err(store_error)?;
        Ok(position.unwrap_or(0).unsigned_abs())
    }

    async fn set_mark(&self, reader: &str, stream: &str, position: u64) -> Result<(), StoreError> {
        let (reader, stream) = (reader.to_owned(), stream.to_owned());
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO marks (stream, reader, position) VALUES (?, ?, ?)
                     ON CONFLICT (stream, reader) DO UPDATE SET position = max(position, excluded.position)",
                )
                .bind(stream)
                .bind(reader)
                .bind(position)
                .run(connection)
                .await
            })
        })
        .await
    }

    async fn lowest_mark(&self, stream: &str) -> Result<Option<u64>, StoreError> {
        let lowest: Option<i64> = sqlx::query_scalar("SELECT min(position) FROM marks WHERE stream = ?")
            .bind(stream)
            .fetch_one(&mut *self.reader().await?)
            .await
            .map_err(store_error)?;
        Ok(lowest.map(i64::unsigned_abs))
    }
}
