use secrecy::SecretString;
use telegraphist_domain::session::Refusal;
use telegraphist_domain::{Aggregate as _, Session, SessionId, SessionKind, SessionName};

use super::SessionError;
use super::record::{Act, authorise, id_of};
use super::submit_code::{identity_of, kind_of};
use crate::application::Application;
use crate::caller::Caller;
use crate::views::SessionView;

impl Application {
    /// Signs a bot in with its token: into a new session, or into the bot's session of that name. The session is made
    /// only after Telegram has said whose the token is.
    pub async fn sign_in_bot(
        &self,
        caller: &Caller,
        name: &str,
        token: &SecretString,
    ) -> Result<SessionView, SessionError> {
        authorise(caller)?;
        let name: SessionName = name.parse()?;
        let known = self.ports().views.session(name.as_str()).await?;
        let id = known.as_ref().map_or_else(|| self.ports().ids.session(), id_of);
        let signed_in = match known {
            Some(known) if known.state == "ready" => Err(Refusal::AlreadySignedIn.into()),
            Some(known) if known.state == "closing" => Err(Refusal::Closing.into()),
            // Before the token is kept: it would lie beside another account's key.
            Some(known) if known.kind != "bot" => Err(Refusal::AnotherKind { expected: SessionKind::User }.into()),
            Some(_) => self.bot_again(id, token).await,
            None => self.bot_anew(id, name, token).await,
        };
        self.audited(Act::of(caller, id, "sign_in"), signed_in).await?;
        self.view(id).await
    }

    async fn bot_again(&self, id: SessionId, token: &SecretString) -> Result<(), SessionError> {
        // What went on with the login that was lost ends first: nobody would start it anew while it finishes what it was
        // sending, and what it still hears of the old login must not be held against the new one.
        self.stop_bot(id).await;
        self.ports().connections.disconnect(id).await;
        let who = self.ports().bots.sign_in(id, token).await?;
        let accepted = self.record(id, |session, at| session.sign_in(identity_of(&who), kind_of(&who), at)).await;
        if let Err(SessionError::Refused(_)) = accepted {
            self.ports().bots.forget(id).await?;
        }
        accepted.map(|_| ())
    }

    async fn bot_anew(&self, id: SessionId, name: SessionName, token: &SecretString) -> Result<(), SessionError> {
        let begun = self.try_bot(id, name, token).await;
        if begun.is_err() {
            self.ports().bots.forget(id).await?;
        }
        begun
    }

    async fn try_bot(&self, id: SessionId, name: SessionName, token: &SecretString) -> Result<(), SessionError> {
        let who = self.ports().bots.sign_in(id, token).await?;
        let at = self.timestamp();
        let mut events = Session::create(id, name, SessionKind::Bot, at);
        if let Some(session) = Session::replay(&events) {
            events.extend(session.sign_in(identity_of(&who), kind_of(&who), at)?);
        }
        self.begin(id, &events).await
    }

    /// Whether a session is a bot's.
    pub(super) async fn is_bot(&self, id: SessionId) -> Result<bool, SessionError> {
        Ok(self.view(id).await?.kind == "bot")
    }

    /// Ends everything that goes on by itself for a bot, and forgets its token. Telegram is told nothing: its own
    /// logging out of bots means moving them to another server.
    pub(super) async fn dismiss_bot(&self, id: SessionId) -> Result<(), SessionError> {
        self.stop_bot(id).await;
        self.ports().bots.forget(id).await?;
        Ok(())
    }
}
