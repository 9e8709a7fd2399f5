//! One Telegram login held by this server, and who is behind it.
//!
//! A session belongs to one account for ever: what is remembered of peers belongs to that account. Nothing but
//! [`Session::remove`] ends a session; a login that was lost is a state, not an end. Start with [`SessionState`].

mod name;
mod refusal;
#[cfg(test)]
mod tests;

pub use name::{NotASessionName, SessionName};
pub use refusal::Refusal;

use crate::{Aggregate, SessionId, Timestamp, UserId};

/// A Telegram login: a user account or a bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// What people call it; unique among the sessions of a store.
    pub name: SessionName,
    /// A person's account or a bot.
    pub kind: SessionKind,
    /// Where it stands.
    pub state: SessionState,
    /// Who signed in last; stays when the login is lost.
    pub identity: Option<Identity>,
    /// When it was made.
    pub created: Timestamp,
}

/// Who uses the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// A person's account.
    User,
    /// A bot.
    Bot,
}

/// Where a session stands.
///
/// ```text
/// created ──> initializing ──> ready ──> closing ──> closed
///                  ^             │                      │
///                  ├──────── needs login                │
///                  └────────────────────────────────────┘
/// ```
///
/// An imported key goes to `ready` at once, because there is nothing to wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Made, and never signed in.
    Created,
    /// A sign-in is under way.
    Initializing(Awaited),
    /// Signed in.
    Ready,
    /// It was signed in, and Telegram does not accept the login any more.
    NeedsLogin {
        /// For people; Telegram's constant where there is one.
        reason: String,
    },
    /// It is being logged out.
    Closing,
    /// Logged out. Signing in again opens it again.
    Closed,
}

/// What a sign-in waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Awaited {
    /// The code that Telegram sent.
    Code,
    /// The account's password.
    Password,
    /// A scan of the QR code.
    Qr,
}

/// Who signed in. Holds no phone number: events are kept for ever and in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Telegram's id of the account.
    pub user_id: UserId,
    /// Public name, without `@`.
    pub username: Option<String>,
}

/// What can have happened to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionEvent {
    /// It was made.
    Created {
        /// Its id.
        id: SessionId,
        /// Its name.
        name: SessionName,
        /// Its kind.
        kind: SessionKind,
        /// When.
        at: Timestamp,
    },
    /// A sign-in was started, or another way of it was chosen.
    SignInStarted {
        /// What it waits for.
        awaited: Awaited,
        /// When.
        at: Timestamp,
    },
    /// Code or scan were right, and the account has a password.
    PasswordAsked {
        /// When.
        at: Timestamp,
    },
    /// Telegram accepted the login.
    SignedIn {
        /// Who it is.
        identity: Identity,
        /// When.
        at: Timestamp,
    },
    /// Telegram does not accept the login any more.
    LoginLost {
        /// For people; Telegram's constant where there is one.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// Logging out was asked for.
    LogOutStarted {
        /// When.
        at: Timestamp,
    },
    /// Telegram has forgotten the login.
    LoggedOut {
        /// When.
        at: Timestamp,
    },
    /// It got another name.
    Renamed {
        /// The new one.
        name: SessionName,
        /// When.
        at: Timestamp,
    },
    /// It was chosen for calls that name no session. The choice before it ends with this; views know which is newest.
    MadeDefault {
        /// When.
        at: Timestamp,
    },
    /// It is gone, and its name is free.
    Removed {
        /// When.
        at: Timestamp,
    },
}

impl Aggregate for Session {
    type Id = SessionId;
    type Event = SessionEvent;
    const NAME: &'static str = "session";

    fn evolve(state: Option<Self>, event: &SessionEvent) -> Option<Self> {
        let Some(mut session) = state else {
            return Self::born(event);
        };
        match event {
            SessionEvent::Created { .. } | SessionEvent::MadeDefault { .. } => {}
            SessionEvent::SignInStarted { awaited, .. } => session.state = SessionState::Initializing(*awaited),
            SessionEvent::PasswordAsked { .. } => session.state = SessionState::Initializing(Awaited::Password),
            SessionEvent::SignedIn { identity, .. } => {
                session.state = SessionState::Ready;
                session.identity = Some(identity.clone());
            }
            SessionEvent::LoginLost { reason, .. } => {
                session.state = SessionState::NeedsLogin { reason: reason.clone() };
            }
            SessionEvent::LogOutStarted { .. } => session.state = SessionState::Closing,
            SessionEvent::LoggedOut { .. } => session.state = SessionState::Closed,
            SessionEvent::Renamed { name, .. } => session.name = name.clone(),
            SessionEvent::Removed { .. } => return None,
        }
        Some(session)
    }
}

/// What a decision gives.
pub type Decision = Result<Vec<SessionEvent>, Refusal>;

