use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use telegraphist_domain::SessionId;
use uuid::Uuid;

use crate::ports::{Clock, Ids};

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct FixedClock {
    micros: AtomicI64,
}

impl FixedClock {
    /// Stands at `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { micros: AtomicI64::new(now.timestamp_micros()) }
    }

    /// Sets it back.
    pub fn set_back(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).expect("tests move clocks by less than ages");
        self.micros.fetch_sub(by, Ordering::SeqCst);
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).expect("tests move clocks by less than ages");
        self.micros.fetch_add(by, Ordering::SeqCst);
    }
}

impl Default for FixedClock {
    /// Stands at 2026-01-01 00:00:00 UTC.
    fn default() -> Self {
        Self { micros: AtomicI64::new(1_767_225_600_000_000) }
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).expect("the clock started at a date")
    }
}

/// Ids that count, so that what they end up in can be foreseen.
#[derive(Debug, Default)]
pub struct CountingIds {
    next: AtomicU64,
}

impl CountingIds {
    fn count(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst) + 1
    }
}

impl Ids for CountingIds {
    fn session(&self) -> SessionId {
        SessionId(Uuid::from_u128(u128::from(self.count())))
    }

    fn correlation(&self) -> String {
        format!("correlation-{}", self.count())
    }

    fn idempotency_key(&self) -> String {
        format!("key-{}", self.count())
    }

    fn ordered(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.count()))
    }

    fn unguessable(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.count()))
    }
}
