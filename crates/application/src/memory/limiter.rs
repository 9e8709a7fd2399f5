use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::MemoryStore;
use crate::ports::{BucketKey, Limiter, Rate, StoreError, Verdict};

#[async_trait]
impl Limiter for MemoryStore {
    async fn acquire(
        &self,
        buckets: &[(BucketKey, Rate)],
        cost: u32,
        now: DateTime<Utc>,
    ) -> Result<Verdict, StoreError> {
        Ok(self.state.buckets.acquire(buckets, cost, now))
    }

    async fn waits(
        &self,
        buckets: &[(BucketKey, Rate)],
        cost: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Duration>, StoreError> {
        Ok(self.state.buckets.waits(buckets, cost, now))
    }

    async fn block(&self, bucket: &BucketKey, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.state.buckets.block(bucket, until);
        Ok(())
    }

    async fn blocked(&self, buckets: &[BucketKey], now: DateTime<Utc>) -> Result<Duration, StoreError> {
        Ok(self.state.buckets.blocked(buckets, now))
    }
}
