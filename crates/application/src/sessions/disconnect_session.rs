use super::SessionError;
use super::record::{Act, authorise_administrator};
use crate::application::Application;
use crate::caller::Caller;
use crate::operation::Effect;
use crate::views::SessionView;

impl Application {
    /// Closes a session's connection to Telegram. It stays signed in; the next call connects again.
    pub async fn disconnect_session(&self, caller: &Caller, session: &str) -> Result<SessionView, SessionError> {
        authorise_administrator(caller, Effect::Writes)?;
        let id = self.find(session).await?;
        self.ports().connections.disconnect(id).await;
        self.audited(Act::of(caller, id, "disconnect_session"), Ok(())).await?;
        self.view(id).await
    }
}
