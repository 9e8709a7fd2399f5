use async_trait::async_trait;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use telegraphist_domain::{ChatId, UserId};

use crate::ports::StoreError;

/// What a person may do with the bots of this profile. Who is not known may nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything; named in the configuration, and nobody can take it away here.
    Owner,
    /// Lets others in, decides, changes modes.
    Admin,
    /// Is told, answers, decides where named.
    User,
    /// Is told; neither decides nor changes anything.
    Guest,
    /// Is not heard.
    Blocked,
}

impl Role {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::User => "user",
            Self::Guest => "guest",
            Self::Blocked => "blocked",
        }
    }
}

/// Somebody who was let in, or kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// Their name when they were seen last.
    pub name: String,
    /// Public name, without `@`.
    pub username: Option<String>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Who let them in; nobody for whom the configuration names.
    pub by: Option<UserId>,
    /// Whether they want notices.
    pub wants_notices: bool,
    /// Whether the newest attempt to write to them said that they cannot be reached.
    pub is_unreachable: bool,
}

/// A group in which the bots speak. All others are left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Which.
    pub chat: ChatId,
    /// Its title when it was seen last.
    pub title: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Who allowed it.
    pub by: UserId,
    /// Whether notices go there.
    pub wants_notices: bool,
}

/// Somebody who waits at the door.
#[derive(Clone, PartialEq, Eq)]
pub struct Pairing {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Public name, without `@`.
    pub username: Option<String>,
    /// A keyed hash of the code that they were shown.
    pub code: [u8; 32],
    /// Until when it counts.
    pub expires: DateTime<Utc>,
}

/// Who is let in. MUST be durable when a change returns.
#[async_trait]
pub trait People: Send + Sync {
    /// Everybody who is known, by user id.
    async fn people(&self) -> Result<Vec<Person>, StoreError>;
    /// One of them. MUST be cheap: every update asks.
    async fn person(&self, user: UserId) -> Result<Option<Person>, StoreError>;
    /// Notes a person; replaces what was known.
    async fn note_person(&self, person: &Person) -> Result<(), StoreError>;
    /// Forgets a person; who is not known is no error.
    async fn forget_person(&self, user: UserId) -> Result<(), StoreError>;
    /// The groups that were allowed, by chat id.
    async fn groups(&self) -> Result<Vec<Group>, StoreError>;
    /// Allows a group; replaces what was known.
    async fn note_group(&self, group: &Group) -> Result<(), StoreError>;
    /// Leaves a group alone again.
    async fn forget_group(&self, chat: ChatId) -> Result<(), StoreError>;
    /// Lets somebody wait at the door; one code each, the newest, and a code belongs to who got it last.
    async fn note_pairing(&self, pairing: &Pairing) -> Result<(), StoreError>;
    /// Who waits with this code, and waits no more: MUST give it once, also to several who ask at once.
    async fn take_pairing(&self, code: [u8; 32], now: DateTime<Utc>) -> Result<Option<Pairing>, StoreError>;
    /// Who waits now, the first to expire first. Codes that count no more are forgotten.
    async fn pairings(&self, now: DateTime<Utc>) -> Result<Vec<Pairing>, StoreError>;
}
