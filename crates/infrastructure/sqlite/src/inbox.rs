use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use telegraphist_application::ports::{Handling, Inbox, InboxEntry, InboxRow, StoreError};
use telegraphist_application::sealing::VaultKey;
use telegraphist_domain::SessionId;

use crate::SqliteStore;
use crate::errors::{store_error, unreadable};
use crate::sealing::{Change, PAGE};
use crate::statement::Statement;

/// What sealed payloads are bound to, with session and key.
const TABLE: &str = "inbox.payload";

/// An entry as it is stored.
struct Sealed {
    kind: String,
    chat: Option<i64>,
    dedupe_key: String,
    payload: Vec<u8>,
    work: Option<&'static str>,
}

const WAITING: &str = "waiting";
const DONE: &str = "done";
const FAILED: &str = "failed";

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT position, received, kind, chat, dedupe_key, payload, work, problem FROM inbox ", $rest)
    };
}

#[async_trait]
impl Inbox for SqliteStore {
    async fn store(&self, session: SessionId, entries: &[InboxEntry]) -> Result<usize, StoreError> {
        if entries.is_empty() {
            return Ok(0);
        }
        let received = self.inner.clock.now();
        let key = self.key().await;
        let sealed: Vec<Sealed> = entries.iter().map(|entry| seal_entry(&key, session, entry)).collect();
        self.write(move |connection| {
            Box::pin(async move { store(connection, session, received, sealed).await.map_err(store_error) })
        })
        .await
    }

    async fn after(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        let query = select!("WHERE session = ? AND position > ? ORDER BY position LIMIT ?");
        self.inbox_rows(query, session, position, limit).await
    }

    async fn newest(&self, session: SessionId) -> Result<u64, StoreError> {
        let newest: Option<i64> = sqlx::query_scalar("SELECT newest FROM inbox_heads WHERE session = ?")
            .bind(session.to_string())
            .fetch_optional(&mut *self.reader().await?)
            .await
            .map_err(store_error)?;
        Ok(newest.unwrap_or(0).unsigned_abs())
    }

    async fn work(&self, session: SessionId, position: u64, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        let query = select!("WHERE session = ? AND position > ? AND work = 'waiting' ORDER BY position LIMIT ?");
        self.inbox_rows(query, session, position, limit).await
    }

    async fn note_handling(&self, session: SessionId, position: u64, how: &Handling) -> Result<(), StoreError> {
        let (work, problem) = match how {
            Handling::Waiting => (WAITING, None),
            Handling::Done => (DONE, None),
            Handling::Failed(problem) => (FAILED, Some(problem.clone())),
        };
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE inbox SET work = ?, problem = ? WHERE session = ? AND position = ? AND work IS NOT NULL",
                )
                .bind(work)
                .bind(problem)
                .bind(session.to_string())
                .bind(i64::try_from(position).unwrap_or(i64::MAX))
                .run(connection)
                .await
            })
        })
        .await
    }

    async fn failed_work(&self, session: SessionId, limit: usize) -> Result<Vec<InboxRow>, StoreError> {
        let query = select!("WHERE session = ? AND position > ? AND work = 'failed' ORDER BY position DESC LIMIT ?");
        self.inbox_rows(query, session, 0, limit).await
    }

    async fn trim(&self, session: SessionId, date: DateTime<Utc>, keep: usize) -> Result<(), StoreError> {
        let keep = i64::try_from(keep).unwrap_or(i64::MAX);
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "DELETE FROM inbox WHERE session = ?1 AND work IS NOT 'waiting' AND (received < ?2
                         OR position <= (SELECT newest FROM inbox_heads WHERE session = ?1) - ?3)",
                )
                .bind(session.to_string())
                .bind(date.timestamp_micros())
                .bind(keep)
                .run(connection)
                .await
            })
        })
        .await
    }
}

impl SqliteStore {
    /// The rows that a query gives for a session, a position and a limit.
    async fn inbox_rows(
        &self,
        query: &'static str,
        session: SessionId,
        position: u64,
        limit: usize,
    ) -> Result<Vec<InboxRow>, StoreError> {
        let key = self.key().await;
        let rows = sqlx::query(query)
            .bind(session.to_string())
            .bind(i64::try_from(position).unwrap_or(i64::MAX))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&mut *self.reader().await?)
            .await
            .map_err(store_error)?;
        rows.iter().map(|row| open_row(&key, session, row)).collect()
    }
}

