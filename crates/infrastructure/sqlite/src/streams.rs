//! Streams of events, whatever they are about.

use sqlx::SqliteConnection;
use telegraphist_application::ports::{AppendError, Loaded, StoreError, Version};
use telegraphist_application::stored::{Form, Snapshot, Stored};
use telegraphist_domain::Aggregate;

use crate::errors::{store_error, unreadable};
use crate::statement::{Statement, insert};

/// A stream as it stands.
pub(crate) struct Stream<A> {
    /// The fold of its events.
    pub(crate) state: Option<A>,
    /// How many there are.
    pub(crate) version: Version,
}

impl<A: Aggregate> Stream<A> {
    /// As it will be with `events`.
    pub(crate) fn grown(self, expected: Version, events: &[A::Event]) -> Result<Self, AppendError> {
        if self.version != expected {
            return Err(AppendError::Conflict);
        }
        let version = Version(expected.0 + events.len() as u64);
        Ok(Self { state: events.iter().fold(self.state, A::evolve), version })
    }

    pub(crate) fn loaded(self) -> Option<Loaded<A>> {
        Some(Loaded { state: self.state?, version: self.version })
    }
}

/// Folds all events of a stream.
pub(crate) async fn replayed<A>(connection: &mut SqliteConnection, id: &str) -> Result<Stream<A>, StoreError>
where
    A: Aggregate<Event: Stored>,
{
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT name, body FROM events WHERE kind = ? AND stream = ? ORDER BY version")
            .bind(A::NAME)
            .bind(id)
            .fetch_all(connection)
            .await
            .map_err(store_error)?;
    let version = Version(rows.len() as u64);
    let events = rows.into_iter().map(|(name, body)| event::<A>(name, body)).collect::<Result<Vec<_>, _>>()?;
    Ok(Stream { state: A::replay(&events), version })
}

/// An event as its row has it.
pub(crate) fn event<A>(name: String, body: String) -> Result<A::Event, StoreError>
where
    A: Aggregate<Event: Stored>,
{
    A::Event::read(&Form { name, body: body.into_bytes() }).map_err(unreadable)
}

/// Adds events to a stream of that version.
pub(crate) async fn write<A>(
    connection: &mut SqliteConnection,
    id: &str,
    expected: Version,
    events: &[A::Event],
) -> Result<(), StoreError>
where
    A: Aggregate<Event: Stored>,
{
    let forms: Vec<_> = events.iter().map(Stored::form).zip(expected.0 + 1..).collect();
    insert(connection, "INSERT INTO events (kind, stream, version, name, body) ", &forms, |row, (form, version)| {
        row.push_bind(A::NAME).push_bind(id.to_owned()).push_bind(*version as i64).push_bind(form.name.clone());
        row.push_bind(String::from_utf8_lossy(&form.body).into_owned());
    })
    .await
}

/// The stream as its snapshot has it: one row, however many events there are. One that cannot be read, because a newer
/// version wrote it, is made anew from the events.
pub(crate) async fn current<A>(connection: &mut SqliteConnection, id: &str) -> Result<Stream<A>, StoreError>
where
    A: Aggregate<Event: Stored> + Snapshot,
{
    let row: Option<(i64, String, String)> =
        sqlx::query_as("SELECT version, name, body FROM snapshots WHERE kind = ? AND stream = ?")
            .bind(A::NAME)
            .bind(id)
            .fetch_optional(&mut *connection)
            .await
            .map_err(store_error)?;
    let restored = row.and_then(|(version, name, body)| {
        let state = A::restore(&Form { name, body: body.into_bytes() });
        let state = state.inspect_err(|error| tracing::debug!(%error, "a state is made anew from its events"));
        Some(Stream { state: Some(state.ok()?), version: Version(version.unsigned_abs()) })
    });
    match restored {
        Some(stream) => Ok(stream),
        None => replayed(connection, id).await,
    }
}

/// Notes how a stream stands, with the events that made it so.
pub(crate) async fn write_snapshot<A: Aggregate + Snapshot>(
    connection: &mut SqliteConnection,
    id: &str,
    state: &A,
    version: Version,
) -> Result<(), StoreError> {
    let form = state.snapshot();
    sqlx::query(
        "INSERT INTO snapshots (kind, stream, version, name, body) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (kind, stream) DO UPDATE SET
             version = excluded.version, name = excluded.name, body = excluded.body",
    )
    .bind(A::NAME)
    .bind(id)
    .bind(version.0 as i64)
    .bind(&form.name)
    .bind(String::from_utf8_lossy(&form.body).as_ref())
    .run(connection)
    .await
}
