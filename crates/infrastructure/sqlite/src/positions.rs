//! Positions that are never given again, also where the rows that had them are gone.

use sqlx::SqliteConnection;
use telegraphist_application::ports::StoreError;

use crate::errors::store_error;

/// The next one of that kind.
pub(crate) async fn next(connection: &mut SqliteConnection, of_kind: &'static str) -> Result<i64, StoreError> {
    sqlx::query_scalar("UPDATE positions SET newest = newest + 1 WHERE of_kind = ? RETURNING newest")
        .bind(of_kind)
        .fetch_one(connection)
        .await
        .map_err(store_error)
}

/// Takes the next one, as the statement before one that uses [`taken`]; its parameter is the kind.
macro_rules! take {
    () => {
        "UPDATE positions SET newest = newest + 1 WHERE of_kind = ?;\n"
    };
}

/// The one that was taken; its parameter is the kind too.
macro_rules! taken {
    () => {
        "(SELECT newest FROM positions WHERE of_kind = ?)"
    };
}

pub(crate) use {take, taken};

/// The newest one ever given, 0 if none.
pub(crate) async fn newest(connection: &mut SqliteConnection, of_kind: &'static str) -> Result<u64, StoreError> {
    let newest: i64 = sqlx::query_scalar("SELECT newest FROM positions WHERE of_kind = ?")
        .bind(of_kind)
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    Ok(newest.unsigned_abs())
}
