use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Viewed};

/// Look at the photo or listen to the voice note of a message.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewMedia {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub message_id: MessageIdArg,
}

impl Operation for ViewMedia {
    type Output = Viewed;
    const FACTS: Facts = Facts {
        name: "view_media",
        title: "View media",
        toolset: Toolset::Media,
        effect: Effect::Reads,
        scope: Scope::MediaRead,
        class: Class::Transfer,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);
}
