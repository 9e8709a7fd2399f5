//! What became of notices, and what people answered.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A notice that was accepted: durably queued, not yet delivered.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// Its id; answers to it carry it.
    pub event_id: String,
    /// Whether it was not accepted before.
    pub is_new: bool,
    /// How it arrives; nothing for one that was accepted before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrives: Option<Arrives>,
    /// When quiet hours end that hold it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<DateTime<Utc>>,
    /// One for each chat it goes to.
    pub deliveries: Vec<AcceptedAt>,
    /// What else there is to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A notice on its way to one chat.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AcceptedAt {
    /// What to ask for how it stands: `tg://delivery/{id}`.
    pub delivery_id: String,
    /// Where it goes.
    pub chat: String,
    /// `queued`, `sending`, `sent`, `failed`, `dead`, `unknown`, `replaced` or `expired`.
    pub state: String,
}

/// How a notice arrives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Arrives {
    /// With a sound.
    Aloud,
    /// Without one.
    Silently,
    /// When quiet hours end.
    Held,
    /// Not at all.
    Skipped,
}
