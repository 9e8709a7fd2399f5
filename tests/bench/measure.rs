//! Timing calls one after another and many at once.

use std::time::{Duration, Instant};

/// How long calls took.
#[derive(Clone)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Runs `call` so often, one after another, after a tenth of that to warm up.
    pub(crate) fn of(calls: usize, mut call: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Self> {
        for _ in 0..calls / 10 {
            call()?;
        }
        let mut times = Vec::with_capacity(calls);
        for _ in 0..calls {
            let start = Instant::now();
            call()?;
            times.push(start.elapsed());
        }
        Ok(times.into())
    }

    /// The value that so many per cent of the calls did not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get((self.0.len() * percent / 100).min(last)).copied().unwrap_or_default()
    }
}

impl From<Vec<Duration>> for Times {
    fn from(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }
}

/// Calls per second of `calls` calls made by `run`.
pub(crate) fn rate(calls: usize, run: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let start = Instant::now();
    run()?;
    Ok(calls as f64 / start.elapsed().as_secs_f64())
}

/// The middle one.
pub(crate) fn median<T: Copy + PartialOrd>(values: &[T]) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    sorted.get(sorted.len() / 2).copied()
}
