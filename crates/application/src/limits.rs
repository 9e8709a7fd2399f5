//! What this server bears, whoever calls.

use std::time::Duration;

use crate::ports::Rate;

/// The limits that hold besides what a token's own quotas, the sessions' budgets and Telegram itself ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Calls of one caller.
    pub principal: Option<Rate>,
    /// Calls of one tool by one caller.
    pub tool: Option<Rate>,
    /// Calls in one session.
    pub session: Option<Rate>,
    /// All calls together.
    pub server: Option<Rate>,
    /// Calls under way at once.
    pub calls_max: usize,
    /// The same in one session, so that one that is slow does not take all places.
    pub session_calls_max: usize,
    /// How long a call waits for a place before it is refused.
    pub call_wait: Duration,
    /// How much memory may be used before new calls are refused.
    pub memory: MemoryLimit,
}

/// A share of the memory that this process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimit {
    /// What it may use; what the machine says, if left out.
    pub bytes: Option<u64>,
    /// Above this share new calls are refused; zero refuses none.
    pub share_percent: u8,
}

/// So many in a minute, all at once if need be.
const fn per_minute(burst: u32) -> Rate {
    Rate { burst, per: Duration::from_mins(1) }
}

impl Limits {
    /// Far above what people and agents do; they stop a program that runs in circles.
    pub const fn generous() -> Self {
        Self {
            principal: Some(per_minute(6_000)),
            tool: Some(per_minute(3_000)),
            session: Some(per_minute(6_000)),
            server: Some(per_minute(60_000)),
            calls_max: 512,
            session_calls_max: 128,
            call_wait: Duration::from_secs(1),
            memory: MemoryLimit { bytes: None, share_percent: 90 },
        }
    }
}
