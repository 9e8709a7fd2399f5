use super::SessionError;
use super::record::authorise_administrator;
use crate::application::Application;
use crate::caller::Caller;
use crate::operation::Effect;
use crate::views::SessionView;

impl Application {
    /// All sessions, for who runs the server.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<SessionView>, SessionError> {
        authorise_administrator(caller, Effect::Reads)?;
        Ok(self.ports().views.sessions().await?)
    }

    /// One of them, by name or id.
    pub async fn session(&self, caller: &Caller, name_or_id: &str) -> Result<SessionView, SessionError> {
        authorise_administrator(caller, Effect::Reads)?;
        let id = self.find(name_or_id).await?;
        self.view(id).await
    }
}
