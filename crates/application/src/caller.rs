//! Who calls, what they may do, and everything about one call besides its arguments.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::approvals::Life;
use crate::operation::{Effect, Facts, Scope};
use crate::ports::{Progress, Rate};

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
    pub fn narrowed(self, to: Grants) -> Self {
        Self { grants: self.grants.narrowed(to), ..self }
    }
}

/// What a caller may do. Narrowing only removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grants {
    /// What was granted.
    pub scopes: Scopes,
    /// Whether everything that changes something is refused, whatever the scopes say.
    pub is_read_only: bool,
    /// How many calls of any kind this principal may make; `None` means as many as the sessions bear.
    pub budget: Option<Rate>,
}

impl Grants {
    /// Every scope, reading and writing.
    pub fn everything() -> Self {
        Self { scopes: Scopes::all(), is_read_only: false, budget: None }
    }

    /// What both allow. The tighter budget stays; where they cannot be compared, the one that was there.
    #[must_use]
    pub fn narrowed(self, to: Self) -> Self {
        Self {
            scopes: self.scopes.intersection(to.scopes),
            is_read_only: self.is_read_only || to.is_read_only,
            budget: self.budget.or(to.budget),
        }
    }

    /// Why a call with these facts is refused, if it is. A dry run reads.
    pub(crate) fn refusal(&self, facts: &Facts, is_dry_run: bool) -> Option<Denied> {
        let is_read = facts.effect == Effect::Reads || is_dry_run;
        if self.is_read_only && !is_read {
            return Some(Denied::ReadOnly);
        }
        (!self.scopes.contains(facts.scope)).then_some(Denied::Scope(facts.scope))
    }
}

/// Why policy refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The connection only reads.
    ReadOnly,
    /// The caller lacks a scope.
    Scope(Scope),
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u32);

impl Scopes {
    /// All scopes.
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// No scope.
    pub const fn none() -> Self {
        Self(0)
    }

    /// Whether `scope` is among them.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    /// Those in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Each of them, in order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }

    const fn bit(scope: Scope) -> u32 {
        1 << scope as u32
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | Self::bit(scope)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_never_adds() {
        let reader = Grants { scopes: [Scope::MessagesRead].into_iter().collect(), is_read_only: true, budget: None };
        assert_eq!(reader.narrowed(Grants::everything()), reader);
        assert_eq!(Grants::everything().narrowed(reader), reader);
    }

    #[test]
    fn every_scope_has_a_bit_of_its_own() {
        assert_eq!(Scopes::all().iter().count(), Scope::ALL.len());
        for scope in Scope::ALL {
            assert_eq!(Scopes::from_iter([*scope]).iter().collect::<Vec<_>>(), [*scope]);
        }
    }
}
