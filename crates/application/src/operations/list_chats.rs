use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ResponseFormat, ChatKind, limit};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Page, ChatView};

/// My chats, newest activity first, with unread counts and the last message.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListChats {
    /// Session name, if not the default.
    pub session: Option<String>,
    pub kind: Option<ChatKind>,
    /// Folder title or number.
    pub folder: Option<String>,
    /// Only chats with unread messages.
    #[serde(default)]
    pub unread: bool,
    /// The archive instead of the main list.
    #[serde(default)]
    pub archived: bool,
    /// 1 to 100, default 20.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    #[serde(default)]
    pub response_format: ResponseFormat,
}

impl Operation for ListChats {
    type Output = Page<ChatView>;
    const FACTS: Facts = Facts {
        name: "list_chats",
        title: "List chats",
        toolset: Toolset::Chats,
        effect: Effect::Reads,
        scope: Scope::ChatsRead,
        class: Class::Read,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, cursor);

    fn check(&self) -> Result<(), Refused> {
        limit(self.limit, 20).map(drop)
    }
}
