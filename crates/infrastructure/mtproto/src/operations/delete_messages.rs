use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::DeleteMessages;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Changed;

use super::asking::{changed, numbers_its_messages};
use crate::account::Account;
use crate::convert::id_of;

#[async_trait]
impl Execute<DeleteMessages> for Account {
    /// Ids of a mailbox say nothing about the chat, and deleting takes no chat: so what is not in the chat is sorted
    /// out before anything is deleted.
    async fn execute(&self, call: &Execution, operation: &DeleteMessages) -> Result<Changed, TelegramError> {
        let peer = self.chat(call, &operation.chat).await?;
        let is_shared = numbers_its_messages(&peer);
        if is_shared && operation.only_for_me {
            let problem = "cannot be used here: supergroups and channels delete for everyone";
            return Err(Refused::new("only_for_me", problem).into());
        }
        let asked: Vec<i32> = operation.message_ids.iter().map(|id| id.0).collect();
        let batch = self.messages_by_id(call, &peer, &asked).await?;
        let found: Vec<i32> = batch
            .messages
            .iter()
            .filter(|message| !matches!(message, tl::enums::Message::Empty(_)))
            .map(id_of)
            .collect();
        if found.is_empty() {
            return Err(TelegramError::UnknownMessage);
        }
        if is_shared {
            let request =
                tl::functions::channels::DeleteMessages { channel: Self::input_channel(&peer)?, id: found.clone() };
            self.write(call, &request).await?;
        } else {
            let request = tl::functions::messages::DeleteMessages { revoke: !operation.only_for_me, id: found.clone() };
            self.write(call, &request).await?;
        }
        let missing = asked.into_iter().filter(|id| !found.contains(id)).collect();
        Ok(Changed { missing, ..changed("deleted", &peer, found) })
    }
}
