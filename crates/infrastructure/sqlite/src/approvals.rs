use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use telegraphist_application::ports::{
    AppendError, ApprovalQuery, Approvals, EventStore, Loaded, StoreError, Together, Version,
};
use telegraphist_application::stored::date_of;
use telegraphist_domain::approval::{Card, Fingerprint};
use telegraphist_domain::{Aggregate, Approval, ApprovalEvent, ApprovalId, Timestamp};

use crate::errors::{store_error, unreadable};
use crate::streams::{self, Stream};
use crate::together::SealedTogether;
use crate::{SqliteStore, approval_rows};

#[async_trait]
impl EventStore<Approval> for SqliteStore {
    async fn load(&self, id: ApprovalId) -> Result<Option<Loaded<Approval>>, StoreError> {
        let stream: Stream<Approval> = streams::replayed(&mut *self.reader().await?, &id.to_string()).await?;
        Ok(stream.loaded())
    }

    async fn append(
        &self,
        id: ApprovalId,
        expected: Version,
        events: &[ApprovalEvent],
        together: &Together,
    ) -> Result<Version, AppendError> {
        let key = self.key().await;
        let together = SealedTogether::new(&key, together, self.inner.clock.now());
        let new = events.to_vec();
        self.write(move |connection| Box::pin(async move { append(connection, id, expected, &new, together).await }))
            .await
    }
}

async fn append(
    connection: &mut SqliteConnection,
    id: ApprovalId,
    expected: Version,
    new: &[ApprovalEvent],
    together: SealedTogether,
) -> Result<Version, AppendError> {
    let row = id.to_string();
    let current: Stream<Approval> = streams::replayed(connection, &row).await?;
    let Stream { state, version } = current.grown(expected, new)?;
    streams::write::<Approval>(connection, &row, expected, new).await?;
    if let Some(approval) = state.filter(|_| !new.is_empty()) {
        approval_rows::write(connection, &approval).await?;
        approval_rows::write_cards(connection, &row, new).await?;
    }
    together.write(connection).await?;
    Ok(version)
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
