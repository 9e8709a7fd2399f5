//! The view of sessions: rows, and the copy in memory that every call reads.

use chrono::DateTime;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use telegraphist_application::ports::StoreError;
use telegraphist_application::sessions::view_of;
use telegraphist_application::views::SessionView;
use telegraphist_domain::{Session, SessionId};

use crate::copies::Copied;
use crate::errors::store_error;
use crate::statement::Statement;

/// All of them, as they are held in memory.
pub(crate) struct SessionRows(pub(crate) Vec<SessionView>);

impl Copied for SessionRows {
    const VERSION: &'static str = "SELECT version FROM views_version";

    async fn read(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        Ok(Self(all(connection).await?))
    }
}

async fn all(connection: &mut SqliteConnection) -> Result<Vec<SessionView>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, name, kind, state, reason, user_id, username, is_default, created
         FROM sessions ORDER BY created, id",
    )
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    rows.iter().map(|row| view(row).map_err(store_error)).collect()
}

fn view(row: &SqliteRow) -> Result<SessionView, sqlx::Error> {
    Ok(SessionView {
        connection: None,
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        kind: row.try_get("kind")?,
        state: row.try_get("state")?,
        reason: row.try_get("reason")?,
        user_id: row.try_get("user_id")?,
        username: row.try_get("username")?,
        is_default: row.try_get("is_default")?,
        created: DateTime::from_timestamp_millis(row.try_get("created")?).unwrap_or_default(),
    })
}

/// Whether another session than `id` has the name.
pub(crate) async fn is_name_taken(connection: &mut SqliteConnection, session: &Session) -> Result<bool, StoreError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sessions WHERE name = ? AND id <> ?)")
        .bind(session.name.as_str())
        .bind(session.id.to_string())
        .fetch_one(connection)
        .await
        .map_err(store_error)
}

/// Writes the row of a session as it is now; `None` deletes it.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    id: SessionId,
    session: Option<&Session>,
    is_made_default: bool,
) -> Result<(), StoreError> {
    match session {
        None => delete(connection, id).await,
        Some(session) => upsert(connection, &view_of(session, is_made_default)).await,
    }
    .map_err(store_error)?;
    sqlx::query("UPDATE views_version SET version = version + 1").run(connection).await
}

async fn delete(connection: &mut SqliteConnection, id: SessionId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE id = ?").bind(id.to_string()).execute(connection).await.map(|_| ())
}

/// A session stays the default until another one becomes it.
async fn upsert(connection: &mut SqliteConnection, view: &SessionView) -> Result<(), sqlx::Error> {
    if view.is_default {
        sqlx::query("UPDATE sessions SET is_default = 0 WHERE is_default = 1").execute(&mut *connection).await?;
    }
    sqlx::query(
        "INSERT INTO sessions (id, name, kind, state, reason, user_id, username, is_default, created)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET
             name = excluded.name, kind = excluded.kind, state = excluded.state, reason = excluded.reason,
             user_id = excluded.user_id, username = excluded.username,
             is_default = max(is_default, excluded.is_default)",
    )
    .bind(&view.id)
    .bind(&view.name)
    .bind(&view.kind)
    .bind(&view.state)
    .bind(&view.reason)
    .bind(&view.user_id)
    .bind(&view.username)
    .bind(view.is_default)
    .bind(view.created.timestamp_millis())
    .execute(connection)
    .await
    .map(|_| ())
}
