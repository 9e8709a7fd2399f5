use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg, TextFormat, SPLIT_TEXT_MAX, check_text};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Sent};

/// Send a text to a chat. Longer than 4,096 characters is split.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub text: String,
    #[serde(default)]
    pub format: TextFormat,
    pub reply_to: Option<MessageIdArg>,
    pub topic: Option<MessageIdArg>,
    /// Send later: RFC 3339.
    pub schedule: Option<DateTime<Utc>>,
    /// Without notification.
    #[serde(default)]
    pub silent: bool,
    /// Without link preview.
    #[serde(default)]
    pub no_preview: bool,
    /// Show what would be sent; send nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Repeat a call with the same key and it is sent once.
    pub idempotency_key: Option<String>,
}

impl Operation for SendMessage {
    type Output = Sent;
    const FACTS: Facts = Facts {
        name: "send_message",
        title: "Send message",
        toolset: Toolset::Messages,
        effect: Effect::Writes,
        scope: Scope::MessagesWrite,
        class: Class::Send,
        is_idempotent: false,
        is_keyed: true,
    };

    fields!(session, chat, idempotency_key, dry_run, schedule);

    fn check(&self) -> Result<(), Refused> {
        check_text("text", &self.text, self.format, SPLIT_TEXT_MAX)
    }
}
