use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Changed};

/// Unblock a user or bot.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnblockUser {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
}

impl Operation for UnblockUser {
    type Output = Changed;
    const FACTS: Facts = Facts {
        name: "unblock_user",
        title: "Unblock user",
        toolset: Toolset::Contacts,
        effect: Effect::Writes,
        scope: Scope::ContactsWrite,
        class: Class::Contact,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);
}
