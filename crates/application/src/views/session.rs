use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A session of this server, as lists show it. Phone numbers stay sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Debug)]
pub struct SessionView {
    /// Its id.
    pub id: String,
    /// Its name; usable as `session`.
    pub name: String,
    /// `user` or `bot`.
    pub kind: String,
    /// `created`, `initializing`, `ready`, `needs_login`, `closing`, `closed`.
    pub state: String,
    /// Why it is in that state, where there is something to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of an account that is signed in: `connected`, `idle` (connects when it is called), or `resting` (Telegram could not be
    /// reached, and calls are refused for a while). Of a bot only `resting`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// The Telegram user id, once signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Public name, once signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Used where a call names no session.
    pub is_default: bool,
    /// When it was made.
    pub created: DateTime<Utc>,
}
