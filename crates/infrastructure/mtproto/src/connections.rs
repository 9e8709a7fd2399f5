//! The port that gives the connected adapter of a session.

use std::sync::Arc;

use async_trait::async_trait;
use telegraphist_application::ports::{Connections, LostLogin, Pinned, Telegram, TelegramError};
use telegraphist_domain::SessionId;

use crate::mtproto::Mtproto;

#[async_trait]
impl Connections for Mtproto {
    async fn telegram(&self, session: SessionId) -> Result<Arc<dyn Telegram>, TelegramError> {
        Ok(self.account(session).await?)
    }

    async fn disconnect(&self, session: SessionId) {
        self.hang_up(session).await;
    }

    fn pin(&self, session: SessionId) -> Pinned {
        Pinned::by(self.places.pin(session))
    }

    fn is_connected(&self, session: SessionId) -> Option<bool> {
        Some(self.places.holds(session))
    }

    async fn lost_login(&self) -> LostLogin {
        self.lost.next().await
    }
}
