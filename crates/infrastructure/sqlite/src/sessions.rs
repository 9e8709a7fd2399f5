use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{AppendError, StoreError, Views};
use telegraphist_application::views::SessionView;
use telegraphist_domain::{Session, SessionEvent, SessionId};

use crate::kept::Kept;
use crate::session_rows::SessionRows;
use crate::streams::Stream;
use crate::{SqliteStore, session_rows};

#[async_trait]
impl Kept for Session {
    async fn write_rows(
        connection: &mut SqliteConnection,
        id: SessionId,
        grown: &Stream<Self>,
        new: &[SessionEvent],
    ) -> Result<(), AppendError> {
        if let Some(session) = &grown.state
            && session_rows::is_name_taken(connection, session).await?
        {
            return Err(AppendError::NameTaken);
        }
        let is_made_default = new.iter().any(|event| matches!(event, SessionEvent::MadeDefault { .. }));
        Ok(session_rows::write(connection, id, grown.state.as_ref(), is_made_default).await?)
    }

    fn was_touched(store: &SqliteStore) {
        store.inner.sessions.forget();
    }
}

#[async_trait]
impl Views for SqliteStore {
    async fn sessions(&self) -> Result<Vec<SessionView>, StoreError> {
        Ok(self.views().await?.0.clone())
    }

    async fn session(&self, name_or_id: &str) -> Result<Option<SessionView>, StoreError> {
        Ok(self.views().await?.0.iter().find(|session| session.is_called(name_or_id)).cloned())
    }
}

impl SqliteStore {
    async fn views(&self) -> Result<Arc<SessionRows>, StoreError> {
        match self.inner.sessions.believed() {
            Some(sessions) => Ok(sessions),
            None => self.inner.sessions.refreshed(&mut *self.reader().await?).await,
        }
    }
}
