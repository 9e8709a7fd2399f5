use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatKind, limit};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Page, ChatView};

/// Find chats, people and bots by name: own chats first, then public ones.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindChats {
    /// Session name, if not the default.
    pub session: Option<String>,
    pub query: String,
    pub kind: Option<ChatKind>,
    /// 1 to 100, default 20.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Operation for FindChats {
    type Output = Page<ChatView>;
    const FACTS: Facts = Facts {
        name: "find_chats",
        title: "Find chats",
        toolset: Toolset::Chats,
        effect: Effect::Reads,
        scope: Scope::ChatsRead,
        class: Class::Search,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, cursor);

    fn check(&self) -> Result<(), Refused> {
        if self.query.trim().is_empty() {
            return Err(Refused::new("query", "give a name, or a part of one"));
        }
        limit(self.limit, 20).map(drop)
    }
}