/// Nothing happened: what was asked for is so already.
const NOTHING: Decision = Ok(Vec::new());

impl Session {
    /// Makes a session.
    pub fn create(id: SessionId, name: SessionName, kind: SessionKind, at: Timestamp) -> Vec<SessionEvent> {
        vec![SessionEvent::Created { id, name, kind, at }]
    }

    /// Starts a sign-in, or chooses another way for the one under way. Asking for the same again changes nothing, so a
    /// QR code may be asked for every few seconds.
    pub fn start_sign_in(&self, awaited: Awaited, at: Timestamp) -> Decision {
        match &self.state {
            SessionState::Ready => Err(Refusal::AlreadySignedIn),
            SessionState::Closing => Err(Refusal::Closing),
            SessionState::Initializing(current) if *current == awaited => NOTHING,
            SessionState::Created
            | SessionState::Initializing(_)
            | SessionState::NeedsLogin { .. }
            | SessionState::Closed => Ok(vec![SessionEvent::SignInStarted { awaited, at }]),
        }
    }

    /// Notes that the account's password is needed as well.
    pub fn ask_password(&self, at: Timestamp) -> Decision {
        match self.state {
            SessionState::Initializing(Awaited::Password) => NOTHING,
            SessionState::Initializing(Awaited::Code | Awaited::Qr) => Ok(vec![SessionEvent::PasswordAsked { at }]),
            SessionState::Created
            | SessionState::Ready
            | SessionState::NeedsLogin { .. }
            | SessionState::Closing
            | SessionState::Closed => Err(Refusal::NoSignIn),
        }
    }

    /// Notes who signed in as what. Refuses another account than before, and another kind.
    pub fn sign_in(&self, identity: Identity, kind: SessionKind, at: Timestamp) -> Decision {
        if kind != self.kind {
            return Err(Refusal::AnotherKind { expected: self.kind });
        }
        if self.identity.as_ref().is_some_and(|known| known.user_id != identity.user_id) {
            return Err(Refusal::AnotherAccount);
        }
        match self.state {
            SessionState::Closing => Err(Refusal::Closing),
            SessionState::Ready if self.identity.as_ref() == Some(&identity) => NOTHING,
            SessionState::Created
            | SessionState::Initializing(_)
            | SessionState::Ready
            | SessionState::NeedsLogin { .. }
            | SessionState::Closed => Ok(vec![SessionEvent::SignedIn { identity, at }]),
        }
    }

    /// Notes that Telegram does not accept the login any more. Says nothing new unless it was accepted until now.
    pub fn lose_login(&self, reason: String, at: Timestamp) -> Vec<SessionEvent> {
        match self.state {
            SessionState::Ready => vec![SessionEvent::LoginLost { reason, at }],
            SessionState::Created
            | SessionState::Initializing(_)
            | SessionState::NeedsLogin { .. }
            | SessionState::Closing
            | SessionState::Closed => Vec::new(),
        }
    }

    /// Starts logging out, from any state: also a revoked login can be closed.
    pub fn start_log_out(&self, at: Timestamp) -> Vec<SessionEvent> {
        match self.state {
            SessionState::Closing | SessionState::Closed => Vec::new(),
            SessionState::Created
            | SessionState::Initializing(_)
            | SessionState::Ready
            | SessionState::NeedsLogin { .. } => vec![SessionEvent::LogOutStarted { at }],
        }
    }

    /// Notes that Telegram has forgotten the login.
    pub fn finish_log_out(&self, at: Timestamp) -> Decision {
        match self.state {
            SessionState::Closing => Ok(vec![SessionEvent::LoggedOut { at }]),
            SessionState::Closed => NOTHING,
            SessionState::Created
            | SessionState::Initializing(_)
            | SessionState::Ready
            | SessionState::NeedsLogin { .. } => Err(Refusal::NotClosing),
        }
    }

    /// Gives it another name.
    pub fn rename(&self, name: SessionName, at: Timestamp) -> Vec<SessionEvent> {
        if name == self.name {
            return Vec::new();
        }
        vec![SessionEvent::Renamed { name, at }]
    }

    /// Chooses it for calls that name no session.
    pub fn make_default(&self, at: Timestamp) -> Vec<SessionEvent> {
        vec![SessionEvent::MadeDefault { at }]
    }

    /// Ends it, in any state.
    pub fn remove(&self, at: Timestamp) -> Vec<SessionEvent> {
        vec![SessionEvent::Removed { at }]
    }

    fn born(event: &SessionEvent) -> Option<Self> {
        let SessionEvent::Created { id, name, kind, at } = event else {
            return None;
        };
        Some(Self {
            id: *id,
            name: name.clone(),
            kind: *kind,
            state: SessionState::Created,
            identity: None,
            created: *at,
        })
    }
}
