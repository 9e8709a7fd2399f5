use async_trait::async_trait;
use telegraphist_domain::{Session, SessionEvent, SessionId};

use super::streams::Streams;
use super::{MemoryStore, lock};
use crate::ports::{AppendError, EventStore, Loaded, StoreError, Together, Version, Views};
use crate::sessions::view_of;
use crate::views::SessionView;

/// The streams, and which session was made default last.
#[derive(Default)]
pub(super) struct Sessions {
    streams: Streams<Session>,
    default: Option<SessionId>,
}

impl Sessions {
    fn is_name_taken(&self, session: &Session) -> bool {
        self.streams.states().any(|other| other.id != session.id && other.name == session.name)
    }

    fn view(&self, session: &Session) -> SessionView {
        view_of(session, self.default == Some(session.id))
    }
}

#[async_trait]
impl EventStore<Session> for MemoryStore {
    async fn load(&self, id: SessionId) -> Result<Option<Loaded<Session>>, StoreError> {
        Ok(lock(&self.state.sessions).streams.load(id))
    }

    async fn append(
        &self,
        id: SessionId,
        expected: Version,
        events: &[SessionEvent],
        together: &Together,
    ) -> Result<Version, AppendError> {
        let mut sessions = lock(&self.state.sessions);
        let grown = sessions.streams.grown(id, expected, events)?;
        if grown.state.as_ref().is_some_and(|session| sessions.is_name_taken(session)) {
            return Err(AppendError::NameTaken);
        }
        self.keep_together(together)?;
        if events.iter().any(|event| matches!(event, SessionEvent::MadeDefault { .. })) {
            sessions.default = Some(id);
        }
        Ok(sessions.streams.put(id, grown))
    }
}

#[async_trait]
impl Views for MemoryStore {
    async fn sessions(&self) -> Result<Vec<SessionView>, StoreError> {
        let sessions = lock(&self.state.sessions);
        let mut views: Vec<_> = sessions.streams.states().map(|session| sessions.view(session)).collect();
        views.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(views)
    }

    async fn session(&self, name_or_id: &str) -> Result<Option<SessionView>, StoreError> {
        let sessions = self.sessions().await?;
        Ok(sessions.into_iter().find(|session| session.is_called(name_or_id)))
    }
}
