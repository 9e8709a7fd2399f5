use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg, TextFormat, check_text};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::text::TEXT_MAX;
use crate::views::{Edited};

/// Replace the text of a message of mine.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMessage {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub message_id: MessageIdArg,
    pub text: String,
    #[serde(default)]
    pub format: TextFormat,
    #[serde(default)]
    pub no_preview: bool,
}

impl Operation for EditMessage {
    type Output = Edited;
    const FACTS: Facts = Facts {
        name: "edit_message",
        title: "Edit message",
        toolset: Toolset::Messages,
        effect: Effect::Writes,
        scope: Scope::MessagesWrite,
        class: Class::Change,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);

    fn check(&self) -> Result<(), Refused> {
        check_text("text", &self.text, self.format, TEXT_MAX)
    }
}
