use super::SessionError;
use super::record::authorise;
use crate::application::Application;
use crate::caller::Caller;
use crate::views::SessionView;

impl Application {
    /// Chooses the session for calls that name none.
    pub async fn set_default_session(&self, caller: &Caller, session: &str) -> Result<SessionView, SessionError> {
        authorise(caller)?;
        let id = self.find(session).await?;
        if !self.view(id).await?.is_default {
            self.record(id, |session, at| Ok(session.make_default(at))).await?;
        }
        self.view(id).await
    }
}
