//! The port that gives the connected adapter of a session.

use std::sync::Arc;

use async_trait::async_trait;
use telegraphist_application::ports::{Connections, Telegram, TelegramError};
use telegraphist_domain::SessionId;

use crate::bots::BotAccounts;

#[async_trait]
impl Connections for BotAccounts {
    async fn telegram(&self, session: SessionId) -> Result<Arc<dyn Telegram>, TelegramError> {
        Ok(self.account(session).await?)
    }

    async fn disconnect(&self, session: SessionId) {
        self.close(session);
    }
}
