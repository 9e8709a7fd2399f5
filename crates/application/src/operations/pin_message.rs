use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Changed};

/// Pin a message, or unpin it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinMessage {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub message_id: MessageIdArg,
    #[serde(default)]
    pub unpin: bool,
    /// Tell the members.
    #[serde(default)]
    pub notify: bool,
}

impl Operation for PinMessage {
    type Output = Changed;
    const FACTS: Facts = Facts {
        name: "pin_message",
        title: "Pin message",
        toolset: Toolset::Messages,
        effect: Effect::Writes,
        scope: Scope::MessagesWrite,
        class: Class::Change,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);
}
