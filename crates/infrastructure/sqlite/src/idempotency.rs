use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use sqlx::{Row, SqliteConnection};
use telegraphist_application::ports::{CallKey, Claim, Entry, Idempotency, Outcome, PartState, StoreError};
use telegraphist_application::sealing::VaultKey;

use crate::SqliteStore;
use crate::errors::{store_error, unreadable};
use crate::sealing::{Change, PAGE};
use crate::statement::Statement;

/// What sealed outcomes are bound to, with their row.
const TABLE: &str = "calls.outcome";

#[async_trait]
impl Idempotency for SqliteStore {
    async fn look_up(&self, key: &CallKey) -> Result<Option<Entry>, StoreError> {
        let vault_key = self.key().await;
        entry(&mut *self.reader().await?, &vault_key, key).await
    }

    async fn claim(&self, key: &CallKey, claim: &Claim) -> Result<Option<Entry>, StoreError> {
        let guard = self.key().await;
        let (vault_key, key, claim) = (Arc::clone(&guard), key.clone(), claim.clone());
        self.write(move |connection| {
            Box::pin(async move {
                let is_new = insert(connection, &key, &claim).await.map_err(store_error)?;
                if is_new { Ok(None) } else { entry(connection, &vault_key, &key).await }
            })
        })
        .await
    }

    async fn note_part(&self, key: &CallKey, part: u32, state: &PartState) -> Result<(), StoreError> {
        let (key, state) = (key.clone(), serde_json::to_string(state).map_err(unreadable)?);
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO call_parts (principal, session, key, part, state)
                     SELECT principal, session, key, ?4, ?5 FROM calls
                     WHERE principal = ?1 AND session = ?2 AND key = ?3
                     ON CONFLICT (principal, session, key, part) DO UPDATE SET state = excluded.state",
                )
                .bind(key.principal)
                .bind(key.session.to_string())
                .bind(key.key)
                .bind(part)
                .bind(state)
                .run(connection)
                .await
            })
        })
        .await
    }

    async fn finish(&self, key: &CallKey, outcome: &Outcome) -> Result<(), StoreError> {
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(outcome).map_err(unreadable)?);
        let vault_key = self.key().await;
        let (key, sealed) = (key.clone(), vault_key.seal(TABLE, &row_of(key), &plain));
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE calls SET outcome = ?4 WHERE principal = ?1 AND session = ?2 AND key = ?3")
                    .bind(key.principal)
                    .bind(key.session.to_string())
                    .bind(key.key)
                    .bind(sealed)
                    .run(connection)
                    .await
            })
        })
        .await
    }

    async fn release(&self, key: &CallKey) -> Result<(), StoreError> {
        let key = key.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "DELETE FROM calls
                     WHERE principal = ?1 AND session = ?2 AND key = ?3 AND outcome IS NULL AND NOT EXISTS
                         (SELECT 1 FROM call_parts WHERE principal = ?1 AND session = ?2 AND key = ?3)",
                )
                .bind(key.principal)
                .bind(key.session.to_string())
                .bind(key.key)
                .run(connection)
                .await
            })
        })
        .await
    }

    async fn forget_before(&self, date: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM calls WHERE claimed < ?").bind(date.timestamp_micros()).run(connection).await
            })
        })
        .await
    }
}

/// Whether the key was free.
async fn insert(connection: &mut SqliteConnection, key: &CallKey, claim: &Claim) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO calls (principal, session, key, operation, arguments, claimed) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (principal, session, key) DO NOTHING",
    )
    .bind(&key.principal)
    .bind(key.session.to_string())
    .bind(&key.key)
    .bind(&claim.operation)
    .bind(claim.arguments.as_slice())
    .bind(claim.at.timestamp_micros())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

async fn entry(
    connection: &mut SqliteConnection,
    vault_key: &VaultKey,
    key: &CallKey,
) -> Result<Option<Entry>, StoreError> {
    let row = sqlx::query(
        "SELECT operation, arguments, claimed, outcome FROM calls WHERE principal = ? AND session = ? AND key = ?",
    )
    .bind(&key.principal)
    .bind(key.session.to_string())
    .bind(&key.key)
    .fetch_optional(&mut *connection)
    .await
    .map_err(store_error)?;
    let Some(row) = row else {
        return Ok(None);
    };
    let arguments: Vec<u8> = row.try_get("arguments").map_err(store_error)?;
    let claim = Claim {
        operation: row.try_get("operation").map_err(store_error)?,
        arguments: arguments.as_slice().try_into().map_err(unreadable)?,
        at: DateTime::from_timestamp_micros(row.try_get("claimed").map_err(store_error)?).unwrap_or_default(),
    };
    let sealed: Option<Vec<u8>> = row.try_get("outcome").map_err(store_error)?;
    let outcome = sealed.map(|sealed| open(vault_key, key, &sealed)).transpose()?;
    Ok(Some(Entry { claim, parts: parts(connection, key).await?, outcome }))
}

fn open(vault_key: &VaultKey, key: &CallKey, sealed: &[u8]) -> Result<Outcome, StoreError> {
    let plain = vault_key.open(TABLE, &row_of(key), sealed)?;
    serde_json::from_slice(plain.expose_secret()).map_err(unreadable)
}

async fn parts(connection: &mut SqliteConnection, key: &CallKey) -> Result<Vec<(u32, PartState)>, StoreError> {
    let rows: Vec<(u32, String)> = sqlx::query_as(
        "SELECT part, state FROM call_parts WHERE principal = ? AND session = ? AND key = ? ORDER BY part",
    )
    .bind(&key.principal)
    .bind(key.session.to_string())
    .bind(&key.key)
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    rows.into_iter().map(|(part, state)| Ok((part, serde_json::from_str(&state).map_err(unreadable)?))).collect()
}

/// The row's name for the seal; the session's length is fixed, so no two rows have the same.
fn row_of(key: &CallKey) -> String {
    format!("{}/{}/{}/{}", key.session, key.principal.len(), key.principal, key.key)
}

/// Seals every outcome anew, a page at a time: answers hold texts, and a week of them is kept.
pub(crate) async fn reseal(connection: &mut SqliteConnection, change: &Change) -> Result<(), StoreError> {
    let mut last = (String::new(), String::new(), String::new());
    loop {
        let rows: Vec<(String, String, String, Vec<u8>)> = sqlx::query_as(
            "SELECT principal, session, key, outcome FROM calls
             WHERE outcome IS NOT NULL AND (principal, session, key) > (?, ?, ?)
             ORDER BY principal, session, key LIMIT ?",
        )
        .bind(&last.0)
        .bind(&last.1)
        .bind(&last.2)
        .bind(PAGE)
        .fetch_all(&mut *connection)
        .await
        .map_err(store_error)?;
        if rows.is_empty() {
            return Ok(());
        }
        for (principal, session, key, outcome) in rows {
            let call = CallKey { principal, session: session.parse().map_err(unreadable)?, key };
            sqlx::query("UPDATE calls SET outcome = ?4 WHERE principal = ?1 AND session = ?2 AND key = ?3")
                .bind(&call.principal)
                .bind(&session)
                .bind(&call.key)
                .bind(change.reseal(TABLE, &row_of(&call), &outcome)?)
                .execute(&mut *connection)
                .await
                .map_err(store_error)?;
            last = (call.principal, session, call.key);
        }
    }
}
