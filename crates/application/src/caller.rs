//! Who calls, what they may do, and everything about one call besides its arguments.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::approvals::Life;
use crate::grants::Grants;
use crate::ports::Progress;

/// Who calls, and what they were granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose budgets, keys and audit rows these are; never a secret.
    pub principal: String,
    /// What they may do.
    pub grants: Grants,
}

impl Caller {
    /// The person whose process this is: a client that was started over stdio. May do everything.
    pub fn owner() -> Self {
        Self { principal: "owner".into(), grants: Grants::everything() }
    }

    /// The same caller with less; see [`Grants::narrowed`].
    #[must_use]
    pub fn narrowed(self, to: &Grants) -> Self {
        Self { grants: self.grants.narrowed(to), ..self }
    }
}

/// Everything about one call besides who calls and its arguments. The default has no watcher and the default deadline.
#[derive(Clone)]
pub struct CallContext {
    /// How long the caller waits; the application's default if left out.
    pub timeout: Option<Duration>,
    /// Until when the caller waits; the earlier of this and `timeout` counts.
    pub deadline: Option<DateTime<Utc>>,
    /// Hears how far it is.
    pub progress: Arc<dyn Progress>,
    /// Fires when the caller does not want the answer any more.
    pub cancel: CancellationToken,
    /// Finds the call in logs; made if left out.
    pub correlation_id: Option<String>,
    /// Which agent calls, on which of its connections.
    pub life: Life,
}

impl Default for CallContext {
    fn default() -> Self {
        Self {
            timeout: None,
            deadline: None,
            progress: Arc::new(Unwatched),
            cancel: CancellationToken::new(),
            correlation_id: None,
            life: Life::default(),
        }
    }
}

/// Nobody listens.
struct Unwatched;

impl Progress for Unwatched {
    fn report(&self, _done: u64, _total: Option<u64>, _message: &str) {}
}
