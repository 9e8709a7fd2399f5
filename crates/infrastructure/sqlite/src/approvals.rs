use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use telegraphist_application::ports::{AppendError, ApprovalQuery, Approvals, StoreError};
use telegraphist_application::stored::date_of;
use telegraphist_domain::approval::{Card, Fingerprint};
use telegraphist_domain::{Aggregate, Approval, ApprovalEvent, ApprovalId, Timestamp};

use crate::errors::{store_error, unreadable};
use crate::kept::Kept;
use crate::streams::{self, Stream};
use crate::{SqliteStore, approval_rows};

#[async_trait]
impl Kept for Approval {
    async fn write_rows(
        connection: &mut SqliteConnection,
        id: ApprovalId,
        grown: &Stream<Self>,
        new: &[ApprovalEvent],
    ) -> Result<(), AppendError> {
        if let Some(approval) = &grown.state {
            approval_rows::write(connection, approval).await?;
            approval_rows::write_cards(connection, &id.to_string(), new).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Approvals for SqliteStore {
    async fn approvals(&self, query: &ApprovalQuery, limit: usize) -> Result<Vec<Approval>, StoreError> {
        let mut select: QueryBuilder<Sqlite> =
            QueryBuilder::new("WITH meant AS MATERIALIZED (SELECT position, id FROM approvals WHERE 1");
        if query.is_pending {
            select.push(" AND state = 'pending'");
        }
        if let Some(principal) = &query.principal {
            select.push(" AND principal = ").push_bind(principal);
        }
        if let Some(before) = query.before {
            // Nothing comes before one that is not known.
            select.push(" AND position < (SELECT position FROM approvals WHERE id = ");
            select.push_bind(before.to_string()).push(")");
        }
        select.push(" ORDER BY position DESC LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        select.push(") SELECT id, name, body FROM meant JOIN events ON kind = ").push_bind(Approval::NAME);
        select.push(" AND stream = id ORDER BY position DESC, version");
        let rows: Vec<(String, String, String)> =
            select.build_query_as().fetch_all(&mut *self.reader().await?).await.map_err(store_error)?;
        folded(rows)
    }

    async fn approval_on(&self, card: Card) -> Result<Option<ApprovalId>, StoreError> {
        let id: Option<String> =
            sqlx::query_scalar("SELECT approval FROM approval_cards WHERE session = ? AND chat = ? AND message = ?")
                .bind(card.session.to_string())
                .bind(card.chat.0)
                .bind(card.message.0)
                .fetch_optional(&mut *self.reader().await?)
                .await
                .map_err(store_error)?;
        id.map(|id| id.parse().map_err(unreadable)).transpose()
    }

    async fn pending_about(
        &self,
        principal: &str,
        generation: &str,
        tool: &str,
        arguments: Fingerprint,
    ) -> Result<Option<ApprovalId>, StoreError> {
        let id: Option<String> = sqlx::query_scalar(
            "SELECT id FROM approvals
             WHERE principal = ? AND generation = ? AND tool = ? AND arguments = ? AND state IN ('pending', 'decided')
             ORDER BY position DESC LIMIT 1",
        )
        .bind(principal)
        .bind(generation)
        .bind(tool)
        .bind(arguments.0.as_slice())
        .fetch_optional(&mut *self.reader().await?)
        .await
        .map_err(store_error)?;
        id.map(|id| id.parse().map_err(unreadable)).transpose()
    }

    async fn pending_approvals(&self) -> Result<(u64, Option<DateTime<Utc>>), StoreError> {
        let (count, next): (i64, Option<i64>) =
            sqlx::query_as("SELECT count(*), min(expires) FROM approvals WHERE state = 'pending'")
                .fetch_one(&mut *self.reader().await?)
                .await
                .map_err(store_error)?;
        Ok((count.unsigned_abs(), next.map(|expires| date_of(Timestamp(expires)))))
    }
}

/// The fold of each stream; the rows of one come after each other.
fn folded(rows: Vec<(String, String, String)>) -> Result<Vec<Approval>, StoreError> {
    let mut approvals = Vec::new();
    let mut open: Option<(String, Option<Approval>)> = None;
    for (id, name, body) in rows {
        let event = streams::event::<Approval>(name, body)?;
        let state = if let Some((_, state)) = open.take_if(|(of, _)| *of == id) {
            state
        } else {
            approvals.extend(open.take().and_then(|(_, state)| state));
            None
        };
        open = Some((id, Approval::evolve(state, &event)));
    }
    approvals.extend(open.and_then(|(_, state)| state));
    Ok(approvals)
}
