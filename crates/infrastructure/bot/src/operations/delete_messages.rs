use async_trait::async_trait;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::DeleteMessages;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Changed;
use teloxide::payloads;

use super::asking::{changed, chat_id, message_id};
use crate::account::BotAccount;
use crate::wire::Request;

#[async_trait]
impl Execute<DeleteMessages> for BotAccount {
    /// Telegram skips messages that are not there, without telling which those are.
    async fn execute(&self, call: &Execution, operation: &DeleteMessages) -> Result<Changed, TelegramError> {
        if operation.only_for_me {
            return Err(Refused::new("only_for_me", "does not work with bots: they delete for everyone").into());
        }
        let peer = self.recipient(call, &operation.chat).await?;
        let asked: Vec<i32> = operation.message_ids.iter().map(|id| id.0).collect();
        let ids = asked.iter().copied().map(message_id);
        self.write(call, Request::of(&payloads::DeleteMessages::new(chat_id(&peer), ids))).await?;
        Ok(changed("deleted", &peer, asked))
    }
}
