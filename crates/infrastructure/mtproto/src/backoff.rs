//! When to try again after a failure: a moment, not a sleep, so that it holds for whoever comes next and costs nothing
//! while nobody comes.

use std::time::Duration;

use tokio::time::Instant;

/// Grows with every failure; what many wait for at once is tried at different times.
pub(crate) struct Backoff {
    shortest: Duration,
    longest: Duration,
    failures: u32,
    /// Not before this.
    pub(crate) until: Instant,
}

impl Backoff {
    pub(crate) fn new(shortest: Duration, longest: Duration) -> Self {
        Self { shortest, longest, failures: 0, until: Instant::now() }
    }

    /// It works again.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
        self.until = Instant::now();
    }

    /// It failed once more.
    pub(crate) fn failed(&mut self) {
        let doubled = self.shortest.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        self.until = Instant::now() + jittered(doubled.min(self.longest));
    }
}

/// Between half of it and all of it.
fn jittered(pause: Duration) -> Duration {
    let mut random = [0];
    // Without randomness everybody waits for all of it, which is only less kind.
    let share = getrandom::fill(&mut random).map_or(255, |()| u32::from(random[0]));
    pause / 2 + pause / 2 * share / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn every_failure_waits_longer_up_to_a_limit_and_a_success_starts_over() {
        let (shortest, longest) = (Duration::from_millis(100), Duration::from_secs(5));
        let mut backoff = Backoff::new(shortest, longest);
        let mut expected = shortest;
        for _ in 0..70 {
            backoff.failed();
            let wait = backoff.until - Instant::now();
            assert!((expected / 2..=expected).contains(&wait), "{wait:?} of {expected:?}");
            expected = (expected * 2).min(longest);
        }
        backoff.succeeded();
        assert_eq!(backoff.until, Instant::now());
        backoff.failed();
        assert!(backoff.until - Instant::now() <= shortest);
    }

    #[test]
    fn not_everybody_waits_for_the_same_time() {
        let waits: std::collections::BTreeSet<_> = (0..64).map(|_| jittered(Duration::from_secs(1))).collect();
        assert!(waits.len() > 1);
    }
}
