use std::sync::Arc;

use sqlx::error::DatabaseError;
use telegraphist_application::ports::StoreError;

/// What the caller can do about an error of SQLite's.
pub(crate) fn store_error(error: impl Into<Arc<sqlx::Error>>) -> StoreError {
    let error = error.into();
    if is_full(&error) { StoreError::Full(Box::new(error)) } else { StoreError::Unavailable(Box::new(error)) }
}

/// A stored value that is not what this version writes.
pub(crate) fn unreadable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Unavailable(cause.into())
}

/// No space, or a quota or file-size limit: SQLite reports only ENOSPC as full, and other refusals to grow a file as
/// failed writes.
fn is_full(error: &sqlx::Error) -> bool {
    const FULL: i32 = 13;
    const FAILED_WRITE: i32 = 0x30A;
    const FAILED_GROWTH_OF_SHARED_MEMORY: i32 = 0x130A;

    let code = error.as_database_error().and_then(DatabaseError::code);
    let code: Option<i32> = code.and_then(|code| code.parse().ok());
    matches!(code, Some(FULL | FAILED_WRITE | FAILED_GROWTH_OF_SHARED_MEMORY))
}
