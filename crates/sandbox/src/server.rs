//! The data centre on a port: accepts connections, executes their requests in one world, and delivers what they have to know.
//!
//! Invariant: the world, the faults and the list of connections change under one lock, and what a change means for clients is queued before
//! that lock is released; so no client ever sees updates out of order. Nothing waits while it holds the lock. Start at [`Hub`].

mod connection;
mod counters;
mod hub;
mod links;
mod listener;

pub use counters::Counters;

pub(crate) use hub::{Hub, State, Watch};
pub(crate) use listener::Listener;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The server's clock, as message ids need it: time since the Unix epoch.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
