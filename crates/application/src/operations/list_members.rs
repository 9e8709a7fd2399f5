use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MemberRole, limit};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Page, MemberView};

/// Members of a group or channel.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMembers {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    /// Part of a name.
    pub query: Option<String>,
    pub role: Option<MemberRole>,
    /// 1 to 100, default 50.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Operation for ListMembers {
    type Output = Page<MemberView>;
    const FACTS: Facts = Facts {
        name: "list_members",
        title: "List members",
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
