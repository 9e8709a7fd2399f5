use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use telegraphist_domain::{ChatRef, MessageRef};

use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
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

    fn check(&self) -> Result<(), Refused> {
        let is_reference = self.link.parse::<MessageRef>().is_ok() || self.link.parse::<ChatRef>().is_ok();
        is_reference.then_some(()).ok_or_else(|| Refused::new("link", "give a t.me link, @name or +phone"))
    }

    fn chats(&self) -> Vec<&str> {
        vec![&self.link]
    }
}
