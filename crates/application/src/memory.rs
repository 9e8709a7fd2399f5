//! Every stored port in memory: for tests, and for what need not outlive the process.
//!
//! [`MemoryStore`] keeps the same contracts as the stores on disk, but for durability: its clones are one store, and
//! "after a restart" means in another clone. It seals nothing, because nothing is at rest.

mod audit_log;
mod buckets;
mod fixed;
mod idempotency;
mod inbox;
mod key_ring;
mod limiter;
mod peers;
mod sessions;
#[cfg(test)]
mod tests;
mod vault;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use buckets::Buckets;
pub use fixed::{CountingIds, FixedClock};
pub use key_ring::MemoryKeyRing;

use crate::ports::Clock;

/// A store in memory. Cloning is cheap; all clones are the same store.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<State>,
}

struct State {
    clock: Arc<dyn Clock>,
    sessions: Mutex<sessions::Sessions>,
    secrets: Mutex<vault::Secrets>,
    accounts: Mutex<peers::Accounts>,
    inboxes: Mutex<inbox::Inboxes>,
    calls: Mutex<idempotency::Calls>,
    audit: Mutex<audit_log::Chain>,
    buckets: Buckets,
}

impl MemoryStore {
    /// An empty store; `clock` tells when something was received.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            state: Arc::new(State {
                clock,
                sessions: Mutex::default(),
                secrets: Mutex::default(),
                accounts: Mutex::default(),
                inboxes: Mutex::default(),
                calls: Mutex::default(),
                audit: Mutex::default(),
                buckets: Buckets::default(),
            }),
        }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// Locks; a panic elsewhere does not make the data worse, because every change is made in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
