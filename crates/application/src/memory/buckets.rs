use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::lock;
use crate::ports::{BucketKey, Rate, Verdict};

/// Budgets by GCRA: a bucket is one moment, the one at which it is full again. Stores that share budgets with nobody
/// keep them here and write down only the blocks.
#[derive(Default)]
pub struct Buckets {
    buckets: Mutex<HashMap<BucketKey, Bucket>>,
}

/// Both in Unix microseconds.
#[derive(Clone, Copy, Default)]
struct Bucket {
    full_at: i64,
    blocked_until: i64,
}

impl Bucket {
    /// The moment at which it would be full again if `cost` were taken now.
    fn taking(self, rate: Rate, cost: u32, now: i64) -> i64 {
        let burst = i64::from(rate.burst.max(1));
        let cost = i64::from(cost).min(burst);
        let whole = micros(rate.per);
        // Divided last, so that rates that do not divide evenly do not drift.
        self.full_at.max(now).saturating_add(whole.saturating_mul(cost) / burst)
    }

    fn wait(self, rate: Rate, cost: u32, now: i64) -> i64 {
        let until_refilled = self.taking(rate, cost, now).saturating_sub(now).saturating_sub(micros(rate.per));
        until_refilled.max(self.blocked_until.saturating_sub(now)).max(0)
    }

    fn says_nothing(self, now: i64) -> bool {
        self.full_at <= now && self.blocked_until <= now
    }
}

impl Buckets {
    /// Above so many, those that are full and free are dropped; they would be made again as they were.
    const SWEEP_ABOVE: usize = 4096;

    /// See [`Limiter::acquire`](crate::ports::Limiter::acquire).
    pub fn acquire(&self, wanted: &[(BucketKey, Rate)], cost: u32, now: DateTime<Utc>) -> Verdict {
        let now = now.timestamp_micros();
        let mut buckets = lock(&self.buckets);
        for (key, rate) in wanted {
            if let Some(bucket) = buckets.get_mut(key) {
                // Emptied, it is full again after one whole period; later than that only because the clock was set back,
                // and then nobody knows what was taken.
                if bucket.full_at > now.saturating_add(micros(rate.per)) {
                    bucket.full_at = now;
                }
            }
        }
        let of = |buckets: &HashMap<_, Bucket>, key| buckets.get(key).copied().unwrap_or_default();
        let waits = wanted.iter().map(|(key, rate)| of(&buckets, key).wait(*rate, cost, now));
        // Of several that are as long the first is named.
        let longest = waits.enumerate().max_by_key(|(bucket, wait)| (*wait, std::cmp::Reverse(*bucket)));
        if let Some((bucket, wait)) = longest.filter(|(_, wait)| *wait > 0) {
            return Verdict::Wait { time: Duration::from_micros(wait.unsigned_abs()), bucket };
        }
        for (key, rate) in wanted {
            let full_at = of(&buckets, key).taking(*rate, cost, now);
            buckets.entry(key.clone()).or_default().full_at = full_at;
        }
        if buckets.len() > Self::SWEEP_ABOVE {
            buckets.retain(|_, bucket| !bucket.says_nothing(now));
        }
        Verdict::Go
    }

    /// See [`Limiter::waits`](crate::ports::Limiter::waits).
    pub fn waits(&self, wanted: &[(BucketKey, Rate)], cost: u32, now: DateTime<Utc>) -> Vec<Duration> {
        let now = now.timestamp_micros();
        let buckets = lock(&self.buckets);
        let wait = |(key, rate): &(BucketKey, Rate)| {
            let bucket = buckets.get(key).copied().unwrap_or_default();
            // As above: not later than after one whole period.
            let full_at = bucket.full_at.min(now.saturating_add(micros(rate.per)));
            Duration::from_micros(Bucket { full_at, ..bucket }.wait(*rate, cost, now).unsigned_abs())
        };
        wanted.iter().map(wait).collect()
    }

    /// Blocks a bucket until then, unless it is blocked for longer already.
    pub fn block(&self, key: &BucketKey, until: DateTime<Utc>) {
        let mut buckets = lock(&self.buckets);
        let bucket = buckets.entry(key.clone()).or_default();
        bucket.blocked_until = bucket.blocked_until.max(until.timestamp_micros());
    }

    /// See [`Limiter::blocked`](crate::ports::Limiter::blocked).
    pub fn blocked(&self, keys: &[BucketKey], now: DateTime<Utc>) -> Duration {
        let buckets = lock(&self.buckets);
        let ends = keys.iter().filter_map(|key| buckets.get(key)).map(|bucket| bucket.blocked_until);
        let longest = ends.max().unwrap_or(0).saturating_sub(now.timestamp_micros()).max(0);
        Duration::from_micros(longest.unsigned_abs())
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_that_say_nothing_are_dropped_and_blocks_are_not() {
        let buckets = Buckets::default();
        let rate = Rate { burst: 1, per: Duration::from_secs(1) };
        let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let later = start + Duration::from_mins(1);
        let kept = BucketKey("kept".into());
        buckets.block(&kept, later + Duration::from_mins(1));
        for number in 0..=Buckets::SWEEP_ABOVE {
            buckets.acquire(&[(BucketKey(number.to_string()), rate)], 1, start);
        }
        buckets.acquire(&[(BucketKey("last".into()), rate)], 1, later);
        assert_eq!(lock(&buckets.buckets).len(), 2);
        assert_eq!(buckets.blocked(&[kept], later), Duration::from_mins(1));
    }
}
