use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::LinkMessage;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Link;

use super::asking::numbers_its_messages;
use crate::account::Account;

#[async_trait]
impl Execute<LinkMessage> for Account {
    async fn execute(&self, call: &Execution, operation: &LinkMessage) -> Result<Link, TelegramError> {
        let peer = self.chat(call, &operation.chat).await?;
        if !numbers_its_messages(&peer) {
            let problem =
                "has no message links (only supergroups and channels have); name the message by chat and message_id";
            return Err(Refused::new("chat", problem).into());
        }
        let request = tl::functions::channels::ExportMessageLink {
            grouped: false,
            thread: false,
            channel: Self::input_channel(&peer)?,
            id: operation.message_id.0,
        };
        let tl::enums::ExportedMessageLink::Link(exported) = self.read(call, &request).await?;
        // `t.me/c/…` opens for members only.
        let is_public = !exported.link.contains("/c/");
        Ok(Link { link: exported.link, is_public })
    }
}
