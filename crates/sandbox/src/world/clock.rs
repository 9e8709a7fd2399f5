//! The only place of the world that looks at the real clock.
//!
//! The world's time runs as fast as real time, ahead of it where somebody moved it on: tests do, instead of waiting.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The world's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// How far the world is ahead of the machine, in milliseconds.
    ahead: i64,
}

impl Clock {
    /// Now, in milliseconds since the epoch.
    pub fn millis(&self) -> i64 {
        machine_millis().saturating_add(self.ahead)
    }

    /// Now, in seconds since the epoch.
    pub fn seconds(&self) -> i32 {
        i32::try_from(self.millis().div_euclid(1_000)).unwrap_or(i32::MAX)
    }

    /// Lets time pass at once.
    pub fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }

    /// Lets time pass until this moment, if it is still to come: seeded history must lie in the past even where a machine's clock is wrong.
    pub fn advance_to(&mut self, seconds: i32) {
        let missing = (i64::from(seconds) * 1_000).saturating_sub(self.millis());
        self.ahead = self.ahead.saturating_add(missing.max(0));
    }
}

fn machine_millis() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_can_be_moved_on_but_not_back() {
        let mut clock = Clock::default();
        let before = clock.seconds();
        clock.advance(Duration::from_hours(1));
        assert!(clock.seconds() >= before + 3_600);
        clock.advance_to(before);
        assert!(clock.seconds() >= before + 3_600);
        clock.advance_to(before + 7_200);
        assert!(clock.seconds() >= before + 7_200);
    }
}
