use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};
use telegraphist_application::ports::{AppendError, EventStore, Loaded, StoreError, Version, Views};
use telegraphist_application::stored::{Form, Stored};
use telegraphist_application::views::SessionView;
use telegraphist_domain::{Aggregate, Session, SessionEvent, SessionId};

use crate::errors::{store_error, unreadable};
use crate::{SqliteStore, session_rows};

#[async_trait]
impl EventStore<Session> for SqliteStore {
    async fn load(&self, id: SessionId) -> Result<Option<Loaded<Session>>, StoreError> {
        let mut reader = self.reader().await?;
        let events = stream(&mut reader, id).await?;
        let version = version_of(&events);
        Ok(Session::replay(&events).map(|state| Loaded { state, version }))
    }

    async fn append(&self, id: SessionId, expected: Version, events: &[SessionEvent]) -> Result<Version, AppendError> {
        let new = events.to_vec();
        let appended =
            self.write(move |connection| Box::pin(async move { append(connection, id, expected, &new).await })).await;
        self.inner.sessions.forget();
        appended
    }
}

async fn append(
    connection: &mut SqliteConnection,
    id: SessionId,
    expected: Version,
    new: &[SessionEvent],
) -> Result<Version, AppendError> {
    let mut events = stream(connection, id).await?;
    if version_of(&events) != expected {
        return Err(AppendError::Conflict);
    }
    if new.is_empty() {
        return Ok(expected);
    }
    events.extend_from_slice(new);
    let session = Session::replay(&events);
    if let Some(session) = &session
        && session_rows::is_name_taken(connection, session).await?
    {
        return Err(AppendError::NameTaken);
    }
    for (event, version) in new.iter().zip(expected.0 + 1..) {
        insert(connection, id, version, &event.form()).await.map_err(store_error)?;
    }
    let is_made_default = new.iter().any(|event| matches!(event, SessionEvent::MadeDefault { .. }));
    session_rows::write(connection, id, session.as_ref(), is_made_default).await?;
    Ok(version_of(&events))
}

fn version_of(events: &[SessionEvent]) -> Version {
    Version(events.len() as u64)
}

async fn stream(connection: &mut SqliteConnection, id: SessionId) -> Result<Vec<SessionEvent>, StoreError> {
    let rows = sqlx::query("SELECT name, body FROM events WHERE kind = ? AND stream = ? ORDER BY version")
        .bind(Session::NAME)
        .bind(id.to_string())
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    rows.iter()
        .map(|row| {
            let body: String = row.try_get("body").map_err(store_error)?;
            let form = Form { name: row.try_get("name").map_err(store_error)?, body: body.into_bytes() };
            SessionEvent::read(&form).map_err(unreadable)
        })
        .collect()
}

async fn insert(
    connection: &mut SqliteConnection,
    id: SessionId,
    version: u64,
    form: &Form,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO events (kind, stream, version, name, body) VALUES (?, ?, ?, ?, ?)")
        .bind(Session::NAME)
        .bind(id.to_string())
        .bind(version as i64)
        .bind(&form.name)
        .bind(String::from_utf8_lossy(&form.body).as_ref())
        .execute(connection)
        .await
        .map(|_| ())
}

#[async_trait]
impl Views for SqliteStore {
    async fn sessions(&self) -> Result<Vec<SessionView>, StoreError> {
        Ok(self.views().await?.to_vec())
    }

    async fn session(&self, name_or_id: &str) -> Result<Option<SessionView>, StoreError> {
        Ok(self.views().await?.iter().find(|session| session.is_called(name_or_id)).cloned())
    }
}

impl SqliteStore {
    async fn views(&self) -> Result<std::sync::Arc<Vec<SessionView>>, StoreError> {
        match self.inner.sessions.believed() {
            Some(sessions) => Ok(sessions),
            None => self.inner.sessions.refreshed(&mut *self.reader().await?).await,
        }
    }
}
