//! The port of what only bots do.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use telegraphist_application::ports::{
    BotCommand, BotHealth, Bots, BroughtError, Heard, Reception, SignInError, SignedIn, StoreError, TapAnswer,
    TelegramError,
};
use telegraphist_domain::SessionId;
use teloxide::{payloads, types};

use crate::account::{Does, Terms};
use crate::bots::BotAccounts;
use crate::errors::plain;
use crate::hearing::hear;
use crate::wire::Request;

/// How long Telegram may take for what is no operation.
const ANSWER_MAX: Duration = Duration::from_secs(15);
/// The longest answer to a press of a button, in characters.
const TAP_ANSWER_MAX: usize = 200;

#[async_trait]
impl Bots for BotAccounts {
    async fn sign_in(&self, session: SessionId, token: &SecretString) -> Result<SignedIn, SignInError> {
        self.check_token(session, token).await
    }

    async fn receive(&self, session: SessionId, how: Reception) -> Result<(), TelegramError> {
        self.start_receiver(session, how).await
    }

    async fn stop_receiving(&self, session: SessionId) {
        self.stop_receiver(session).await;
    }

    fn health(&self, session: SessionId) -> BotHealth {
        self.health_of(session)
    }

    async fn token_refused(&self, session: SessionId) -> String {
        self.standing(session).refused().await
    }

    async fn take_brought(&self, session: SessionId, secret: &str, update: &[u8]) -> Result<(), BroughtError> {
        self.take(session, secret, update).await
    }

    fn read(&self, update: &[u8]) -> Heard {
        hear(update)
    }

    async fn answer_tap(&self, session: SessionId, tap: &str, answer: &TapAnswer) -> Result<(), TelegramError> {
        let account = self.account(session).await?;
        let mut payload = payloads::AnswerCallbackQuery::new(types::CallbackQueryId(tap.to_owned()));
        let text: String = answer.text.chars().take(TAP_ANSWER_MAX).collect();
        payload.text = (!text.is_empty()).then_some(text);
        payload.show_alert = answer.is_alert.then_some(true);
        // Answered twice is answered.
        let answered = account.answer(&Terms::within(ANSWER_MAX), Does::Reads, Request::of(&payload)).await;
        match answered {
            Err(TelegramError::Refused { telegram }) if is_too_late(&telegram) => Ok(()),
            answered => answered.map(drop),
        }
    }

    async fn set_commands(&self, session: SessionId, commands: &[BotCommand]) -> Result<(), TelegramError> {
        let account = self.account(session).await?;
        let commands = commands.iter().map(|command| types::BotCommand::new(command.name, command.description));
        let mut payload = payloads::SetMyCommands::new(commands);
        payload.scope = Some(types::BotCommandScope::AllPrivateChats);
        account.answer(&Terms::within(ANSWER_MAX), Does::Reads, Request::of(&payload)).await.map(drop)
    }

    async fn forget(&self, session: SessionId) -> Result<(), StoreError> {
        self.forget_bot(session).await
    }
}

/// The words come from the real server, in two versions.
fn is_too_late(telegram: &str) -> bool {
    let telegram = plain(telegram).to_lowercase();
    telegram.contains("query is too old") || telegram.contains("query id is invalid") || telegram == "query_id_invalid"
}
