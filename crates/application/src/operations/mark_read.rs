use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Changed};

/// Mark a chat, or one topic, as read up to a message.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub topic: Option<MessageIdArg>,
    /// Up to this one; all if left out.
    pub message_id: Option<MessageIdArg>,
}

impl Operation for MarkRead {
    type Output = Changed;
    const FACTS: Facts = Facts {
        name: "mark_read",
        title: "Mark as read",
        toolset: Toolset::Chats,
        effect: Effect::Writes,
        scope: Scope::ChatsWrite,
        class: Class::Change,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);
}
