use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, ResponseFormat};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{ChatDetail};

/// One chat in full: description, member counts, pinned message, my rights, topics.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetChat {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    #[serde(default)]
    pub response_format: ResponseFormat,
}

impl Operation for GetChat {
    type Output = ChatDetail;
    const FACTS: Facts = Facts {
        name: "get_chat",
        title: "Get chat",
        toolset: Toolset::Chats,
        effect: Effect::Reads,
        scope: Scope::ChatsRead,
        class: Class::Read,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);
}
