//! The embedded store, on SQLite: every stored port of the application in one file, shared by every process of one user.
//!
//! One writer gathers what is waiting into one transaction, and says "done" only when that is on the disk. Reads go to a
//! few connections of their own and never wait for it. What contracts call sealed is opened only with the vault key,
//! which lies beside the database or in a key ring; it is made once, and anew only where somebody asks for it. To read: `open`, then `writer`, then any port.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::{path::Path, sync::Arc};
//! use telegraphist_application::{ambient::SystemClock, ports::Views};
//! use telegraphist_sqlite::SqliteStore;
//!
//! let store = SqliteStore::open(Path::new("/var/lib/example/telegraphist.db"), Arc::new(SystemClock)).await?;
//! for session in store.sessions().await? {
//!     println!("{} {}", session.name, session.state);
//! }
//! store.close().await;
//! # Ok(())
//! # }
//! ```

mod approval_rows;
mod approvals;
mod audit_log;
mod contents;
mod conversation_rows;
mod conversations;
mod copies;
mod deliveries;
mod delivery_rows;
mod errors;
mod idempotency;
mod inbox;
mod kept;
mod key_file;
mod keys;
mod leases;
mod limiter;
mod open;
mod outbox;
mod peers;
mod people;
mod people_rows;
mod positions;
mod preferences;
mod rules;
mod sealing;
mod session_rows;
mod sessions;
mod spoken;
mod statement;
mod streams;
#[cfg(test)]
mod tests;
mod together;
mod vault;
mod writer;

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqliteConnection, SqlitePool};
use telegraphist_application::memory::Buckets;
use telegraphist_application::ports::{Clock, StoreError};

pub use keys::{FirstPlace, KeyPlaces};
pub use open::OpenError;
pub use sealing::KeyStatus;

use crate::copies::Copy;
use crate::errors::store_error;
use crate::people::Known;
use crate::preferences::Chosen;
use crate::sealing::Sealing;
use crate::session_rows::SessionRows;
use crate::writer::{WriteError, Writer};

/// A store in one file. Cloning is cheap; all clones are the same store.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Writer,
    readers: SqlitePool,
    sealing: Sealing,
    clock: Arc<dyn Clock>,
    sessions: Copy<SessionRows>,
    people: Copy<Known>,
    preferences: Copy<Chosen>,
    buckets: Buckets,
}

impl SqliteStore {
    /// Finishes what is waiting to be written and closes the file. Later calls fail; clones are closed too.
    pub async fn close(&self) {
        self.inner.writer.close().await;
        self.inner.readers.close().await;
    }

    /// A connection that only reads.
    async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.inner.readers.acquire().await.map_err(store_error)
    }

    /// Writes, in one transaction with whatever else is waiting; durable when it returns.
    async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: WriteError,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    {
        self.inner.writer.write(work).await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}
