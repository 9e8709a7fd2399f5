//! Budgets stay in memory: they are full again soon after a restart anyway. The waits that Telegram asked for are
//! written down.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use telegraphist_application::memory::Buckets;
use telegraphist_application::ports::{BucketKey, Limiter, Rate, StoreError, Verdict};

use crate::SqliteStore;
use crate::errors::store_error;
use crate::statement::Statement;

/// The blocks that still hold; those that ended are forgotten.
pub(crate) async fn load(connection: &mut SqliteConnection, now: DateTime<Utc>) -> Result<Buckets, StoreError> {
    let buckets = Buckets::default();
    sqlx::query("DELETE FROM blocks WHERE until <= ?")
        .bind(now.timestamp_micros())
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    let blocks: Vec<(String, i64)> =
        sqlx::query_as("SELECT bucket, until FROM blocks").fetch_all(connection).await.map_err(store_error)?;
    for (bucket, until) in blocks {
        buckets.block(&BucketKey(bucket), DateTime::from_timestamp_micros(until).unwrap_or_default());
    }
    Ok(buckets)
}

#[async_trait]
impl Limiter for SqliteStore {
    async fn acquire(
        &self,
        buckets: &[(BucketKey, Rate)],
        cost: u32,
        now: DateTime<Utc>,
    ) -> Result<Verdict, StoreError> {
        Ok(self.inner.buckets.acquire(buckets, cost, now))
    }

    async fn waits(
        &self,
        buckets: &[(BucketKey, Rate)],
        cost: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Duration>, StoreError> {
        Ok(self.inner.buckets.waits(buckets, cost, now))
    }

    async fn block(&self, bucket: &BucketKey, until: DateTime<Utc>) -> Result<(), StoreError> {
        // Obeyed at once, even if it cannot be written down.
        self.inner.buckets.block(bucket, until);
        let (bucket, until) = (bucket.0.clone(), until.timestamp_micros());
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO blocks (bucket, until) VALUES (?, ?)
                     ON CONFLICT (bucket) DO UPDATE SET until = max(until, excluded.until)",
                )
                .bind(bucket)
                .bind(until)
                .run(connection)
                .await
            })
        })
        .await
    }

    async fn blocked(&self, buckets: &[BucketKey], now: DateTime<Utc>) -> Result<Duration, StoreError> {
        Ok(self.inner.buckets.blocked(buckets, now))
    }
}
