//! What became of notices, and what people answered.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::delivery::BridgeState;
use crate::notices::{Category, Mode, NoticeClass};
use crate::text::Foreign;

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

/// Something that a person answered.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct ResponseView {
    /// Its place among all; pass the last one to `process_pending_responses`.
    pub response_id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub from: Foreign,
    /// Their Telegram user id.
    pub user_id: String,
    /// Where.
    pub chat: String,
    /// Their words, or what stands on the button that they pressed.
    pub text: Foreign,
    /// Which button of the notice, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button: Option<usize>,
    /// What was attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// Whether it changes what they wrote before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_edited: bool,
    /// Whether somebody else wrote it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_forwarded: bool,
    /// The question that it decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_id: Option<String>,
    /// The notice that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<AnsweredNotice>,
}

/// The notice that an answer belongs to.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct AnsweredNotice {
    /// Its id.
    pub event_id: String,
    /// Its title; empty for plain words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Its task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// What you called the button that was pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

/// A page of answers.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Responses {
    /// Oldest first.
    pub items: Vec<ResponseView>,
    /// Whether there are more.
    pub has_more: bool,
    /// What to pass as `cursor` for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Whether these have been taken note of; if not, they are given again.
    pub is_noted: bool,
}

/// How delivery stands.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct BridgeStatus {
    /// `running`, `stopped` or `no_bot`.
    pub state: BridgeState,
    /// How people are told.
    pub mode: Mode,
    /// Quiet hours, as in `22:00-07:00 Europe/Berlin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<String>,
    /// Each bot.
    pub bots: Vec<BotBridge>,
}

/// How one bot does.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct BotBridge {
    /// Its session.
    pub session: String,
    /// Whether it delivers.
    pub is_delivering: bool,
    /// Whether it hears people: `receiving`, or why it does not.
    pub hearing: String,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// So much waits.
    pub queued: u64,
    /// So much is being sent.
    pub sending: u64,
    /// So much failed, was given up, or has an unknown outcome.
    pub stuck: u64,
}

/// A type of event.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct EventTypeView {
    /// Its name.
    #[serde(rename = "type")]
    pub name: String,
    /// What it is about.
    pub category: Category,
    /// What it is to its reader.
    pub class: NoticeClass,
    /// The fields of `data` that belong to it; all others may be given, too.
    pub data: Vec<String>,
}

/// Answers that were deleted.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Cleared {
    /// How many.
    pub cleared: usize,
}
