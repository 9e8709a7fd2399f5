use telegraphist_domain::{Session, SessionId};

use super::SessionError;
use super::record::{Act, authorise_administrator};
use crate::application::Application;
use crate::caller::Caller;
use crate::operation::Effect;
use crate::ports::SignInError;
use crate::views::SessionView;

impl Application {
    /// Makes Telegram forget the login; of a bot, the token is forgotten here. The session stays, closed, and can be signed in again. If Telegram cannot be
    /// reached the session stays in `closing`, and logging out again goes on from there.
    pub async fn log_out(&self, caller: &Caller, session: &str) -> Result<SessionView, SessionError> {
        authorise_administrator(caller, Effect::Writes)?;
        let id = self.find(session).await?;
        let closed = self.close(id).await;
        self.audited(Act::of(caller, id, "log_out"), closed).await?;
        self.view(id).await
    }

    async fn close(&self, id: SessionId) -> Result<(), SessionError> {
        self.record(id, |session, at| Ok(session.start_log_out(at))).await?;
        if self.is_bot(id).await? {
            self.dismiss_bot(id).await?;
        } else {
            match self.ports().sign_in.log_out(id).await {
                // Nothing to log out is what was asked for: never signed in, revoked, or logged out elsewhere.
                Ok(()) | Err(SignInError::KeyNotAuthorised | SignInError::NotUnderWay) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.ports().connections.disconnect(id).await;
        self.record(id, Session::finish_log_out).await?;
        Ok(())
    }
}
