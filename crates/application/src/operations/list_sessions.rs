use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Page, SessionView};

/// Telegram accounts this server holds, their state, and which is the default.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListSessions {
}

impl Operation for ListSessions {
    type Output = Page<SessionView>;
    const FACTS: Facts = Facts {
        name: "list_sessions",
        title: "List sessions",
        toolset: Toolset::Account,
        effect: Effect::Reads,
        scope: Scope::AccountRead,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!();
    fn session(&self) -> Option<&str> {
        None
    }
}
