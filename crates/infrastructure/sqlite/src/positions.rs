//! Positions that are never given again, also where the rows that had them are gone.

use std::ops::Range;

use sqlx::SqliteConnection;
use telegraphist_application::ports::StoreError;

use crate::errors::{store_error, unreadable};

/// The next one of that kind.
pub(crate) async fn next(connection: &mut SqliteConnection, of_kind: &'static str) -> Result<i64, StoreError> {
    Ok(next_of(connection, of_kind, 1).await?.start)
}

/// The next `count` of that kind.
pub(crate) async fn next_of(
    connection: &mut SqliteConnection,
    of_kind: &'static str,
    count: usize,
) -> Result<Range<i64>, StoreError> {
    let count = i64::try_from(count).map_err(unreadable)?;
    let newest: i64 = sqlx::query_scalar("UPDATE positions SET newest = newest + ? WHERE of_kind = ? RETURNING newest")
        .bind(count)
        .bind(of_kind)
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    Ok(newest - count + 1..newest + 1)
}

/// The newest one ever given, 0 if none.
pub(crate) async fn newest(connection: &mut SqliteConnection, of_kind: &'static str) -> Result<u64, StoreError> {
    let newest: i64 = sqlx::query_scalar("SELECT newest FROM positions WHERE of_kind = ?")
        .bind(of_kind)
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    Ok(newest.unsigned_abs())
}
