use async_trait::async_trait;
use secrecy::SecretString;
use telegraphist_domain::SessionId;

use crate::ports::{
    BotCommand, BotHealth, Bots, BroughtError, Heard, Reception, ReceptionState, SignInError, SignedIn, StoreError,
    TapAnswer, TelegramError,
};

/// For a server that never has a bot. Nobody signs in, nothing is heard.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBots;

/// What whoever tries anyway is told.
fn none() -> TelegramError {
    TelegramError::Unsupported { instead: "this server was built without bots" }
}

#[async_trait]
impl Bots for NoBots {
    async fn sign_in(&self, _: SessionId, _: &SecretString) -> Result<SignedIn, SignInError> {
        Err(SignInError::Refused("BOTS_UNSUPPORTED".to_owned()))
    }

    async fn receive(&self, _: SessionId, _: Reception) -> Result<(), TelegramError> {
        Err(none())
    }

    async fn stop_receiving(&self, _: SessionId) {}

    fn health(&self, _: SessionId) -> BotHealth {
        let since = chrono::DateTime::UNIX_EPOCH;
        BotHealth { state: ReceptionState::Stopped, since, newest_update: None, problem: None }
    }

    async fn token_refused(&self, _: SessionId) -> String {
        std::future::pending().await
    }

    async fn take_brought(&self, _: SessionId, _: &str, _: &[u8]) -> Result<(), BroughtError> {
        Err(BroughtError::UnknownBot)
    }

    fn read(&self, _: &[u8]) -> Heard {
        Heard::Other { kind: "unknown".to_owned() }
    }

    async fn answer_tap(&self, _: SessionId, _: &str, _: &TapAnswer) -> Result<(), TelegramError> {
        Err(none())
    }

    async fn set_commands(&self, _: SessionId, _: &[BotCommand]) -> Result<(), TelegramError> {
        Err(none())
    }

    async fn forget(&self, _: SessionId) -> Result<(), StoreError> {
        Ok(())
    }
}
