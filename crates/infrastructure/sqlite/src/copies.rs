//! Copies in memory of rows that every call reads.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::SqliteConnection;
use telegraphist_application::ports::StoreError;
use tokio::time::Instant;

use crate::errors::store_error;
use crate::statement::Statement;

/// How long a copy is believed before asking whether another process has changed the rows.
const BELIEVED: Duration = Duration::from_millis(250);

/// What can be held in memory.
pub(crate) trait Copied: Sized + Send + Sync {
    /// The statement that gives the rows' version; it grows with every change of them.
    const VERSION: &'static str;

    /// Reads all of it.
    fn read(connection: &mut SqliteConnection) -> impl Future<Output = Result<Self, StoreError>> + Send;
}

/// A copy.
pub(crate) struct Copy<T> {
    state: Mutex<State<T>>,
}

struct State<T> {
    /// Counts forgettings, so that rows read before one are not kept after it.
    generation: u64,
    held: Option<Held<T>>,
}

struct Held<T> {
    version: i64,
    checked: Instant,
    rows: Arc<T>,
}

impl<T> Default for Copy<T> {
    fn default() -> Self {
        Self { state: Mutex::new(State { generation: 0, held: None }) }
    }
}

impl<T: Copied> Copy<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The copy, if it can be believed without asking.
    pub(crate) fn believed(&self) -> Option<Arc<T>> {
        let state = self.state();
        let held = state.held.as_ref().filter(|held| held.checked.elapsed() < BELIEVED)?;
        Some(Arc::clone(&held.rows))
    }

    /// Asks whether the copy is still right, and reads the rows if not.
    pub(crate) async fn refreshed(&self, connection: &mut SqliteConnection) -> Result<Arc<T>, StoreError> {
        let (generation, held) = {
            let state = self.state();
            (state.generation, state.held.as_ref().map(|held| (held.version, Arc::clone(&held.rows))))
        };
        let checked = Instant::now();
        // Read before the rows: a change in between makes the copy older than it says, never newer.
        let version = sqlx::query_scalar(T::VERSION).fetch_one(&mut *connection).await.map_err(store_error)?;
        let rows = match held {
            Some((of_version, rows)) if of_version == version => rows,
            Some(_) | None => Arc::new(T::read(connection).await?),
        };
        let mut state = self.state();
        if state.generation == generation {
            state.held = Some(Held { version, checked, rows: Arc::clone(&rows) });
        }
        Ok(rows)
    }

    /// The rows have changed.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.generation += 1;
        state.held = None;
    }
}

/// Lets other processes see that their copies are old; with the change.
pub(crate) async fn note_change(connection: &mut SqliteConnection, of_kind: &'static str) -> Result<(), StoreError> {
    sqlx::query("UPDATE copies SET version = version + 1 WHERE of_kind = ?").bind(of_kind).run(connection).await
}
