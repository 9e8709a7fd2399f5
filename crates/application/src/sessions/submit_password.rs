use secrecy::SecretString;
use telegraphist_domain::SessionId;

use super::SessionError;
use super::record::{Act, authorise};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::SignedIn;

impl Application {
    /// Tries the account's password, where code or scan were not enough.
    pub async fn submit_password(
        &self,
        caller: &Caller,
        session: &str,
        password: &SecretString,
    ) -> Result<SignedIn, SessionError> {
        authorise(caller)?;
        let id = self.find(session).await?;
        let tried = self.try_password(id, password).await;
        self.audited(Act::of(caller, id, "sign_in"), tried).await
    }

    async fn try_password(&self, id: SessionId, password: &SecretString) -> Result<SignedIn, SessionError> {
        let who = self.ports().sign_in.submit_password(id, password).await?;
        self.accept(id, &who).await?;
        Ok(who)
    }
}
