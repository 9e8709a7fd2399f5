use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use telegraphist_domain::{ChatId, MessageId, SessionId};

use super::Card;
use crate::arguments::ChatArg;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::readable::{Lines, Readable};

/// Shows another card in place of one that was sent.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct EditCard {
    /// The bot's session, by id.
    pub session: Option<String>,
    /// Where, by id.
    pub chat: ChatArg,
    /// Which message; the one with the buttons.
    pub message_id: i32,
    /// What it shows from now on. A document stays as it is: only its caption and the buttons change.
    pub card: Card,
}

/// A card was changed, or looked like that already.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardEdited {
    /// Whether anything changed.
    pub is_changed: bool,
}

impl EditCard {
    /// Another card for a message.
    pub fn new(session: SessionId, chat: ChatId, message: MessageId, card: Card) -> Self {
        Self { session: Some(session.to_string()), chat: ChatArg(chat.to_string()), message_id: message.0, card }
    }
}

impl Operation for EditCard {
    type Output = CardEdited;
    const FACTS: Facts = Facts {
        name: "edit_card",
        title: "Edit card",
        toolset: Toolset::Notify,
        effect: Effect::Writes,
        scope: Scope::NotifySend,
        class: Class::Change,
        is_idempotent: true,
        is_keyed: false,
    };

    fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    fn chats(&self) -> Vec<&str> {
        vec![&self.chat.0]
    }
}

impl Readable for CardEdited {
    fn read(&self, lines: &mut Lines) {
        lines.line(if self.is_changed { "changed" } else { "it looked like that already" });
    }
}
