use std::sync::Arc;
use std::time::Duration;

use telegraphist_application::ports::{Clock, Leases, StoreError};
use tokio::time::Instant;

/// The right to ask for one bot's updates.
pub(super) struct Lease {
    pub(super) leases: Arc<dyn Leases>,
    pub(super) name: String,
    /// Who asks.
    pub(super) holder: String,
    pub(super) life: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

/// Why a lease is not held any more.
#[derive(Debug)]
pub(super) enum Lost {
    /// Somebody else has it.
    ToAnother,
    /// It could not be renewed in time.
    Unrenewed(StoreError),
}

impl Lease {
    /// Takes or renews it; whether it was granted.
    pub(super) async fn take(&self) -> Result<bool, StoreError> {
        let lease = self.leases.take_lease(&self.name, &self.holder, self.life, self.clock.now()).await?;
        Ok(lease.holder == self.holder)
    }

    /// Renews it for as long as that works. What cannot be renewed is given up while it still lasts, by a clock that
    /// nobody sets.
    pub(super) async fn keep(&self, mut held_since: Instant) -> Lost {
        loop {
            tokio::time::sleep_until(held_since + self.life / 3).await;
            if let Err(lost) = self.renew(&mut held_since).await {
                return lost;
            }
        }
    }

    async fn renew(&self, held_since: &mut Instant) -> Result<(), Lost> {
        let given_up = *held_since + self.life * 2 / 3;
        loop {
            let asked = Instant::now();
            let error = match tokio::time::timeout_at(given_up, self.take()).await {
                Ok(Ok(true)) => {
                    *held_since = asked;
                    return Ok(());
                }
                Ok(Ok(false)) => return Err(Lost::ToAnother),
                Ok(Err(error)) => error,
                Err(_) => StoreError::Unavailable("the store did not answer in time".into()),
            };
            let next = Instant::now() + self.life / 12;
            if next >= given_up {
                return Err(Lost::Unrenewed(error));
            }
            tokio::time::sleep_until(next).await;
        }
    }

    /// Gives it back. Where that fails it ends by itself.
    pub(super) async fn release(&self) {
        if let Err(error) = self.leases.release_lease(&self.name, &self.holder).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a lease was not given back; it ends by itself");
        }
    }
}
