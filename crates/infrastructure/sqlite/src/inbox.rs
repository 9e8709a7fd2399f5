use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use telegraphist_application::ports::{Inbox, InboxEntry, InboxRow, StoreError};
use telegraphist_domain::SessionId;

use crate::SqliteStore;
use crate::errors::store_error;

/// What sealed payloads are bound to, with session and key.
const TABLE: &str = "inbox.payload";

/// An entry as it is stored.
struct Sealed {
    kind: String,
    chat: Option<i64>,
    dedupe_key: String,
    payload: Vec<u8>,
}

#[async_trait]
impl Inbox for SqliteStore {
    async fn store(&self, session: SessionId, entries: &[InboxEntry]) -> Result<usize, StoreError> {
        if entries.is_empty() {
            return Ok(0);
        }
        let received = self.inner.clock.now();
        let sealed: Vec<Sealed> = entries.iter().map(|entry| self.seal_entry(session, entry)).collect();
        self.write(move |connection| {
            Box::pin(async move { store(connection, session, received, sealed).await.map_err(store_error) })
        })
        .await
    }

    async fn after(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT position, received, kind, chat, dedupe_key, payload FROM inbox
             WHERE session = ? AND position > ? ORDER BY position LIMIT ?",
        )
        .bind(session.to_string())
        .bind(i64::try_from(position).unwrap_or(i64::MAX))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *self.reader().await?)
        .await
        .map_err(store_error)?;
        rows.iter().map(|row| self.open_row(session, row)).collect()
    }

    async fn newest(&self, session: SessionId) -> Result<u64, StoreError> {
        let newest: Option<i64> = sqlx::query_scalar("SELECT newest FROM inbox_heads WHERE session = ?")
            .bind(session.to_string())
            .fetch_optional(&mut *self.reader().await?)
            .await
            .map_err(store_error)?;
        Ok(newest.unwrap_or(0).unsigned_abs())
    }

    async fn trim(&self, session: SessionId, date: DateTime<Utc>, keep: usize) -> Result<(), StoreError> {
        let keep = i64::try_from(keep).unwrap_or(i64::MAX);
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "DELETE FROM inbox WHERE session = ?1 AND (received < ?2 OR position NOT IN
                         (SELECT position FROM inbox WHERE session = ?1 ORDER BY position DESC LIMIT ?3))",
                )
                .bind(session.to_string())
                .bind(date.timestamp_micros())
                .bind(keep)
                .execute(connection)
                .await
                .map(|_| ())
                .map_err(store_error)
            })
        })
        .await
    }
}

impl SqliteStore {
    fn seal_entry(&self, session: SessionId, entry: &InboxEntry) -> Sealed {
        let row = row_of(session, &entry.dedupe_key);
        Sealed {
            kind: entry.kind.clone(),
            chat: entry.chat,
            dedupe_key: entry.dedupe_key.clone(),
            payload: self.inner.key.seal(TABLE, &row, &entry.payload),
        }
    }

    fn open_row(&self, session: SessionId, row: &SqliteRow) -> Result<InboxRow, StoreError> {
        let dedupe_key: String = row.try_get("dedupe_key").map_err(store_error)?;
        let sealed: Vec<u8> = row.try_get("payload").map_err(store_error)?;
        let payload = self.inner.key.open(TABLE, &row_of(session, &dedupe_key), &sealed)?;
        let received = row.try_get("received").map_err(store_error)?;
        Ok(InboxRow {
            position: row.try_get::<i64, _>("position").map_err(store_error)?.unsigned_abs(),
            received: DateTime::from_timestamp_micros(received).unwrap_or_default(),
            entry: InboxEntry {
                kind: row.try_get("kind").map_err(store_error)?,
                chat: row.try_get("chat").map_err(store_error)?,
                dedupe_key,
                payload: payload.expose_secret().to_vec(),
            },
        })
    }
}

/// How many were new.
async fn store(
    connection: &mut SqliteConnection,
    session: SessionId,
    received: DateTime<Utc>,
    entries: Vec<Sealed>,
) -> Result<usize, sqlx::Error> {
    let session = session.to_string();
    let before = head(connection, &session).await?;
    let mut newest = before;
    for entry in entries {
        let done = sqlx::query(
            "INSERT INTO inbox (session, position, received, kind, chat, dedupe_key, payload)
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session, dedupe_key) DO NOTHING",
        )
        .bind(&session)
        .bind(newest + 1)
        .bind(received.timestamp_micros())
        .bind(entry.kind)
        .bind(entry.chat)
        .bind(entry.dedupe_key)
        .bind(entry.payload)
        .execute(&mut *connection)
        .await?;
        newest += i64::from(done.rows_affected() > 0);
    }
    sqlx::query(
        "INSERT INTO inbox_heads (session, newest) VALUES (?, ?)
         ON CONFLICT (session) DO UPDATE SET newest = excluded.newest",
    )
    .bind(&session)
    .bind(newest)
    .execute(connection)
    .await?;
    Ok(usize::try_from(newest - before).unwrap_or(0))
}

async fn head(connection: &mut SqliteConnection, session: &str) -> Result<i64, sqlx::Error> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT newest FROM inbox_heads WHERE session = ?")
        .bind(session)
        .fetch_optional(connection)
        .await?;
    Ok(newest.unwrap_or(0))
}

fn row_of(session: SessionId, dedupe_key: &str) -> String {
    format!("{session}/{dedupe_key}")
}
