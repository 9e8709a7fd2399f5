use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_application::ports::{Lease, Leases, StoreError};

use crate::SqliteStore;
use crate::errors::store_error;
use crate::statement::Statement;

#[async_trait]
impl Leases for SqliteStore {
    async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        life: Duration,
        now: DateTime<Utc>,
    ) -> Result<Lease, StoreError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO leases (name, holder, epoch, until) VALUES (?1, ?2, 1, ?3)
                     ON CONFLICT (name) DO UPDATE SET
                         epoch = epoch + (holder IS NOT excluded.holder),
                         holder = excluded.holder, until = excluded.until
                     WHERE holder IS NULL OR holder = excluded.holder OR until <= ?4",
                )
                .bind(&name)
                .bind(holder)
                .bind((now + life).timestamp_micros())
                .bind(now.timestamp_micros())
                .run(connection)
                .await?;
                let (holder, epoch, until): (String, i64, i64) =
                    sqlx::query_as("SELECT holder, epoch, until FROM leases WHERE name = ?")
                        .bind(&name)
                        .fetch_one(connection)
                        .await
                        .map_err(store_error)?;
                let until = DateTime::from_timestamp_micros(until).unwrap_or_default();
                Ok(Lease { name, holder, epoch: epoch.unsigned_abs(), until })
            })
        })
        .await
    }

    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE leases SET holder = NULL WHERE name = ? AND holder = ?")
                    .bind(name)
                    .bind(holder)
                    .run(connection)
                    .await
            })
        })
        .await
    }
}
