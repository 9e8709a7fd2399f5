//! Updates that Telegram brings. Whoever brings one must know the secret that Telegram was told.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::value::RawValue;
use subtle::ConstantTimeEq as _;
use telegraphist_application::ports::{BroughtError, ReceptionState, TelegramError};
use telegraphist_domain::SessionId;
use tokio_util::sync::CancellationToken;

use super::{Ear, Pauses};
use crate::api::Update;
use crate::bots::{BotAccounts, locked};
use crate::call_error::CallError;
use crate::errors::plain;
use crate::wire::{ALLOWED_UPDATES, Request, SetWebhook};
use telegraphist_application::patience::Patience;

/// How long Telegram may take to note an address.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// Tells Telegram where to bring updates to, again until it has understood; then waits for `cancel`.
pub(super) async fn announce(ear: Ear, url: String, secret: SecretString, cancel: CancellationToken) {
    let mut pauses = Pauses::new(ear.pace.pause);
    loop {
        let payload = SetWebhook { url: &url, secret_token: secret.expose_secret(), allowed_updates: ALLOWED_UPDATES };
        let patience = Patience::of(ANSWER_MAX);
        let told = ear.account.line.call(Request::of(&payload), &patience);
        let told = tokio::select! {
            () = cancel.cancelled() => return,
            told = told => told,
        };
        let pause = match told {
            Ok(_) => {
                ear.standing.set(ReceptionState::Receiving, None);
                return cancel.cancelled().await;
            }
            Err(error) => match note(&ear, error) {
                Some(least) => pauses.next().max(least),
                None => return,
            },
        };
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Notes what went wrong; how long to wait at least, or that it is over.
fn note(ear: &Ear, error: CallError) -> Option<Duration> {
    let (state, problem, least) = match error {
        CallError::Refused(refusal) if refusal.code == 401 => (ReceptionState::TokenRefused, refusal.description, None),
        CallError::Refused(refusal) => {
            (ReceptionState::Unreachable, plain(&refusal.description), Some(refusal.retry_after.unwrap_or_default()))
        }
        error @ (CallError::NotSent(_)
        | CallError::NotTelegram { .. }
        | CallError::Lost(_)
        | CallError::Ended { .. }
        | CallError::Source(_)) => (ReceptionState::Unreachable, error.to_string(), Some(Duration::ZERO)),
    };
    tracing::warn!(session = %ear.account.session, ?state, problem, "updates are not brought");
    ear.standing.set(state, Some(problem));
    least
}

impl BotAccounts {
    /// Stores an update that was brought.
    pub(crate) async fn take(&self, session: SessionId, secret: &str, update: &[u8]) -> Result<(), BroughtError> {
        let (wanted, standing, sequence) = {
            let receivers = locked(&self.receivers);
            let receiver = receivers.get(&session).filter(|receiver| receiver.is_running());
            let receiver = receiver.ok_or(BroughtError::UnknownBot)?;
            let wanted = receiver.secret.clone().ok_or(BroughtError::UnknownBot)?;
            (wanted, Arc::clone(&receiver.standing), Arc::clone(&receiver.sequence))
        };
        if !bool::from(wanted.expose_secret().as_bytes().ct_eq(secret.as_bytes())) {
            return Err(BroughtError::WrongSecret);
        }
        let update: &RawValue = serde_json::from_slice(update).map_err(|_| BroughtError::NotAnUpdate)?;
        let number = Update::read(update.get().as_bytes()).ok_or(BroughtError::NotAnUpdate)?.id;
        let account = self.account(session).await.map_err(|error| match error {
            TelegramError::Store(error) => BroughtError::Store(error),
            _ => BroughtError::UnknownBot,
        })?;
        let ear = Ear { account, standing, pace: self.settings.pace };
        let turn = sequence.turn(number).await;
        ear.take(&[update]).await?;
        turn.stored();
        Ok(())
    }
}
