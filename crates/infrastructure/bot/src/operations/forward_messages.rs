use async_trait::async_trait;
use serde::Deserialize;
use telegraphist_application::operations::ForwardMessages;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::{Sent, SentPart};
use teloxide::payloads;

use super::asking::{chat_id, message_id};
use super::delivery::{Delivered, preview, sent, together};
use super::letter::Place;
use crate::account::BotAccount;
use crate::wire::Request;

/// What was made of a message.
#[derive(Deserialize)]
struct Made {
    message_id: i32,
}

#[async_trait]
impl Execute<ForwardMessages> for BotAccount {
    /// In one request, so that albums stay together; Telegram wants them in order. What is not there, it leaves out
    /// without telling which that was.
    async fn execute(&self, call: &Execution, operation: &ForwardMessages) -> Result<Sent, TelegramError> {
        let source = self.origin(call, &operation.from_chat).await?;
        let target = self.recipient(call, &operation.chat).await?;
        let mut ids: Vec<i32> = operation.message_ids.iter().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        if operation.dry_run {
            let item = |_| SentPart { message_id: None, date: None, text: None, entities: Vec::new(), file: None };
            return Ok(preview(call, &target, ids.iter().map(item).collect()));
        }
        let (from, to) = (chat_id(&source), chat_id(&target));
        let messages = ids.iter().copied().map(message_id);
        let request = if operation.as_copy {
            Request::of(&payloads::CopyMessages::new(to, from, messages))
        } else {
            Request::of(&payloads::ForwardMessages::new(to, from, messages))
        };
        let place = Place { topic: operation.topic.map(|id| id.0), reply_to: None, is_silent: operation.silent };
        let request = place.apply(request);
        let sending = async {
            let answer = self.write(call, request).await?;
            let made: Vec<Made> = serde_json::from_str(answer.get()).unwrap_or_default();
            Ok(made.iter().map(|made| Delivered { message_id: Some(made.message_id), date: None }).collect())
        };
        let delivered = together(call, 0..ids.len() as u32, sending).await?;
        let delivered = delivered.into_iter().filter(|part| part.message_id.is_some()).collect();
        Ok(sent(call, &self.as_known(target).await, delivered))
    }
}
