//! Identifiers, each a type of its own, so that none can stand in for another.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

macro_rules! uuids {
    ($($(#[$meta:meta])* $id:ident),* $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $id(pub Uuid);

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $id {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )* };
}

uuids! {
    /// One Telegram login held by this server.
    SessionId,
    /// One dialogue in one place.
    ConversationId,
    /// One question that waits for a decision.
    ApprovalId,
    /// One thing that is to be sent, from its being queued to what became of it.
    DeliveryId,
    /// One bearer token; no secret.
    TokenId,
    /// A text at rest, sealed and kept apart from the events that speak of it, so that it can be forgotten.
    ContentId,
}

/// A Telegram user or bot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct UserId(pub i64);

/// A chat in the Bot API's marking: users and bots are positive, basic groups are `-id`, channels and supergroups are
/// `-1000000000000 - id`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ChatId(pub i64);

/// A message within its chat (channels and supergroups) or within its account's mailbox (the rest).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct MessageId(pub i32);

macro_rules! displays_its_number {
    ($($id:ident),*) => { $(
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}

displays_its_number!(UserId, ChatId, MessageId);
