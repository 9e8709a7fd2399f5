//! Which chats there are for the caller of one call.

use std::sync::Arc;

use telegraphist_domain::ChatId;

use super::{ChatPolicy, Circle, Grants, Place, Verb};
use crate::ports::TelegramError;

/// Which chats there are for the caller of one call, and what the call does with those that it names. Whoever turns
/// the name of a chat into its id asks it, and whoever makes a list.
#[derive(Debug, Clone)]
pub struct Reach {
    policy: ChatPolicy,
    verb: Verb,
    is_locked_down: bool,
    circle: Option<Arc<Circle>>,
}

impl Reach {
    /// For what the server does by itself, and what was looked at before.
    pub fn everywhere() -> Self {
        Self { policy: ChatPolicy::default(), verb: Verb::Write, is_locked_down: false, circle: None }
    }

    /// What was granted, for a call that does this with the chats that it names.
    pub fn of(grants: &Grants, verb: Verb) -> Self {
        Self { policy: grants.chats.clone(), verb, is_locked_down: grants.is_locked_down, circle: None }
    }

    /// The same reach, for a call that only looks.
    #[must_use]
    pub fn reading(&self) -> Self {
        Self { verb: Verb::Read, ..self.clone() }
    }

    /// Whether no chat is kept from the caller.
    pub fn is_open(&self) -> bool {
        self.policy.is_open()
    }

    /// Whether texts by strangers are withheld.
    pub fn is_locked_down(&self) -> bool {
        self.is_locked_down
    }

    /// Whether a person, group or channel is no stranger: the account itself, in its address book, or named by an allow
    /// list.
    pub fn knows(&self, author: ChatId) -> bool {
        self.with_circle(|circle| {
            circle.own == Some(author) || circle.contacts.contains(&author) || self.policy.names(author, circle)
        })
    }

    /// Refuses what a stranger sent, where that is withheld and cannot be shown in part.
    pub fn check_author(&self, author: Option<ChatId>) -> Result<(), TelegramError> {
        let is_shown = !self.is_locked_down || author.is_some_and(|author| self.knows(author));
        if is_shown { Ok(()) } else { Err(TelegramError::Withheld) }
    }

    /// Whether the account's circle has to be known first.
    pub(crate) fn lacks_circle(&self) -> bool {
        self.circle.is_none() && (self.is_locked_down || self.policy.needs_folders())
    }

    /// The same reach, for an account with this circle.
    #[must_use]
    pub fn within(self, circle: Arc<Circle>) -> Self {
        Self { circle: Some(circle), ..self }
    }

    /// Whether the chat is there for the caller to look at.
    pub fn sees(&self, place: Place) -> bool {
        self.permits(Verb::Read, place)
    }

    /// Refuses a chat that the caller may not use as the call does. One that is not there for the caller is `absent`,
    /// as one that is not there for anybody.
    pub fn check(&self, place: Place, absent: TelegramError) -> Result<(), TelegramError> {
        if self.permits(self.verb, place) {
            return Ok(());
        }
        if self.sees(place) { Err(TelegramError::NotToWrite) } else { Err(TelegramError::Hidden(Box::new(absent))) }
    }

    fn permits(&self, verb: Verb, place: Place) -> bool {
        self.is_open() || self.with_circle(|circle| self.policy.permits(verb, place, circle))
    }

    fn with_circle<T>(&self, ask: impl FnOnce(&Circle) -> T) -> T {
        match &self.circle {
            Some(circle) => ask(circle),
            // Nothing is known, so no folder holds anything for certain.
            None => ask(&Circle::default()),
        }
    }
}
