use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Resolved};

/// What a t.me link, @name or +phone points at: chat, topic, message.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveLink {
    /// Session name, if not the default.
    pub session: Option<String>,
    pub link: String,
}

impl Operation for ResolveLink {
    type Output = Resolved;
    const FACTS: Facts = Facts {
        name: "resolve_link",
        title: "Resolve link",
        toolset: Toolset::Messages,
        effect: Effect::Reads,
        scope: Scope::ChatsRead,
        class: Class::Resolve,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session);

    fn chats(&self) -> Vec<&str> {
        vec![&self.link]
    }
}
