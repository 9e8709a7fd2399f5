use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operations::PinMessage;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Changed;

use super::asking::changed;
use crate::account::Account;

#[async_trait]
impl Execute<PinMessage> for Account {
    async fn execute(&self, call: &Execution, operation: &PinMessage) -> Result<Changed, TelegramError> {
        let peer = self.chat(call, &operation.chat).await?;
        let id = operation.message_id.0;
        self.check_is_in(call, &peer, id).await?;
        let request = tl::functions::messages::UpdatePinnedMessage {
            silent: !operation.notify,
            unpin: operation.unpin,
            pm_oneside: false,
            peer: Self::input_peer(&peer),
            id,
        };
        let already = "CHAT_NOT_MODIFIED";
        if let Some(updates) = self.write_unless_so(call, &request, already).await? {
            self.learn_updates(call, &updates).await;
        }
        let done = if operation.unpin { "unpinned" } else { "pinned" };
        Ok(changed(done, &peer, vec![id]))
    }
}
