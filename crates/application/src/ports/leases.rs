use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::ports::StoreError;

/// The right to do something that only one may do, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What.
    pub name: String,
    /// Who has it.
    pub holder: String,
    /// Grows with every change of holder; what an older one does is refused.
    pub epoch: u64,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// Rights that only one process may have at a time.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes or renews it: MUST give it to one of many who ask at once, and to nobody else while it lasts. Gives the
    /// lease as it is then, whoever has it: it was granted if the holder is who asked. Renewing keeps the epoch, also
    /// late where nobody took it meanwhile; whoever takes it otherwise gets a higher one than there ever was.
    async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        life: Duration,
        now: DateTime<Utc>,
    ) -> Result<Lease, StoreError>;
    /// Gives it back, if `holder` has it.
    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError>;
}
