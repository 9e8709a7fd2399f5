//! Answers that are more than one item or a page.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Foreign;
use crate::views::{ChatBrief, ChatView, MessageView, TopicView, UserView};

/// Who this account is.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// The session's name.
    pub session: String,
    /// The user.
    #[serde(flatten)]
    pub user: UserView,
}

/// A page of messages.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Messages {
    /// The chat they are from, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatBrief>,
    /// The messages.
    pub items: Vec<MessageView>,
    /// Whether there are more.
    pub has_more: bool,
    /// What to pass as `cursor` for the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many there are in all, where Telegram says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i32>,
    /// Asked for by id and not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<i32>,
}

/// What was sent, or would be.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Sent {
    /// `sent`, `scheduled`, `dry_run`, or `queued` by a bot.
    pub state: SentState,
    /// Where.
    pub chat: ChatBrief,
    /// Each message, in order; several when a text was split or for an album.
    pub items: Vec<SentPart>,
    /// The key this outcome is kept under; repeat the call with it to get the same answer.
    pub idempotency_key: String,
    /// Where it is still queued: what to ask for how it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<String>,
}

/// Whether it was sent.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Debug)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SentState {
    /// In the chat.
    Sent,
    /// Waits for its time.
    Scheduled,
    /// Nothing was sent.
    DryRun,
    /// Waits until Telegram lets the bot send it.
    Queued,
}

/// One message of a write.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct SentPart {
    /// Its id; none in a dry run, and where it is certain that it was sent but not as which id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<i32>,
    /// When it was, or will be, sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<DateTime<Utc>>,
    /// In a dry run: the text as it would appear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// In a dry run: the formatting, `kind offset length` in UTF-16 units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<String>,
    /// In a dry run: the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// An edited message.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Edited {
    /// Where.
    pub chat: ChatBrief,
    /// As it is now.
    pub message: MessageView,
}

/// A change that leaves nothing to show but that it was made.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// What was done: `pinned`, `read`, `deleted`, `blocked`, …
    pub done: String,
    /// Where, or who.
    pub chat: ChatBrief,
    /// The messages it was done to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub message_ids: Vec<i32>,
    /// Asked for and not there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<i32>,
}

/// What a link points at.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Resolved {
    /// The chat.
    pub chat: ChatView,
    /// The topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<TopicView>,
    /// The message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageView>,
}

/// The link of a message.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// `https://t.me/…`
    pub link: String,
    /// Whether people outside the chat can open it.
    pub is_public: bool,
}

/// A file that was saved.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Downloaded {
    /// Absolute path.
    pub path: String,
    /// Original name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Foreign>,
    /// MIME type.
    pub mime_type: String,
    /// Bytes.
    pub size: u64,
}

/// Media shown to the model itself.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Viewed {
    /// The message it is attached to.
    pub message_id: i32,
    /// MIME type.
    pub mime_type: String,
    /// Bytes.
    pub size: u64,
    /// The bytes in base64; sent as image or audio content, not a second time as text.
    #[serde(skip)]
    pub base64: String,
}
