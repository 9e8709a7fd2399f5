use async_trait::async_trait;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::SendMessage;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::text::{self, TEXT_MAX};
use telegraphist_application::views::Sent;

use super::asking::chat_id;
use super::delivery::{Delivered, once, partial, preview, sent, shown};
use super::letter::{Place, not_later, send_text};
use crate::account::BotAccount;

#[async_trait]
impl Execute<SendMessage> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &SendMessage) -> Result<Sent, TelegramError> {
        not_later(operation.schedule)?;
        let parts = text::split(&text::format(&operation.text, operation.format), TEXT_MAX);
        if parts.is_empty() {
            return Err(Refused::new("text", "is empty; write something visible").into());
        }
        let peer = self.recipient(call, &operation.chat).await?;
        if operation.dry_run {
            return Ok(preview(call, &peer, parts.into_iter().map(shown).collect()));
        }
        let place = Place {
            topic: operation.topic.map(|id| id.0),
            reply_to: operation.reply_to.map(|id| id.0),
            is_silent: operation.silent,
        };
        let total = parts.len() as u64;
        let mut out: Vec<Delivered> = Vec::with_capacity(parts.len());
        for (number, part) in (0_u32..).zip(&parts) {
            let request = send_text(chat_id(&peer), part, operation.no_preview, place.of_part(number as usize));
            let sending = async { Ok(self.receipt(call, &self.write(call, request).await?).await) };
            match once(call, number, sending).await {
                Ok(delivered) => out.push(delivered),
                Err(cause) => return Err(partial(&out, cause)),
            }
            if total > 1 {
                call.progress.report(u64::from(number) + 1, Some(total), "parts sent");
            }
        }
        Ok(sent(call, &self.as_known(peer).await, out))
    }
}
