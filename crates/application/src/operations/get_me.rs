use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::views::{Me};

/// Who this account is: id, name, username.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetMe {
    /// Session name, if not the default.
    pub session: Option<String>,
}

impl Operation for GetMe {
    type Output = Me;
    const FACTS: Facts = Facts {
        name: "get_me",
        title: "Who am I",
        toolset: Toolset::Account,
        effect: Effect::Reads,
        scope: Scope::AccountRead,
        class: Class::Read,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session);
}
