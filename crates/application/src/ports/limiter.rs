use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::ports::StoreError;

/// What is counted together: for example `session/<id>/send`, `principal/<name>`, `flood/<session>/<method>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BucketKey(pub String);

/// How fast a bucket refills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens at most.
    pub burst: u32,
    /// Time in which the whole burst comes back.
    pub per: Duration,
}

/// Whether a call may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes; the cost is taken.
    Go,
    /// Not before so long; nothing is taken.
    Wait {
        /// How long.
        time: Duration,
        /// Which bucket it is for: its place among those that were asked for.
        bucket: usize,
    },
}

/// Budgets, and the waits that Telegram asked for. GCRA: no background refill, one number per bucket.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// MUST take `cost` from every bucket or from none, in one step. The wait is the longest of all, and names the first
    /// bucket that has it; a blocked bucket is empty until its block ends. A cost above a bucket's burst counts as the burst, so that every wait ends. Names each bucket
    /// once. MUST be cheap: every call asks.
    async fn acquire(
        &self,
        buckets: &[(BucketKey, Rate)],
        cost: u32,
        now: DateTime<Utc>,
    ) -> Result<Verdict, StoreError>;
    /// How long each bucket by itself would keep a call that costs so much from going on at `now`. MUST take nothing.
    async fn waits(
        &self,
        buckets: &[(BucketKey, Rate)],
        cost: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Duration>, StoreError>;
    /// Blocks a bucket until then; MUST survive a restart and MUST NOT shorten a longer block.
    async fn block(&self, bucket: &BucketKey, until: DateTime<Utc>) -> Result<(), StoreError>;
    /// How long the longest block of these lasts from `now`; zero if none. MUST be cheap: every call asks.
    async fn blocked(&self, buckets: &[BucketKey], now: DateTime<Utc>) -> Result<Duration, StoreError>;
}
