use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Changed};

/// React to a message with an emoji; without one, take my reaction back.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReactToMessage {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub message_id: MessageIdArg,
    pub emoji: Option<String>,
}

impl Operation for ReactToMessage {
    type Output = Changed;
    const FACTS: Facts = Facts {
        name: "react_to_message",
        title: "React to message",
        toolset: Toolset::Messages,
        effect: Effect::Writes,
        scope: Scope::MessagesWrite,
        class: Class::Change,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);
}
