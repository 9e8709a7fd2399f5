//! What chat policy asks of a bot, which has neither an address book nor folders.

use std::sync::Arc;

use async_trait::async_trait;
use telegraphist_application::grants::{Circle, Place};
use telegraphist_application::ports::{Acquainted, Execution, TelegramError};
use telegraphist_domain::{ChatId, ChatRef};

use crate::account::BotAccount;

#[async_trait]
impl Acquainted for BotAccount {
    async fn circle(&self, _call: &Execution) -> Result<Arc<Circle>, TelegramError> {
        Ok(Arc::new(Circle { own: Some(ChatId(self.own.0)), ..Circle::default() }))
    }

    async fn place(&self, call: &Execution, chat: &ChatRef) -> Result<Place, TelegramError> {
        self.place_of(call, chat).await
    }
}
