//! Signing in by a QR code that an app which is signed in scans.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use grammers_mtsender::SenderPoolFatHandle;
use grammers_session::updates::UpdatesLike;
use grammers_tl_types as tl;
use secrecy::ExposeSecret;
use telegraphist_application::ports::{Clock, QrStep, SignInError};
use tokio::sync::{Notify, mpsc};

use super::{Authorised, Pending, Step};
use crate::account::Does;
use crate::call_error::CallError;
use crate::errors::sign_in_failed;
use crate::line::Listener;

/// A token that is on the screen.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token {
    bytes: Vec<u8>,
    expires: DateTime<Utc>,
}

impl Token {
    pub(super) fn shown(&self) -> QrStep {
        let token = URL_SAFE_NO_PAD.encode(&self.bytes);
        QrStep::Show { url: format!("tg://login?token={token}"), expires: self.expires }
    }
}

/// What a look at a QR sign-in found.
pub(super) enum Seen {
    /// Show this one.
    Token(Token),
    Scanned(Authorised),
}

/// Hears from Telegram that a token was scanned.
pub(super) struct Watcher(pub(super) Arc<Notify>);

impl Listener for Watcher {
    fn listen(
        &self,
        pool: SenderPoolFatHandle,
        mut updates: mpsc::Receiver<UpdatesLike>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let scanned = Arc::clone(&self.0);
        // The watcher asks for nothing; a handle held here would keep the pool alive.
        drop(pool);
        Box::pin(async move {
            while let Some(update) = updates.recv().await {
                if may_tell_of_a_scan(&update) {
                    scanned.notify_one();
                }
            }
        })
    }
}

/// A connection that was cut may have swallowed the news.
fn may_tell_of_a_scan(update: &UpdatesLike) -> bool {
    use tl::enums::{Update, Updates};
    let tells = |update: &Update| matches!(update, Update::LoginToken);
    match update {
        UpdatesLike::Updates(Updates::UpdateShort(short)) => tells(&short.update),
        UpdatesLike::Updates(Updates::Updates(all)) => all.updates.iter().any(tells),
        UpdatesLike::Updates(Updates::Combined(all)) => all.updates.iter().any(tells),
        UpdatesLike::ConnectionClosed | UpdatesLike::MalformedUpdates => true,
        UpdatesLike::Updates(_)
        | UpdatesLike::ShortSentMessage { .. }
        | UpdatesLike::AffectedMessages(_)
        | UpdatesLike::AffectedChannelMessages { .. }
        | UpdatesLike::InvitedUsers(_)
        | UpdatesLike::ChatInviteJoinResult(_) => false,
    }
}

impl Pending {
    pub(super) async fn is_scan(&self) -> bool {
        matches!(*self.step.lock().await, Step::Scan(_))
    }

    /// Gives the first token at once; later, waits for a scan, for the token to end, or for `wait`.
    pub(super) async fn watch(&self, wait: Duration, clock: &dyn Clock) -> Result<Seen, SignInError> {
        let current = match &*self.step.lock().await {
            Step::Scan(token) => Some(token.clone()),
            Step::Nothing | Step::Code { .. } | Step::Password => None,
        };
        if let Some(token) = current {
            let left = (token.expires - clock.now()).to_std().unwrap_or_default();
            let changed = tokio::time::timeout(wait.min(left), self.scanned.notified());
            if changed.await.is_err() && wait < left {
                return Ok(Seen::Token(token));
            }
        }
        self.look().await
    }

    /// Asks for a token; Telegram answers a token that was scanned with the login instead.
    async fn look(&self) -> Result<Seen, SignInError> {
        let request = tl::functions::auth::ExportLoginToken {
            api_id: self.api.id,
            api_hash: self.api.hash.expose_secret().to_owned(),
            except_ids: Vec::new(),
        };
        // Asking twice only makes a newer token.
        let answer = match self.try_ask(Does::Reads, &request).await {
            Ok(tl::enums::auth::LoginToken::MigrateTo(there)) => self.follow(there).await,
            answer => answer,
        };
        match answer {
            Ok(tl::enums::auth::LoginToken::Token(token)) => self.show(token).await,
            Ok(tl::enums::auth::LoginToken::Success(success)) => match success.authorization {
                tl::enums::auth::Authorization::Authorization(given) => {
                    Ok(Seen::Scanned(Authorised::As(Box::new(given.user))))
                }
                tl::enums::auth::Authorization::SignUpRequired(_) => Err(SignInError::NotRegistered),
            },
            Ok(tl::enums::auth::LoginToken::MigrateTo(_)) => {
                Err(SignInError::Refused("the account moves on and on".to_owned()))
            }
            Err(CallError::Rpc(rpc)) if rpc.is("SESSION_PASSWORD_NEEDED") => Ok(Seen::Scanned(Authorised::NotYet)),
            // The answer that was lost may have been the login.
            Err(lost @ (CallError::Lost(_) | CallError::NotSent(_))) if self.is_scan().await => {
                match self.own_user().await {
                    Ok(user) => Ok(Seen::Scanned(Authorised::As(Box::new(user)))),
                    Err(_) => Err(sign_in_failed(lost)),
                }
            }
            Err(error) => Err(sign_in_failed(error)),
        }
    }

    /// Goes on in the data centre where the account that scanned lives.
    async fn follow(
        &self,
        there: tl::types::auth::LoginTokenMigrateTo,
    ) -> Result<tl::enums::auth::LoginToken, CallError> {
        let storage = self.connection.storage();
        storage.set_home(there.dc_id).await.map_err(CallError::Store)?;
        let request = tl::functions::auth::ImportLoginToken { token: there.token };
        self.try_ask(Does::Writes, &request).await
    }

    async fn show(&self, token: tl::types::auth::LoginToken) -> Result<Seen, SignInError> {
        let expires = DateTime::from_timestamp(i64::from(token.expires), 0).unwrap_or_default();
        let token = Token { bytes: token.token, expires };
        *self.step.lock().await = Step::Scan(token.clone());
        Ok(Seen::Token(token))
    }
}
