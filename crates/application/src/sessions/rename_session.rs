use telegraphist_domain::SessionName;

use super::SessionError;
use super::record::authorise;
use crate::application::Application;
use crate::caller::Caller;
use crate::views::SessionView;

impl Application {
    /// Gives a session another name.
    pub async fn rename_session(
        &self,
        caller: &Caller,
        session: &str,
        name: &str,
    ) -> Result<SessionView, SessionError> {
        authorise(caller)?;
        let name: SessionName = name.parse()?;
        let id = self.find(session).await?;
        self.record(id, |session, at| Ok(session.rename(name.clone(), at))).await?;
        self.view(id).await
    }
}
