use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Changed};

/// Block a user or bot.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockUser {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
}

impl Operation for BlockUser {
    type Output = Changed;
    const FACTS: Facts = Facts {
        name: "block_user",
        title: "Block user",
        toolset: Toolset::Contacts,
        effect: Effect::Writes,
        scope: Scope::ContactsWrite,
        class: Class::Contact,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);
}
