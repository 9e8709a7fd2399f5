use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ResponseFormat, limit};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Page, UserView};

/// The address book, or the blocked users.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListContacts {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Part of a name or username.
    pub query: Option<String>,
    /// Blocked users instead.
    #[serde(default)]
    pub blocked: bool,
    /// 1 to 100, default 50.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    #[serde(default)]
    pub response_format: ResponseFormat,
}

impl Operation for ListContacts {
    type Output = Page<UserView>;
    const FACTS: Facts = Facts {
        name: "list_contacts",
        title: "List contacts",
        toolset: Toolset::Contacts,
        effect: Effect::Reads,
        scope: Scope::ContactsRead,
        class: Class::Contact,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, cursor);

    fn check(&self) -> Result<(), Refused> {
        limit(self.limit, 50).map(drop)
    }
}
