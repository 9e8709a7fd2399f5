use async_trait::async_trait;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::LinkMessage;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Link;
use telegraphist_domain::references::Bare;

use super::asking::has_links;
use crate::account::BotAccount;

#[async_trait]
impl Execute<LinkMessage> for BotAccount {
    /// Links are made here: Telegram makes none for bots. Whether the message is there is not known.
    async fn execute(&self, call: &Execution, operation: &LinkMessage) -> Result<Link, TelegramError> {
        let peer = self.chat(call, &operation.chat).await?;
        let id = operation.message_id.0;
        match (peer.id.unmarked(), &peer.username) {
            (Bare::Channel(_), Some(name)) => Ok(Link { link: format!("https://t.me/{name}/{id}"), is_public: true }),
            (Bare::Channel(bare), None) if has_links(&peer) => {
                Ok(Link { link: format!("https://t.me/c/{bare}/{id}"), is_public: false })
            }
            _ => {
                let problem = "has no message links (only supergroups and channels have); name the message by chat and message_id";
                Err(Refused::new("chat", problem).into())
            }
        }
    }
}
