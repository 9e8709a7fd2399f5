//! Statements whose only answer is that they ran.

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection};
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
