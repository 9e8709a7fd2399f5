use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Changed};

/// Remove a person from the address book.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteContact {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    /// Must be true: this cannot be undone.
    #[serde(default)]
    pub confirm: bool,
}

impl Operation for DeleteContact {
    type Output = Changed;
    const FACTS: Facts = Facts {
        name: "delete_contact",
        title: "Delete contact",
        toolset: Toolset::Contacts,
        effect: Effect::Destroys,
        scope: Scope::ContactsWrite,
        class: Class::Contact,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat, confirm);
}
