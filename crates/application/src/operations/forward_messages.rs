use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Sent};

/// Forward messages from one chat to another.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForwardMessages {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Where the messages are.
    pub from_chat: ChatArg,
    pub message_ids: Vec<MessageIdArg>,
    /// Where they go.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub topic: Option<MessageIdArg>,
    /// As a copy, without naming the author.
    #[serde(default)]
    pub as_copy: bool,
    #[serde(default)]
    pub silent: bool,
    /// Show what would be sent; send nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Repeat a call with the same key and it is sent once.
    pub idempotency_key: Option<String>,
}

impl Operation for ForwardMessages {
    type Output = Sent;
    const FACTS: Facts = Facts {
        name: "forward_messages",
        title: "Forward messages",
        toolset: Toolset::Messages,
        effect: Effect::Writes,
        scope: Scope::MessagesWrite,
        class: Class::Send,
        is_idempotent: false,
        is_keyed: true,
    };

    fields!(session, idempotency_key, dry_run);

    fn chats(&self) -> Vec<&str> {
        vec![&self.from_chat.0, &self.chat.0]
    }

    fn target(&self) -> Option<&str> {
        Some(&self.chat.0)
    }

    fn check(&self) -> Result<(), Refused> {
        match self.message_ids.len() {
            1..=100 => Ok(()),
            _ => Err(Refused::new("message_ids", "give 1 to 100 ids")),
        }
    }
}
