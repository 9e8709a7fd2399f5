use secrecy::SecretString;
use telegraphist_domain::SessionId;

use super::SessionError;
use super::record::{Act, authorise};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::ImportedKey;
use crate::session_strings::{self, Holder, StringKind};

impl Application {
    /// The key and address of a session, for another program. Whoever has them is signed in as the account.
    pub async fn export_session(&self, caller: &Caller, session: &str) -> Result<ImportedKey, SessionError> {
        authorise(caller)?;
        let id = self.find(session).await?;
        let key = self.key_of(id).await;
        self.audited(Act::of(caller, id, "export_session"), key).await
    }

    /// The same as a session string of another library.
    pub async fn export_session_string(
        &self,
        caller: &Caller,
        session: &str,
        kind: StringKind,
    ) -> Result<SecretString, SessionError> {
        let key = self.export_session(caller, session).await?;
        let holder = self.holder_of(self.find(session).await?).await?;
        Ok(session_strings::write(kind, &key, &holder)?)
    }

    async fn key_of(&self, id: SessionId) -> Result<ImportedKey, SessionError> {
        self.ports().sign_in.export(id).await?.ok_or(SessionError::NothingToExport)
    }

    async fn holder_of(&self, id: SessionId) -> Result<Holder, SessionError> {
        let view = self.view(id).await?;
        let user_id = view.user_id.and_then(|id| id.parse().ok()).ok_or(SessionError::NothingToExport)?;
        let api = self.api_of(id).await?.ok_or(SessionError::NothingToExport)?;
        Ok(Holder { api_id: api.id, user_id, is_bot: view.kind == "bot" })
    }
}