fn seal_entry(key: &VaultKey, session: SessionId, entry: &InboxEntry) -> Sealed {
    let row = row_of(session, &entry.dedupe_key);
    Sealed {
        kind: entry.kind.clone(),
        chat: entry.chat,
        dedupe_key: entry.dedupe_key.clone(),
        payload: key.seal(TABLE, &row, &entry.payload),
        work: entry.is_work.then_some(WAITING),
    }
}

fn open_row(key: &VaultKey, session: SessionId, row: &SqliteRow) -> Result<InboxRow, StoreError> {
    let dedupe_key: String = row.try_get("dedupe_key").map_err(store_error)?;
    let sealed: Vec<u8> = row.try_get("payload").map_err(store_error)?;
    let payload = key.open(TABLE, &row_of(session, &dedupe_key), &sealed)?;
    let received = row.try_get("received").map_err(store_error)?;
    let work: Option<String> = row.try_get("work").map_err(store_error)?;
    Ok(InboxRow {
        position: row.try_get::<i64, _>("position").map_err(store_error)?.unsigned_abs(),
        received: DateTime::from_timestamp_micros(received).unwrap_or_default(),
        entry: InboxEntry {
            kind: row.try_get("kind").map_err(store_error)?,
            chat: row.try_get("chat").map_err(store_error)?,
            dedupe_key,
            payload: payload.expose_secret().to_vec(),
            is_work: work.is_some(),
        },
        handling: match work.as_deref() {
            Some(WAITING) => Handling::Waiting,
            Some(FAILED) => {
                let problem: Option<String> = row.try_get("problem").map_err(store_error)?;
                Handling::Failed(problem.unwrap_or_default())
            }
            Some(_) | None => Handling::Done,
        },
    })
}

/// An entry behind the newest position ever given, and that position, if the entry is new. `changes` is what the first of
/// the two did.
const STORE: &str = "
    INSERT INTO inbox (session, position, received, kind, chat, dedupe_key, payload, work)
    VALUES (?1, coalesce((SELECT newest FROM inbox_heads WHERE session = ?1), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (session, dedupe_key) DO NOTHING RETURNING position;
    INSERT INTO inbox_heads (session, newest) VALUES (?1, changes())
    ON CONFLICT (session) DO UPDATE SET newest = newest + excluded.newest";

/// How many were new.
async fn store(
    connection: &mut SqliteConnection,
    session: SessionId,
    received: DateTime<Utc>,
    entries: Vec<Sealed>,
) -> Result<usize, sqlx::Error> {
    let session = session.to_string();
    let mut count = 0;
    for entry in entries {
        let new: Vec<i64> = sqlx::query_scalar(STORE)
            .bind(&session)
            .bind(received.timestamp_micros())
            .bind(entry.kind)
            .bind(entry.chat)
            .bind(entry.dedupe_key)
            .bind(entry.payload)
            .bind(entry.work)
            .fetch_all(&mut *connection)
            .await?;
        count += new.len();
    }
    Ok(count)
}

fn row_of(session: SessionId, dedupe_key: &str) -> String {
    format!("{session}/{dedupe_key}")
}

/// Seals every payload anew, a page at a time: an inbox may be larger than memory should be.
pub(crate) async fn reseal(connection: &mut SqliteConnection, change: &Change) -> Result<(), StoreError> {
    let (mut session, mut position) = (String::new(), 0);
    loop {
        let rows: Vec<(String, i64, String, Vec<u8>)> = sqlx::query_as(
            "SELECT session, position, dedupe_key, payload FROM inbox
             WHERE (session, position) > (?, ?) ORDER BY session, position LIMIT ?",
        )
        .bind(&session)
        .bind(position)
        .bind(PAGE)
        .fetch_all(&mut *connection)
        .await
        .map_err(store_error)?;
        if rows.is_empty() {
            return Ok(());
        }
        for (of_session, at, dedupe_key, payload) in rows {
            let row = row_of(of_session.parse().map_err(unreadable)?, &dedupe_key);
            sqlx::query("UPDATE inbox SET payload = ?3 WHERE session = ?1 AND position = ?2")
                .bind(&of_session)
                .bind(at)
                .bind(change.reseal(TABLE, &row, &payload)?)
                .execute(&mut *connection)
                .await
                .map_err(store_error)?;
            (session, position) = (of_session, at);
        }
    }
}
