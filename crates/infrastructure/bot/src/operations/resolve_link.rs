use async_trait::async_trait;
use telegraphist_application::operations::ResolveLink;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Resolved;
use telegraphist_domain::ChatRef;
use telegraphist_domain::references::MessageRef;

use crate::account::BotAccount;

#[async_trait]
impl Execute<ResolveLink> for BotAccount {
    /// The chat only: bots cannot read the message or the topic that a link names.
    async fn execute(&self, call: &Execution, operation: &ResolveLink) -> Result<Resolved, TelegramError> {
        let named = match operation.link.parse::<MessageRef>().map(|link| link.chat) {
            Ok(ChatRef::Username(name)) => format!("@{name}"),
            Ok(ChatRef::Id(id)) => id.to_string(),
            Ok(ChatRef::Me | ChatRef::Phone(_) | ChatRef::Invite(_)) | Err(_) => operation.link.clone(),
        };
        Ok(Resolved { chat: self.chat_named(call, named).await?, topic: None, message: None })
    }
}
