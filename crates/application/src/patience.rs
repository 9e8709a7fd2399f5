//! How long a caller waits: until a deadline, or until it goes away. What adapters wait with.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The end of every wait: a deadline or a cancellation, whichever comes first.
#[derive(Clone)]
pub struct Patience {
    /// When it ends.
    pub deadline: Instant,
    /// Fires when the caller goes away.
    pub cancel: CancellationToken,
}

/// Why a wait ended without its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It took too long.
    Deadline,
    /// The caller went away.
    Cancelled,
}

impl Patience {
    /// Patience of `time` from now that nobody cancels.
    #[must_use]
    pub fn of(time: Duration) -> Self {
        Self { deadline: Instant::now() + time, cancel: CancellationToken::new() }
    }

    /// The same caller, at most until `deadline`.
    #[must_use]
    pub fn until(&self, deadline: Instant) -> Self {
        Self { deadline: self.deadline.min(deadline), cancel: self.cancel.clone() }
    }

    /// Whether it has already ended.
    pub fn check(&self) -> Result<(), Ended> {
        if self.cancel.is_cancelled() {
            return Err(Ended::Cancelled);
        }
        if Instant::now() >= self.deadline {
            return Err(Ended::Deadline);
        }
        Ok(())
    }

    /// Waits for `work`, but not longer than this. A result that is there wins over an end.
    pub async fn during<F: Future>(&self, work: F) -> Result<F::Output, Ended> {
        tokio::select! {
            biased;
            output = work => Ok(output),
            () = self.cancel.cancelled() => Err(Ended::Cancelled),
            () = tokio::time::sleep_until(self.deadline) => Err(Ended::Deadline),
        }
    }

    /// Waits for some time.
    pub async fn sleep(&self, time: Duration) -> Result<(), Ended> {
        self.during(tokio::time::sleep(time)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_by_answer_deadline_or_cancellation() {
        let patience = Patience::of(Duration::from_secs(5));
        assert_eq!(patience.during(async { 7 }).await, Ok(7));
        assert_eq!(patience.during(std::future::pending::<()>()).await, Err(Ended::Deadline));
        assert_eq!(patience.check(), Err(Ended::Deadline));
        let patience = Patience::of(Duration::from_secs(5));
        patience.cancel.cancel();
        assert_eq!(patience.sleep(Duration::from_secs(1)).await, Err(Ended::Cancelled));
    }
}
