//! Sets that are cheap to copy and to intersect.

use std::collections::BTreeSet;
use std::sync::Arc;

use telegraphist_domain::SessionId;

use crate::operation::{Effect, Scope};
use crate::views::SessionView;

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

/// A set of effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effects(u8);

impl Effects {
    /// No effect.
    pub const fn none() -> Self {
        Self(0)
    }

    /// Whether `effect` is among them.
    pub const fn contains(self, effect: Effect) -> bool {
        self.0 & Self::bit(effect) != 0
    }

    /// Those in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Each of them, in order.
    pub fn iter(self) -> impl Iterator<Item = Effect> {
        Effect::ALL.iter().copied().filter(move |effect| self.contains(*effect))
    }

    const fn bit(effect: Effect) -> u8 {
        1 << effect as u8
    }
}

impl FromIterator<Effect> for Effects {
    fn from_iter<I: IntoIterator<Item = Effect>>(effects: I) -> Self {
        Self(effects.into_iter().fold(0, |bits, effect| bits | Self::bit(effect)))
    }
}

/// Which sessions may be used. By id: who takes over a name does not take over what was granted to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sessions {
    /// Every one, also those that come later.
    #[default]
    All,
    /// These.
    Only(Arc<BTreeSet<SessionId>>),
}

impl Sessions {
    /// Whether `session` is among them.
    pub fn contains(&self, session: SessionId) -> bool {
        match self {
            Self::All => true,
            Self::Only(sessions) => sessions.contains(&session),
        }
    }

    /// Whether the session of a view is among them.
    pub(crate) fn has(&self, view: &SessionView) -> bool {
        *self == Self::All || view.id.parse().is_ok_and(|id| self.contains(id))
    }

    /// Those in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, sessions) | (sessions, Self::All) => sessions.clone(),
            (Self::Only(one), Self::Only(two)) => one.intersection(two).copied().collect(),
        }
    }
}

impl FromIterator<SessionId> for Sessions {
    fn from_iter<I: IntoIterator<Item = SessionId>>(sessions: I) -> Self {
        Self::Only(Arc::new(sessions.into_iter().collect()))
    }
}
