//! One Telegram login held by this server.

use crate::{Aggregate, SessionId};

/// A Telegram login: a user account or a bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
}

/// What can have happened to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionEvent {
    /// It was made.
    Created {
        /// Its id.
        id: SessionId,
    },
}

impl Aggregate for Session {
    type Id = SessionId;
    type Event = SessionEvent;
    const NAME: &'static str = "session";

    fn evolve(state: Option<Self>, event: &SessionEvent) -> Option<Self> {
        match event {
            SessionEvent::Created { id } => state.or(Some(Self { id: *id })),
        }
    }
}
