use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{MemoryStore, lock};
use crate::ports::{Lease, Leases, StoreError};

/// Leases by name; one that was given back has no holder and keeps its epoch.
pub(super) type Held = HashMap<String, Standing>;

/// How a right stands.
#[derive(Default)]
pub(super) struct Standing {
    holder: Option<String>,
    epoch: u64,
    until: DateTime<Utc>,
}

#[async_trait]
impl Leases for MemoryStore {
    async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        life: Duration,
        now: DateTime<Utc>,
    ) -> Result<Lease, StoreError> {
        let mut leases = lock(&self.state.leases);
        let standing = leases.entry(name.to_owned()).or_default();
        let is_mine = standing.holder.as_deref() == Some(holder);
        let is_free = standing.holder.is_none() || standing.until <= now;
        if is_free && !is_mine {
            standing.epoch += 1;
        }
        if is_free || is_mine {
            standing.holder = Some(holder.to_owned());
            standing.until = now + life;
        }
        let holder = standing.holder.clone().unwrap_or_default();
        Ok(Lease { name: name.to_owned(), holder, epoch: standing.epoch, until: standing.until })
    }

    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        if let Some(standing) = lock(&self.state.leases).get_mut(name) {
            standing.holder.take_if(|own| own == holder);
        }
        Ok(())
    }
}
