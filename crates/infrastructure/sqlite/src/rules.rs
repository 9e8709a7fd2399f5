use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};
use telegraphist_application::ports::{Rule, RuleQuestion, Rules, StoreError};
use telegraphist_application::sealing::VaultKey;
use telegraphist_domain::UserId;
use telegraphist_domain::approval::Fingerprint;
use uuid::Uuid;

use crate::SqliteStore;
use crate::errors::{store_error, unreadable};
use crate::sealing::SealedColumn;
use crate::statement::Statement;

/// What the sealed words of rules are bound to, with their id.
const TABLE: &str = "rules.words";

pub(crate) const SEALED: SealedColumn = SealedColumn {
    table: TABLE,
    page: "SELECT id, words FROM rules WHERE words IS NOT NULL AND id > ? ORDER BY id LIMIT ?",
    update: "UPDATE rules SET words = ?2 WHERE id = ?1",
};

const SELECT: &str = "SELECT id, principal, generation, tool, about, words, made_by, approval, made, expires, revoked
                      FROM rules ";

#[async_trait]
impl Rules for SqliteStore {
    async fn make_rule(&self, rule: &Rule) -> Result<(), StoreError> {
        let (key, id) = (self.key().await, rule.id.to_string());
        let words = rule.words.as_ref().map(|words| key.seal(TABLE, &id, words.as_bytes()));
        let rule = Rule { words: None, ..rule.clone() };
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO rules
                         (id, principal, generation, tool, about, words, made_by, approval, made, expires, revoked)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                )
                .bind(id)
                .bind(rule.principal)
                .bind(rule.generation)
                .bind(rule.tool)
                .bind(rule.about.0.as_slice())
                .bind(words)
                .bind(rule.made_by.0)
                .bind(rule.approval.to_string())
                .bind(rule.made.timestamp_micros())
                .bind(rule.expires.map(|date| date.timestamp_micros()))
                .bind(rule.revoked.map(|date| date.timestamp_micros()))
                .run(connection)
                .await
            })
        })
        .await
    }

    async fn rule_for(&self, question: &RuleQuestion, now: DateTime<Utc>) -> Result<Option<Rule>, StoreError> {
        if question.about.is_empty() {
            return Ok(None);
        }
        let key = self.key().await;
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(SELECT);
        query.push("WHERE revoked IS NULL AND principal = ").push_bind(&question.principal);
        query.push(" AND tool = ").push_bind(&question.tool).push(" AND about IN (");
        let mut about = query.separated(", ");
        for fingerprint in &question.about {
            about.push_bind(fingerprint.0.as_slice());
        }
        query.push(") AND (generation IS NULL OR generation = ").push_bind(&question.generation);
        query.push(") AND (expires IS NULL OR expires > ").push_bind(now.timestamp_micros());
        query.push(") ORDER BY number DESC LIMIT 1");
        let row = query.build().fetch_optional(&mut *self.reader().await?).await.map_err(store_error)?;
        row.map(|row| rule(&key, &row)).transpose()
    }

    async fn rules(&self) -> Result<Vec<Rule>, StoreError> {
        let key = self.key().await;
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(SELECT);
        query.push("ORDER BY number DESC");
        let rows = query.build().fetch_all(&mut *self.reader().await?).await.map_err(store_error)?;
        rows.iter().map(|row| rule(&key, row)).collect()
    }

    async fn revoke_rule(&self, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("UPDATE rules SET revoked = ? WHERE id = ? AND revoked IS NULL")
                    .bind(now.timestamp_micros())
                    .bind(id.to_string())
                    .execute(connection)
                    .await
                    .map_err(store_error)?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }
}

fn rule(key: &VaultKey, row: &SqliteRow) -> Result<Rule, StoreError> {
    let id: String = row.try_get("id").map_err(store_error)?;
    let sealed: Option<Vec<u8>> = row.try_get("words").map_err(store_error)?;
    let words = sealed.map(|sealed| opened(key, &id, &sealed)).transpose()?;
    let about: Vec<u8> = row.try_get("about").map_err(store_error)?;
    let approval: String = row.try_get("approval").map_err(store_error)?;
    let date = |column| {
        let micros: Option<i64> = row.try_get(column).map_err(store_error)?;
        Ok::<_, StoreError>(micros.map(|micros| DateTime::from_timestamp_micros(micros).unwrap_or_default()))
    };
    Ok(Rule {
        id: id.parse().map_err(unreadable)?,
        principal: row.try_get("principal").map_err(store_error)?,
        generation: row.try_get("generation").map_err(store_error)?,
        tool: row.try_get("tool").map_err(store_error)?,
        about: Fingerprint(about.as_slice().try_into().map_err(unreadable)?),
        words,
        made_by: UserId(row.try_get("made_by").map_err(store_error)?),
        approval: approval.parse().map_err(unreadable)?,
        made: date("made")?.unwrap_or_default(),
        expires: date("expires")?,
        revoked: date("revoked")?,
    })
}

fn opened(key: &VaultKey, id: &str, sealed: &[u8]) -> Result<String, StoreError> {
    let words = key.open(TABLE, id, sealed)?;
    String::from_utf8(words.expose_secret().to_vec()).map_err(unreadable)
}
