use telegraphist_domain::SessionId;

use super::SessionError;
use super::record::{Act, authorise};
use crate::application::Application;
use crate::caller::Caller;
use crate::ports::{ApiCredentials, Inbox, StoreError};

impl Application {
    /// Removes a session with its keys, peers and updates: the only thing that does. Telegram is not told, because
    /// another program may use the same login; log out first to end it there too.
    pub async fn remove_session(&self, caller: &Caller, session: &str) -> Result<(), SessionError> {
        authorise(caller)?;
        let id = self.find(session).await?;
        let removed = self.remove(id).await;
        self.audited(Act::of(caller, id, "remove_session"), removed).await
    }

    /// Secrets first: if this is cut short, the session is still there to be removed again.
    async fn remove(&self, id: SessionId) -> Result<(), SessionError> {
        if self.is_bot(id).await? {
            self.dismiss_bot(id).await?;
        }
        self.ports().connections.disconnect(id).await;
        self.inner.circuits.forget(id);
        self.forget_secrets(id).await?;
        self.ports().inbox.trim(id, self.ports().clock.now(), 0).await?;
        self.record(id, |session, at| Ok(session.remove(at))).await?;
        Ok(())
    }

    pub(super) async fn forget_secrets(&self, id: SessionId) -> Result<(), StoreError> {
        self.ports().sign_in.forget(id).await?;
        self.ports().vault.delete(&ApiCredentials::secret_name(id)).await
    }
}
