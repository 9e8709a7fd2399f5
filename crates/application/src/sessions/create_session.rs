use telegraphist_domain::{Session, SessionKind, SessionName};

use super::SessionError;
use super::record::{Act, authorise};
use crate::application::Application;
use crate::caller::Caller;
use crate::views::SessionView;

impl Application {
    /// Makes a session that waits to be signed in.
    pub async fn create_session(
        &self,
        caller: &Caller,
        name: &str,
        kind: SessionKind,
    ) -> Result<SessionView, SessionError> {
        authorise(caller)?;
        let name: SessionName = name.parse()?;
        let id = self.ports().ids.session();
        let created = self.begin(id, &Session::create(id, name, kind, self.timestamp())).await;
        self.audited(Act::of(caller, id, "create_session"), created).await?;
        self.view(id).await
    }

    /// The session of a person to sign in to; made at the first sign-in under its name.
    pub async fn ensure_session(&self, caller: &Caller, name: &str) -> Result<(), SessionError> {
        authorise(caller)?;
        if self.ports().views.session(name).await?.is_none() {
            self.create_session(caller, name, SessionKind::User).await?;
        }
        Ok(())
    }
}
