use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, limit};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Page, TopicView};

/// Topics of a forum.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListTopics {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    /// Part of a title.
    pub query: Option<String>,
    /// 1 to 100, default 50.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Operation for ListTopics {
    type Output = Page<TopicView>;
    const FACTS: Facts = Facts {
        name: "list_topics",
        title: "List topics",
        toolset: Toolset::Chats,
        effect: Effect::Reads,
        scope: Scope::ChatsRead,
        class: Class::Read,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat, cursor);

    fn check(&self) -> Result<(), Refused> {
        limit(self.limit, 50).map(drop)
    }
}
