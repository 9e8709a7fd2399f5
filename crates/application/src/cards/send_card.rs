use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use telegraphist_domain::ChatId;

use super::Card;
use crate::arguments::ChatArg;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::readable::{Lines, Readable};

/// Sends a card.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct SendCard {
    /// The bot's session, by id.
    pub session: Option<String>,
    /// Where, by id.
    pub chat: ChatArg,
    /// In which topic.
    pub topic: Option<i32>,
    /// Which message it answers.
    pub reply_to: Option<i32>,
    /// What.
    pub card: Card,
    /// Without a sound.
    #[serde(default)]
    pub silent: bool,
}

/// The messages that a card became: more than one where its text had to be split. Buttons are below the last.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardSent {
    /// In the order sent.
    pub message_ids: Vec<i32>,
}

impl SendCard {
    /// A card for a chat of a session.
    pub fn new(session: telegraphist_domain::SessionId, chat: ChatId, card: Card) -> Self {
        let (session, chat) = (Some(session.to_string()), ChatArg(chat.to_string()));
        Self { session, chat, topic: None, reply_to: None, card, silent: false }
    }
}

impl Operation for SendCard {
    type Output = CardSent;
    const FACTS: Facts = Facts {
        name: "send_card",
        title: "Send card",
        toolset: Toolset::Notify,
        effect: Effect::Writes,
        scope: Scope::NotifySend,
        class: Class::Send,
        is_idempotent: false,
        is_keyed: true,
    };

    fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    fn chats(&self) -> Vec<&str> {
        vec![&self.chat.0]
    }
}

impl Readable for CardSent {
    fn read(&self, lines: &mut Lines) {
        lines.line(format!("sent as {} message(s)", self.message_ids.len()));
    }
}
