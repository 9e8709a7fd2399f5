//! Every stored port in memory: for tests, and for what need not outlive the process.
//!
//! [`MemoryStore`] keeps the same contracts as the stores on disk, but for durability: its clones are one store, and
//! "after a restart" means in another clone. It seals nothing, because nothing is at rest.

mod approvals;
mod audit_log;
mod buckets;
mod contents;
mod conversations;
mod deliveries;
mod fixed;
mod fixed_machine;
mod idempotency;
mod inbox;
mod key_ring;
mod leases;
mod limiter;
mod no_bots;
mod no_files;
mod nobody_signs_in;
mod outbox;
mod peers;
mod people;
mod preferences;
mod queue;
mod rules;
mod sessions;
mod streams;
#[cfg(test)]
mod tests;
mod tokens;
mod vault;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use buckets::Buckets;
pub use fixed::{CountingIds, FixedClock};
pub use fixed_machine::FixedMachine;
pub use key_ring::MemoryKeyRing;
pub use no_bots::NoBots;
pub use no_files::NoFiles;
pub use nobody_signs_in::NobodySignsIn;

use crate::ports::Clock;

/// A store in memory. Cloning is cheap; all clones are the same store.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<State>,
}

struct State {
    clock: Arc<dyn Clock>,
    // A change of a stream holds its lock while it takes the outbox's and then that of the contents.
    sessions: Mutex<sessions::Sessions>,
    conversations: Mutex<conversations::Dialogues>,
    approvals: Mutex<approvals::Questions>,
    outbox: Mutex<queue::Queue>,
    contents: Mutex<contents::Kept>,
    rules: Mutex<rules::Made>,
    people: Mutex<people::Known>,
    preferences: Mutex<preferences::Chosen>,
    marks: Mutex<preferences::Read>,
    leases: Mutex<leases::Held>,
    tokens: Mutex<tokens::Issued>,
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
                conversations: Mutex::default(),
                approvals: Mutex::default(),
                outbox: Mutex::default(),
                contents: Mutex::default(),
                rules: Mutex::default(),
                people: Mutex::default(),
                preferences: Mutex::default(),
                marks: Mutex::default(),
                leases: Mutex::default(),
                tokens: Mutex::default(),
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
