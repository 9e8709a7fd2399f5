//! Refusing new calls while memory is short, before anything is allocated for them: what is under way comes to its end and
//! makes room.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::application::Application;
use crate::failure::{Code, Failure};
use crate::limits::MemoryLimit;
use crate::ports::Machine;
use crate::telemetry::LimitOf;

/// Memory is looked at so often at most: looking costs more than a call does.
const LOOKS_APART: Duration = Duration::from_millis(200);
/// When to come again.
const PAUSE: Duration = Duration::from_secs(2);

/// What was seen of the memory last.
#[derive(Default)]
pub(crate) struct Shedding {
    seen: Mutex<Option<(Instant, bool)>>,
}

impl Shedding {
    fn is_short(&self, limit: MemoryLimit, machine: &dyn Machine) -> bool {
        if limit.share_percent == 0 {
            return false;
        }
        let now = Instant::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, is_short)) = *seen
            && now.duration_since(at) < LOOKS_APART
        {
            return is_short;
        }
        let is_short = limit.is_exceeded(machine);
        if is_short != seen.is_some_and(|(_, was_short)| was_short) {
            tracing::warn!(is_short, "memory is short, and new calls are refused; or it is not any more");
        }
        *seen = Some((now, is_short));
        is_short
    }
}

impl MemoryLimit {
    /// What the machine does not tell is no reason to refuse anything.
    fn is_exceeded(self, machine: &dyn Machine) -> bool {
        let memory = machine.memory();
        let (Some(used), Some(max)) = (memory.used, self.bytes.or(memory.max)) else { return false };
        u128::from(used) * 100 > u128::from(max) * u128::from(self.share_percent)
    }
}

impl Application {
    /// Refuses what is new while memory is short. Asked before a request is read, and again before a call begins.
    pub fn bear_more(&self) -> Result<(), Failure> {
        let settings = &self.inner.settings;
        if !self.inner.shedding.is_short(settings.limits.memory, &*settings.machine) {
            return Ok(());
        }
        settings.telemetry.rate_limited(LimitOf::Server);
        let failure = Failure::new(
            Code::Overloaded,
            "This server's memory is nearly used up; it takes no new calls until there is room again.",
            "Wait `retry_after_ms`, then repeat the call.",
        );
        Err(failure.retry_after(PAUSE).with_details(serde_json::json!({ "limit": "memory" })))
    }
}
