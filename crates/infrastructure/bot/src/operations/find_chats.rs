use async_trait::async_trait;
use telegraphist_application::arguments::{ChatArg, ChatKind};
use telegraphist_application::operations::FindChats;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::{ChatView, Page};
use telegraphist_domain::ChatRef;

use crate::account::BotAccount;
use crate::convert::chat_view;

#[async_trait]
impl Execute<FindChats> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &FindChats) -> Result<Page<ChatView>, TelegramError> {
        let named = operation.query.trim().parse::<ChatRef>().ok();
        let Some(ChatRef::Username(name)) = named else {
            return Err(TelegramError::Unsupported {
                instead: "bots find chats by their exact public name only: pass `@name` as the query, or name the session of a user account",
            });
        };
        match self.chat_named(call, format!("@{name}")).await {
            Ok(view) => {
                let is_wanted = operation.kind.is_none_or(|kind: ChatKind| view.kind == kind);
                Ok(Page::new(is_wanted.then_some(view).into_iter().collect(), None))
            }
            Err(TelegramError::UnknownChat | TelegramError::Hidden(_)) => Ok(Page::new(Vec::new(), None)),
            Err(error) => Err(error),
        }
    }
}

impl BotAccount {
    /// A chat as it stands in a list.
    pub(super) async fn chat_named(&self, call: &Execution, name: String) -> Result<ChatView, TelegramError> {
        let peer = self.chat(call, &ChatArg(name)).await?;
        Ok(chat_view(&self.full_chat(call, peer.id.0).await?.chat))
    }
}
