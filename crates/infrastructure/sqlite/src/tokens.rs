use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row, Sqlite, SqliteConnection};
use telegraphist_application::grants::Grants;
use telegraphist_application::ports::{Added, KnownToken, StoreError, Token, Tokens};
use telegraphist_application::stored::Form;
use telegraphist_domain::TokenId;

use crate::SqliteStore;
use crate::copies::{self, Copied};
use crate::errors::{store_error, unreadable};
use crate::statement::Statement;

const SELECT: &str =
    "SELECT id, name, hash, grants_form, grants, created, expires, revoked, last_used FROM tokens ORDER BY number DESC";

/// Tokens by their hashes, as they are held in memory. When they were used last is not: that changes all the time.
pub(crate) struct ByHash(HashMap<[u8; 32], Arc<Token>>);

impl Copied for ByHash {
    const VERSION: &'static str = "SELECT version FROM copies WHERE of_kind = 'tokens'";

    async fn read(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let known = all(connection).await?;
        Ok(Self(known.into_iter().map(|known| (known.token.hash, known.token)).collect()))
    }
}

#[async_trait]
impl Tokens for SqliteStore {
    async fn add_token(&self, token: &Token) -> Result<Added, StoreError> {
        let (token, form) = (token.clone(), token.grants.form());
        let grants = String::from_utf8(form.body).map_err(unreadable)?;
        let added = self
            .write(move |connection| {
                Box::pin(async move {
                    let insert = sqlx::query(
                        "INSERT INTO tokens (id, name, hash, grants_form, grants, created, expires, revoked)
                         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) WHERE revoked IS NULL DO NOTHING",
                    )
                    .bind(token.id.to_string())
                    .bind(token.name)
                    .bind(token.hash.as_slice())
                    .bind(form.name)
                    .bind(grants)
                    .bind(token.created.timestamp_micros())
                    .bind(token.expires.map(|date| date.timestamp_micros()))
                    .bind(token.revoked.map(|date| date.timestamp_micros()));
                    changed(connection, insert).await
                })
            })
            .await;
        self.inner.tokens.forget();
        Ok(if added? { Added::Yes } else { Added::NameTaken })
    }

    async fn token_by_hash(&self, hash: [u8; 32]) -> Result<Option<Arc<Token>>, StoreError> {
        let tokens = match self.inner.tokens.believed() {
            Some(tokens) => tokens,
            None => self.inner.tokens.refreshed(&mut *self.reader().await?).await?,
        };
        Ok(tokens.0.get(&hash).cloned())
    }

    async fn tokens(&self) -> Result<Vec<KnownToken>, StoreError> {
        all(&mut *self.reader().await?).await
    }

    async fn revoke_token(&self, id: TokenId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let revoked = self
            .write(move |connection| {
                Box::pin(async move {
                    let update = sqlx::query("UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL")
                        .bind(now.timestamp_micros())
                        .bind(id.to_string());
                    changed(connection, update).await
                })
            })
            .await;
        self.inner.tokens.forget();
        revoked
    }

    async fn note_token_used(&self, id: TokenId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE tokens SET last_used = max(coalesce(last_used, ?1), ?1) WHERE id = ?2")
                    .bind(at.timestamp_micros())
                    .bind(id.to_string())
                    .run(connection)
                    .await
            })
        })
        .await
    }
}

/// Runs a statement after which copies of the tokens are read anew; answers whether it touched any.
async fn changed(
    connection: &mut SqliteConnection,
    statement: Query<'_, Sqlite, SqliteArguments>,
) -> Result<bool, StoreError> {
    let done = statement.execute(&mut *connection).await.map_err(store_error)?;
    copies::note_change(connection, "tokens").await?;
    Ok(done.rows_affected() > 0)
}

/// All of them. One whose grants cannot be read lets nobody in, and does not keep the others out.
async fn all(connection: &mut SqliteConnection) -> Result<Vec<KnownToken>, StoreError> {
    let rows = sqlx::query(SELECT).fetch_all(connection).await.map_err(store_error)?;
    let mut tokens = Vec::with_capacity(rows.len());
    for row in &rows {
        match token(row) {
            Ok(known) => tokens.push(known),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a token cannot be read and is left out");
            }
        }
    }
    Ok(tokens)
}

fn token(row: &SqliteRow) -> Result<KnownToken, StoreError> {
    let text = |column| row.try_get::<String, _>(column).map_err(store_error);
    let date = |column| {
        let micros: Option<i64> = row.try_get(column).map_err(store_error)?;
        Ok::<_, StoreError>(micros.map(|micros| DateTime::from_timestamp_micros(micros).unwrap_or_default()))
    };
    let hash: Vec<u8> = row.try_get("hash").map_err(store_error)?;
    let form = Form { name: text("grants_form")?, body: text("grants")?.into_bytes() };
    let token = Token {
        id: text("id")?.parse().map_err(unreadable)?,
        name: text("name")?,
        hash: hash.as_slice().try_into().map_err(unreadable)?,
        grants: Grants::read(&form).map_err(unreadable)?,
        created: date("created")?.unwrap_or_default(),
        expires: date("expires")?,
        revoked: date("revoked")?,
    };
    Ok(KnownToken { token: Arc::new(token), last_used: date("last_used")? })
}
