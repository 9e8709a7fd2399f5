use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Changed};

/// Delete messages, for everyone unless `only_for_me`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteMessages {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    pub message_ids: Vec<MessageIdArg>,
    #[serde(default)]
    pub only_for_me: bool,
    /// Must be true: this cannot be undone.
    #[serde(default)]
    pub confirm: bool,
}

impl Operation for DeleteMessages {
    type Output = Changed;
    const FACTS: Facts = Facts {
        name: "delete_messages",
        title: "Delete messages",
        toolset: Toolset::Messages,
        effect: Effect::Destroys,
        scope: Scope::MessagesDelete,
        class: Class::Change,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, chat, confirm);

    fn check(&self) -> Result<(), Refused> {
        match self.message_ids.len() {
            1..=100 => Ok(()),
            _ => Err(Refused::new("message_ids", "give 1 to 100 ids")),
        }
    }
}
