//! Statements whose only answer is that they ran.
//!
//! sqlx hands every query to a thread of the connection and waits for it, which costs more than most statements do. What
//! belongs together is therefore one query of several statements with `;` between them. Their parameters are either all
//! `?`, bound in the order in which they stand, or all `?1`, `?2` and so on without a gap, which name the same values in
//! each statement: sqlx counts a gap as a parameter of its own.

use sqlx::query::Query;
use sqlx::query_builder::Separated;
use sqlx::sqlite::SqliteArguments;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use telegraphist_application::ports::StoreError;

use crate::errors::store_error;

/// A statement that writes; how many rows it touched is nobody's business.
pub(crate) trait Statement {
    /// Runs it.
    async fn run(self, connection: &mut SqliteConnection) -> Result<(), StoreError>;
}

impl Statement for Query<'_, Sqlite, SqliteArguments> {
    async fn run(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        self.execute(connection).await.map(|_| ()).map_err(store_error)
    }
}

/// More rows than this are written by several statements: SQLite takes 32,766 parameters in one.
const ROWS_MAX: usize = 1_000;

/// Writes rows by as few statements as there can be. `head` is the statement up to its `VALUES`, `bind` binds one row.
pub(crate) async fn insert<T>(
    connection: &mut SqliteConnection,
    head: &'static str,
    rows: &[T],
    mut bind: impl FnMut(&mut Separated<'_, Sqlite, &'static str>, &T),
) -> Result<(), StoreError> {
    for rows in rows.chunks(ROWS_MAX) {
        let mut statement = QueryBuilder::new(head);
        statement.push_values(rows, |mut row, one| bind(&mut row, one));
        // A statement for each number of rows would push everything else out of the cache.
        statement.build().persistent(rows.len() == 1).run(connection).await?;
    }
    Ok(())
}
