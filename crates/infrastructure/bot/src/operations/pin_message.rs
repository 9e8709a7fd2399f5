use async_trait::async_trait;
use telegraphist_application::operations::PinMessage;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Changed;
use teloxide::payloads;

use super::asking::{changed, chat_id, message_id};
use crate::account::BotAccount;
use crate::wire::Request;

#[async_trait]
impl Execute<PinMessage> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &PinMessage) -> Result<Changed, TelegramError> {
        let peer = self.recipient(call, &operation.chat).await?;
        let id = operation.message_id.0;
        let (request, done) = if operation.unpin {
            let mut payload = payloads::UnpinChatMessage::new(chat_id(&peer));
            payload.message_id = Some(message_id(id));
            (Request::of(&payload), "unpinned")
        } else {
            let mut payload = payloads::PinChatMessage::new(chat_id(&peer), message_id(id));
            payload.disable_notification = Some(!operation.notify);
            (Request::of(&payload), "pinned")
        };
        self.write_unless_so(call, request).await?;
        Ok(changed(done, &peer, vec![id]))
    }
}
