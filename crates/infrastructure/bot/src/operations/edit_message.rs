use async_trait::async_trait;
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::operations::EditMessage;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::text;
use telegraphist_application::views::Edited;

use super::asking::{chat_id, message_id};
use super::letter::edit_text;
use crate::account::BotAccount;
use crate::api::Message;
use crate::convert::{brief_of, message_view};

#[async_trait]
impl Execute<EditMessage> for BotAccount {
    /// Bots cannot read a message again, so that an edit that changes nothing is told as a refusal that needs no doing.
    async fn execute(&self, call: &Execution, operation: &EditMessage) -> Result<Edited, TelegramError> {
        let formatted = text::format(&operation.text, operation.format);
        let peer = self.recipient(call, &operation.chat).await?;
        let id = message_id(operation.message_id.0);
        let answer = self.write(call, edit_text(chat_id(&peer), id, &formatted, operation.no_preview)).await?;
        // It was changed; only what it looks like now is not known.
        let message: Message = serde_json::from_str(answer.get()).map_err(|_| TelegramError::OutcomeUnknown)?;
        self.learn_chat(call, &message.chat).await;
        let message = message_view(&message, self.own, ResponseFormat::Concise);
        Ok(Edited { chat: brief_of(&self.as_known(peer).await), message })
    }
}
