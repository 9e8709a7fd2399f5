use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Changed};

/// Add a person to the address book, by phone or as a user already seen.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddContact {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// @name, id or +phone.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub first_name: String,
    #[serde(default)]
    pub last_name: String,
    /// Let them see my phone number.
    #[serde(default)]
    pub share_phone: bool,
}

impl Operation for AddContact {
    type Output = Changed;
    const FACTS: Facts = Facts {
        name: "add_contact",
        title: "Add contact",
        toolset: Toolset::Contacts,
        effect: Effect::Writes,
        scope: Scope::ContactsWrite,
        class: Class::Contact,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat);
}
