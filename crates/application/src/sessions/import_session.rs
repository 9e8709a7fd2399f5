use telegraphist_domain::session::Refusal;
use telegraphist_domain::{Session, SessionId, SessionName};

use super::SessionError;
use super::record::{Act, authorise, id_of};
use super::submit_code::{identity_of, kind_of};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::{ApiCredentials, ImportedKey};
use crate::views::SessionView;

impl Application {
    /// Takes over a login of another library: into a new session, or into the one of that name if it is not signed in.
    /// The session is made only after Telegram has said whose the key is, so a useless key leaves nothing behind.
    pub async fn import_session(
        &self,
        caller: &Caller,
        name: &str,
        api: ApiCredentials,
        key: ImportedKey,
    ) -> Result<SessionView, SessionError> {
        authorise(caller)?;
        let name: SessionName = name.parse()?;
        let known = self.ports().views.session(name.as_str()).await?;
        let id = known.as_ref().map_or_else(|| self.ports().ids.session(), id_of);
        let imported = match known {
            Some(known) if known.state == "ready" => Err(Refusal::AlreadySignedIn.into()),
            // Going on with the logging out would end the imported login too.
            Some(known) if known.state == "closing" => Err(Refusal::Closing.into()),
            Some(_) => self.import_again(id, &api, key).await,
            None => self.import_anew(id, name, &api, key).await,
        };
        self.audited(Act::of(caller, id, "import_session"), imported).await?;
        self.view(id).await
    }

    async fn import_again(&self, id: SessionId, api: &ApiCredentials, key: ImportedKey) -> Result<(), SessionError> {
        self.ports().connections.disconnect(id).await;
        self.keep_api(id, api).await?;
        let who = self.ports().sign_in.import(id, api, key).await?;
        let accepted = self.record(id, |session, at| session.sign_in(identity_of(&who), kind_of(&who), at)).await;
        if let Err(SessionError::Refused(_)) = accepted {
            // Another program uses this login: it is forgotten here, and Telegram is told nothing.
            self.ports().sign_in.forget(id).await?;
        }
        accepted.map(|_| ())
    }

    async fn import_anew(
        &self,
        id: SessionId,
        name: SessionName,
        api: &ApiCredentials,
        key: ImportedKey,
    ) -> Result<(), SessionError> {
        let imported = self.try_import(id, name, api, key).await;
        if imported.is_err() {
            self.forget_secrets(id).await?;
        }
        imported
    }

    async fn try_import(
        &self,
        id: SessionId,
        name: SessionName,
        api: &ApiCredentials,
        key: ImportedKey,
    ) -> Result<(), SessionError> {
        self.keep_api(id, api).await?;
        let who = self.ports().sign_in.import(id, api, key).await?;
        let at = self.timestamp();
        let mut events = Session::create(id, name.clone(), kind_of(&who), at);
        if let Some(session) = <Session as telegraphist_domain::Aggregate>::replay(&events) {
            events.extend(session.sign_in(identity_of(&who), kind_of(&who), at)?);
        }
        self.begin(id, &events).await
    }
}
