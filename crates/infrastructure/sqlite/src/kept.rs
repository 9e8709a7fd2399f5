//! The event store of every kind of aggregate. Kinds differ in the rows that change with their events, and in nothing
//! else: [`Kept`] is what each of them says.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{AppendError, EventStore, Loaded, StoreError, Together, Version};
use telegraphist_application::stored::Stored;
use telegraphist_domain::Aggregate;

use crate::SqliteStore;
use crate::streams::{self, Stream};
use crate::together::SealedTogether;

/// A kind of aggregate that is kept here.
#[async_trait]
pub(crate) trait Kept: Aggregate<Id: ToString, Event: Stored> {
    /// A stream as it stands. The fold of all its events, unless the kind keeps snapshots.
    async fn current(connection: &mut SqliteConnection, id: &str) -> Result<Stream<Self>, StoreError> {
        streams::replayed(connection, id).await
    }

    /// Writes the rows by which it is found, when `new` events have made it `grown`. What is refused here takes the
    /// events with it.
    async fn write_rows(
        connection: &mut SqliteConnection,
        id: Self::Id,
        grown: &Stream<Self>,
        new: &[Self::Event],
    ) -> Result<(), AppendError>;

    /// Called after every attempt to append, whatever came of it.
    fn was_touched(_store: &SqliteStore) {}
}

#[async_trait]
impl<A: Kept> EventStore<A> for SqliteStore {
    async fn load(&self, id: A::Id) -> Result<Option<Loaded<A>>, StoreError> {
        Ok(A::current(&mut *self.reader().await?, &id.to_string()).await?.loaded())
    }

    async fn append(
        &self,
        id: A::Id,
        expected: Version,
        events: &[A::Event],
        together: &Together,
    ) -> Result<Version, AppendError> {
        let key = self.key().await;
        let together = SealedTogether::new(&key, together, self.inner.clock.now());
        let new = events.to_vec();
        let appended = self
            .write(move |connection| {
                Box::pin(async move { append::<A>(connection, id, expected, &new, together).await })
            })
            .await;
        A::was_touched(self);
        appended
    }
}

async fn append<A: Kept>(
    connection: &mut SqliteConnection,
    id: A::Id,
    expected: Version,
    new: &[A::Event],
    together: SealedTogether,
) -> Result<Version, AppendError> {
    let row = id.to_string();
    let grown = A::current(connection, &row).await?.grown(expected, new)?;
    if !new.is_empty() {
        streams::write::<A>(connection, &row, expected, new).await?;
        A::write_rows(connection, id, &grown, new).await?;
    }
    together.write(connection).await?;
    Ok(grown.version)
}
