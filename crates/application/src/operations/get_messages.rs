use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg, ResponseFormat};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Messages};

/// Messages by id or by t.me link, each with up to `context` messages on both sides.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetMessages {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Where `message_ids` are from; not needed with `links`.
    #[serde(alias = "chat_id")]
    pub chat: Option<ChatArg>,
    #[serde(default)]
    pub message_ids: Vec<MessageIdArg>,
    #[serde(default)]
    pub links: Vec<String>,
    /// 0 to 10.
    #[serde(default)]
    pub context: u32,
    #[serde(default)]
    pub response_format: ResponseFormat,
}

impl Operation for GetMessages {
    type Output = Messages;
    const FACTS: Facts = Facts {
        name: "get_messages",
        title: "Get messages",
        toolset: Toolset::Messages,
        effect: Effect::Reads,
        scope: Scope::MessagesRead,
        class: Class::Read,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session);

    fn chats(&self) -> Vec<&str> {
        self.chat.iter().map(|chat| chat.0.as_str()).chain(self.links.iter().map(String::as_str)).collect()
    }

    fn check(&self) -> Result<(), Refused> {
        if self.message_ids.is_empty() == self.links.is_empty() {
            return Err(Refused::new("message_ids", "give either message_ids with chat, or links"));
        }
        if !self.message_ids.is_empty() && self.chat.is_none() {
            return Err(Refused::new("chat", "message_ids need the chat they are from"));
        }
        if self.message_ids.len().max(self.links.len()) > 50 {
            return Err(Refused::new("message_ids", "at most 50 at once"));
        }
        if self.context > 10 {
            return Err(Refused::new("context", "must be 0 to 10"));
        }
        Ok(())
    }
}
