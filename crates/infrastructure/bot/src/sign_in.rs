//! Signing a bot in: its token is checked with Telegram and kept.

use std::time::Duration;

use secrecy::SecretString;
use telegraphist_application::ports::{KnownPeer, SignInError, SignedIn, StoreError};
use telegraphist_domain::SessionId;
use teloxide::payloads;

use crate::api::{User, peer_of_user};
use crate::bots::BotAccounts;
use crate::errors;
use crate::token::Token;
use crate::tokens;
use crate::wire::Request;
use telegraphist_application::patience::Patience;

/// How long Telegram may take to say whose a token is.
const ANSWER_MAX: Duration = Duration::from_secs(20);

impl BotAccounts {
    /// What is no token is refused without asking anybody.
    pub(crate) async fn check_token(&self, session: SessionId, token: &SecretString) -> Result<SignedIn, SignInError> {
        let token = Token::parse(token).ok_or(SignInError::TokenInvalid)?;
        let request = Request::of(&payloads::GetMe::new());
        let answer = self.line(&token).call(request, &Patience::of(ANSWER_MAX)).await;
        let answer = answer.map_err(errors::sign_in_failed)?;
        let user: User =
            serde_json::from_str(answer.get()).map_err(|error| SignInError::Unavailable(Box::new(error)))?;
        tokens::keep_token(self.ports.vault.as_ref(), session, &token).await?;
        let own = KnownPeer { is_self: true, ..peer_of_user(&user) };
        self.ports.peers.remember(session, &[own]).await?;
        self.close(session);
        if let Err(error) = self.renew_receiver(session).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(%session, error, "updates are not received with the new token");
        }
        Ok(SignedIn { user_id: user.id, name: user.name(), username: user.username, phone: None, is_bot: true })
    }

    /// Forgets everything that was kept for a bot.
    pub(crate) async fn forget_bot(&self, session: SessionId) -> Result<(), StoreError> {
        self.stop_receiver(session).await;
        self.close(session);
        tokens::forget(self.ports.vault.as_ref(), session).await?;
        self.ports.peers.forget(session).await
    }
}
