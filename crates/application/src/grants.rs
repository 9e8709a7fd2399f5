//! What a caller may do. Cheap to clone; narrowing only removes.

mod chats;
mod circle;
mod quotas;
mod reach;
mod sets;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use chats::{ChatLists, ChatPolicy, ChatRule, ChatTarget, NotAChatRule, Place, Verb};
pub use circle::{Circle, Folder, FolderKinds, Membership};
pub use quotas::{Counted, NotAQuota, Quota};
pub use reach::Reach;
pub use sets::{Effects, Scopes, Sessions};

use crate::operation::{Effect, Facts, Scope};

/// What a caller may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants {
    /// What was granted.
    pub scopes: Scopes,
    /// Whether everything that changes something is refused, whatever the scopes say.
    pub is_read_only: bool,
    /// Whether texts by strangers are withheld.
    pub is_locked_down: bool,
    /// What a person has to allow each time.
    pub needs_approval: Effects,
    /// How many calls of which kind; all of them count. None means as many as the sessions bear.
    pub quotas: Arc<[Quota]>,
    /// Which sessions there are for this caller.
    pub sessions: Sessions,
    /// Which chats there are for this caller.
    pub chats: ChatPolicy,
}

impl Grants {
    /// Every scope in every session and chat, reading and writing.
    pub fn everything() -> Self {
        Self {
            scopes: Scopes::all(),
            is_read_only: false,
            is_locked_down: false,
            needs_approval: Effects::none(),
            quotas: Arc::default(),
            sessions: Sessions::All,
            chats: ChatPolicy::default(),
        }
    }

    /// Whether nothing is kept from this caller but what quotas and approvals delay.
    pub fn are_whole(&self) -> bool {
        self.scopes == Scopes::all()
            && !self.is_read_only
            && !self.is_locked_down
            && self.sessions == Sessions::All
            && self.chats.is_open()
    }

    /// What both allow, and what either asks for.
    #[must_use]
    pub fn narrowed(self, to: &Self) -> Self {
        Self {
            scopes: self.scopes.intersection(to.scopes),
            is_read_only: self.is_read_only || to.is_read_only,
            is_locked_down: self.is_locked_down || to.is_locked_down,
            needs_approval: self.needs_approval.union(to.needs_approval),
            quotas: quotas::both(&self.quotas, &to.quotas),
            sessions: self.sessions.intersection(&to.sessions),
            chats: self.chats.and(&to.chats),
        }
    }

    /// Whether a tool with these facts is there at all for this caller.
    pub fn offer(&self, facts: &Facts) -> bool {
        self.refusal(facts, false).is_none()
    }

    /// Whether a scope can be used at all: what is about everything needs every session.
    pub fn has(&self, scope: Scope) -> bool {
        self.denied(scope).is_none()
    }

    /// Whether whoever has this runs the server: sessions, tokens, people. Reading nothing of what was said is no reason why
    /// not; being kept from chats or from changing things is.
    pub fn administer(&self, effect: Effect) -> bool {
        let may_change = effect == Effect::Reads || !self.is_read_only;
        may_change && !self.is_locked_down && self.chats.is_open() && self.has(Scope::Admin)
    }

    /// Why a call with these facts is refused, if it is.
    pub(crate) fn refusal(&self, facts: &Facts, is_dry_run: bool) -> Option<Denied> {
        self.read_only_refuses(facts, is_dry_run).or_else(|| self.denied(facts.scope))
    }

    /// Whether such a call is refused because this caller changes nothing. A dry run reads.
    pub(crate) fn read_only_refuses(&self, facts: &Facts, is_dry_run: bool) -> Option<Denied> {
        let is_read = facts.effect == Effect::Reads || is_dry_run;
        (self.is_read_only && !is_read).then_some(Denied::ReadOnly)
    }

    /// Why the scope of a call is not there.
    pub(crate) fn denied(&self, scope: Scope) -> Option<Denied> {
        if !self.scopes.contains(scope) {
            return Some(Denied::Scope(scope));
        }
        (scope.is_about_everything() && self.sessions != Sessions::All).then_some(Denied::Everywhere)
    }
}

/// Why policy refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The connection only reads.
    ReadOnly,
    /// The caller lacks a scope.
    Scope(Scope),
    /// It would change every session, and not all of them are the caller's.
    Everywhere,
}
