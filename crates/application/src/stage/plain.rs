//! What the stage's Telegram does besides cards: it writes down that it was asked.

use async_trait::async_trait;
use serde_json::{Value, json};
use telegraphist_domain::ChatRef;

use super::{Chats, Stage};
use crate::grants::{Circle, Place};
use crate::ports::{Acquainted, Execution, PeerKind, TelegramError};

impl Chats {
    pub(super) fn taken_plainly(&self, operation: &str, arguments: &Value) -> Option<Value> {
        let chat = json!({ "id": arguments["chat"], "title": "a chat" });
        let answer = match operation {
            "send_message" => json!({
                "state": "sent", "chat": chat, "items": [{ "message_id": 7 }], "idempotency_key": "",
            }),
            "delete_messages" => json!({ "done": "deleted", "chat": chat, "message_ids": arguments["message_ids"] }),
            _ => return None,
        };
        self.plain.lock().expect("no test panics here").push(operation.to_owned());
        Some(answer)
    }
}

impl Stage {
    /// What was done besides cards.
    pub(crate) fn done(&self) -> Vec<String> {
        self.chats.plain.lock().expect("no test panics here").clone()
    }
}

/// Every id is a chat.
#[async_trait]
impl Acquainted for Chats {
    async fn circle(&self, _call: &Execution) -> Result<std::sync::Arc<Circle>, TelegramError> {
        Ok(std::sync::Arc::default())
    }

    async fn place(&self, call: &Execution, chat: &ChatRef) -> Result<Place, TelegramError> {
        let ChatRef::Id(chat) = chat else { return Err(TelegramError::UnknownChat) };
        let place = Place { chat: *chat, kind: PeerKind::of(*chat), is_own: false };
        call.reach.check(place, TelegramError::UnknownChat).map(|()| place)
    }
}
