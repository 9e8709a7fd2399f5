use std::collections::HashMap;

use async_trait::async_trait;
use telegraphist_domain::{Aggregate, Session, SessionEvent, SessionId};

use super::{MemoryStore, lock};
use crate::ports::{AppendError, EventStore, Loaded, StoreError, Together, Version, Views};
use crate::sessions::view_of;
use crate::views::SessionView;

/// The streams, and which session was made default last.
#[derive(Default)]
pub(super) struct Sessions {
    streams: HashMap<SessionId, Vec<SessionEvent>>,
    default: Option<SessionId>,
}

impl Sessions {
    fn all(&self) -> impl Iterator<Item = Session> {
        self.streams.values().filter_map(Session::replay)
    }

    fn is_name_taken(&self, session: &Session) -> bool {
        self.all().any(|other| other.id != session.id && other.name == session.name)
    }

    fn view(&self, session: &Session) -> SessionView {
        view_of(session, self.default == Some(session.id))
    }
}

#[async_trait]
impl EventStore<Session> for MemoryStore {
    async fn load(&self, id: SessionId) -> Result<Option<Loaded<Session>>, StoreError> {
        let sessions = lock(&self.state.sessions);
        let Some(events) = sessions.streams.get(&id) else {
            return Ok(None);
        };
        let version = Version(events.len() as u64);
        Ok(Session::replay(events).map(|state| Loaded { state, version }))
    }

    async fn append(
        &self,
        id: SessionId,
        expected: Version,
        events: &[SessionEvent],
        _together: &Together,
    ) -> Result<Version, AppendError> {
        let mut sessions = lock(&self.state.sessions);
        let mut stream = sessions.streams.get(&id).cloned().unwrap_or_default();
        if Version(stream.len() as u64) != expected {
            return Err(AppendError::Conflict);
        }
        if events.is_empty() {
            return Ok(expected);
        }
        stream.extend_from_slice(events);
        if Session::replay(&stream).is_some_and(|session| sessions.is_name_taken(&session)) {
            return Err(AppendError::NameTaken);
        }
        if events.iter().any(|event| matches!(event, SessionEvent::MadeDefault { .. })) {
            sessions.default = Some(id);
        }
        let version = Version(stream.len() as u64);
        sessions.streams.insert(id, stream);
        Ok(version)
    }
}

#[async_trait]
impl Views for MemoryStore {
    async fn sessions(&self) -> Result<Vec<SessionView>, StoreError> {
        let sessions = lock(&self.state.sessions);
        let mut views: Vec<_> = sessions.all().map(|session| sessions.view(&session)).collect();
        views.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(views)
    }

    async fn session(&self, name_or_id: &str) -> Result<Option<SessionView>, StoreError> {
        let sessions = self.sessions().await?;
        Ok(sessions.into_iter().find(|session| session.is_called(name_or_id)))
    }
}
