use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{AppendError, EventStore, Loaded, StoreError, Together, Version, Views};
use telegraphist_application::views::SessionView;
use telegraphist_domain::{Session, SessionEvent, SessionId};

use crate::session_rows::SessionRows;
use crate::streams::{self, Stream};
use crate::together::SealedTogether;
use crate::{SqliteStore, session_rows};

#[async_trait]
impl EventStore<Session> for SqliteStore {
    async fn load(&self, id: SessionId) -> Result<Option<Loaded<Session>>, StoreError> {
        let stream: Stream<Session> = streams::replayed(&mut *self.reader().await?, &id.to_string()).await?;
        Ok(stream.loaded())
    }

    async fn append(
        &self,
        id: SessionId,
        expected: Version,
        events: &[SessionEvent],
        together: &Together,
    ) -> Result<Version, AppendError> {
        let key = self.key().await;
        let together = SealedTogether::new(&key, together, self.inner.clock.now());
        let new = events.to_vec();
        let appended = self
            .write(move |connection| Box::pin(async move { append(connection, id, expected, &new, together).await }))
            .await;
        self.inner.sessions.forget();
        appended
    }
}

async fn append(
    connection: &mut SqliteConnection,
    id: SessionId,
    expected: Version,
    new: &[SessionEvent],
    together: SealedTogether,
) -> Result<Version, AppendError> {
    let current: Stream<Session> = streams::replayed(connection, &id.to_string()).await?;
    let Stream { state, version } = current.grown(expected, new)?;
    if !new.is_empty() {
        if let Some(session) = &state
            && session_rows::is_name_taken(connection, session).await?
        {
            return Err(AppendError::NameTaken);
        }
        streams::write::<Session>(connection, &id.to_string(), expected, new).await?;
        let is_made_default = new.iter().any(|event| matches!(event, SessionEvent::MadeDefault { .. }));
        session_rows::write(connection, id, state.as_ref(), is_made_default).await?;
    }
    together.write(connection).await?;
    Ok(version)
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
