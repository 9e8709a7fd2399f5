use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Link};

/// The t.me link of a message in a group or channel.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkMessage {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub message_id: MessageIdArg,
}

impl Operation for LinkMessage {
    type Output = Link;
    const FACTS: Facts = Facts {
        name: "link_message",
        title: "Link to message",
        toolset: Toolset::Messages,
        effect: Effect::Reads,
        scope: Scope::MessagesRead,
        class: Class::Read,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);
}
