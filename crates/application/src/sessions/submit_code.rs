use telegraphist_domain::session::{Identity, Refusal};
use telegraphist_domain::{Session, SessionId, SessionKind, UserId};

use super::SessionError;
use super::record::{Act, authorise};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::{SignInStep, SignedIn};

impl Application {
    /// Tries the code that Telegram sent.
    pub async fn submit_code(&self, caller: &Caller, session: &str, code: &str) -> Result<SignInStep, SessionError> {
        authorise(caller)?;
        let id = self.find(session).await?;
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let tried = match self.ports().sign_in.submit_code(id, &code).await {
            Ok(step) => self.take_step(id, step).await,
            Err(error) => Err(error.into()),
        };
        self.audited(Act::of(caller, id, "sign_in"), tried).await
    }

    /// Writes down where a sign-in got to.
    pub(super) async fn take_step(&self, id: SessionId, step: SignInStep) -> Result<SignInStep, SessionError> {
        match &step {
            SignInStep::Done(who) => self.accept(id, who).await?,
            SignInStep::PasswordNeeded { .. } => {
                self.record(id, Session::ask_password).await?;
            }
        }
        Ok(step)
    }

    /// Writes down who signed in. A login of another account than the session's is given back at once: what is
    /// remembered of peers would not fit it, and nobody would look for it here.
    pub(super) async fn accept(&self, id: SessionId, who: &SignedIn) -> Result<(), SessionError> {
        let accepted = self.record(id, |session, at| session.sign_in(identity_of(who), kind_of(who), at)).await;
        if let Err(SessionError::Refused(Refusal::AnotherAccount | Refusal::AnotherKind { .. })) = accepted {
            if let Err(error) = self.ports().sign_in.log_out(id).await {
                tracing::warn!(session = %id, %error, "a login of another account could not be given back");
            }
            self.ports().sign_in.forget(id).await?;
        }
        accepted.map(|_| ())
    }
}

pub(super) fn identity_of(who: &SignedIn) -> Identity {
    Identity { user_id: UserId(who.user_id), username: who.username.clone() }
}

pub(super) fn kind_of(who: &SignedIn) -> SessionKind {
    if who.is_bot { SessionKind::Bot } else { SessionKind::User }
}
