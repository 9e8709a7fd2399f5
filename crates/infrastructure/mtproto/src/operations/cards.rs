//! Cards have buttons, and Telegram lets only bots show buttons.

use async_trait::async_trait;
use telegraphist_application::cards::{CardEdited, CardSent, EditCard, SendCard};
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execute, Execution, TelegramError};

use crate::account::Account;

#[async_trait]
impl Execute<SendCard> for Account {
    async fn execute(&self, _: &Execution, _: &SendCard) -> Result<CardSent, TelegramError> {
        Err(for_bots_only())
    }
}

#[async_trait]
impl Execute<EditCard> for Account {
    async fn execute(&self, _: &Execution, _: &EditCard) -> Result<CardEdited, TelegramError> {
        Err(for_bots_only())
    }
}

fn for_bots_only() -> TelegramError {
    Refused::new("session", "is the account of a person; only bots show buttons, so name the session of a bot").into()
}
