use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, Sqlite};
use telegraphist_application::ports::{
    Backlog, Deliveries, Delivery, DeliveryQuery, DeliveryState, Lane, Once, StoreError,
};
use telegraphist_domain::{DeliveryId, SessionId};

use crate::SqliteStore;
use crate::delivery_rows::{delivery, select};
use crate::errors::store_error;
use crate::outbox;
use crate::statement::Statement;

#[async_trait]
impl Deliveries for SqliteStore {
    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let row = sqlx::query(select!("WHERE id = ?"))
            .bind(id.to_string())
            .fetch_optional(&mut *self.reader().await?)
            .await
            .map_err(store_error)?;
        row.map(|row| delivery(&row)).transpose()
    }

    async fn body(&self, id: DeliveryId) -> Result<Option<Vec<u8>>, StoreError> {
        let key = self.key().await;
        let sealed: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM outbox_bodies WHERE delivery = ?")
            .bind(id.to_string())
            .fetch_optional(&mut *self.reader().await?)
            .await
            .map_err(store_error)?;
        sealed.map(|sealed| outbox::opened(&key, id, &sealed)).transpose()
    }

    async fn deliveries(&self, query: &DeliveryQuery, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let mut select: QueryBuilder<Sqlite> = QueryBuilder::new(select!("WHERE 1"));
        if let Some(session) = query.session {
            select.push(" AND session = ").push_bind(session.to_string());
        }
        if let Some(approval) = query.approval {
            select.push(" AND approval = ").push_bind(approval.to_string());
        }
        if let Some(before) = query.before {
            select.push(" AND position < ").push_bind(i64::try_from(before).unwrap_or(i64::MAX));
        }
        if !query.states.is_empty() {
            select.push(" AND state IN (");
            let mut states = select.separated(", ");
            for state in &query.states {
                states.push_bind(state.as_str());
            }
            select.push(")");
        }
        select.push(" ORDER BY position DESC LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = select.build().fetch_all(&mut *self.reader().await?).await.map_err(store_error)?;
        rows.iter().map(delivery).collect()
    }

    async fn of_message(&self, lane: Lane, message_id: i32) -> Result<Option<Delivery>, StoreError> {
        let row = sqlx::query(select!(
            "WHERE id IN (SELECT delivery FROM outbox_messages WHERE message = ?3
                          UNION SELECT delivery FROM outbox_parts WHERE message = ?3)
                 AND session = ?1 AND chat = ?2
             ORDER BY position LIMIT 1"
        ))
        .bind(lane.session.to_string())
        .bind(lane.chat.0)
        .bind(message_id)
        .fetch_optional(&mut *self.reader().await?)
        .await
        .map_err(store_error)?;
        row.map(|row| delivery(&row)).transpose()
    }

    async fn of_key(&self, once: &Once) -> Result<Vec<Delivery>, StoreError> {
        let rows = sqlx::query(select!("WHERE principal = ? AND key = ? ORDER BY position"))
            .bind(&once.principal)
            .bind(&once.key)
            .fetch_all(&mut *self.reader().await?)
            .await
            .map_err(store_error)?;
        rows.iter().map(delivery).collect()
    }

    async fn backlog(&self, session: Option<SessionId>) -> Result<Backlog, StoreError> {
        let session = session.map(|session| session.to_string());
        let mut reader = self.reader().await?;
        let queued = count(&mut reader, &[DeliveryState::Queued], session.as_deref()).await?;
        let sending = count(&mut reader, &[DeliveryState::Sending], session.as_deref()).await?;
        let stuck = [DeliveryState::Failed, DeliveryState::Dead, DeliveryState::Unknown];
        let stuck = count(&mut reader, &stuck, session.as_deref()).await?;
        let next = next_time(&mut reader, session.as_deref(), self.inner.clock.now()).await?;
        Ok(Backlog { queued, sending, stuck, next })
    }

    async fn next_time(&self, session: SessionId, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        next_time(&mut *self.reader().await?, Some(&session.to_string()), after).await
    }

    async fn forget_sent(&self, date: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(move |connection| {
            Box::pin(async move {
                // The body, parts and messages go with it.
                sqlx::query("DELETE FROM outbox WHERE state IN ('sent', 'replaced', 'expired') AND ended < ?")
                    .bind(date.timestamp_micros())
                    .run(connection)
                    .await
            })
        })
        .await
    }
}

/// How many are in one of these states, in a session or in all; counted on `outbox_by_state` alone.
async fn count(
    connection: &mut sqlx::SqliteConnection,
    states: &[DeliveryState],
    session: Option<&str>,
) -> Result<u64, StoreError> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT count(*) FROM outbox WHERE state IN (");
    let mut names = query.separated(", ");
    for state in states {
        names.push_bind(state.as_str());
    }
    query.push(")");
    if let Some(session) = session {
        query.push(" AND session = ").push_bind(session);
    }
    let count: i64 = query.build_query_scalar().fetch_one(connection).await.map_err(store_error)?;
    Ok(count.unsigned_abs())
}

/// The first time later than `after` that something queued waits for; one look-up in `outbox_timed`.
async fn next_time(
    connection: &mut sqlx::SqliteConnection,
    session: Option<&str>,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let mut next: QueryBuilder<Sqlite> = QueryBuilder::new(
        "SELECT not_before FROM outbox INDEXED BY outbox_timed
         WHERE state = 'queued' AND not_before IS NOT NULL AND not_before > ",
    );
    next.push_bind(after.timestamp_micros());
    if let Some(session) = session {
        next.push(" AND session = ").push_bind(session);
    }
    next.push(" ORDER BY not_before LIMIT 1");
    let next: Option<i64> = next.build_query_scalar().fetch_optional(connection).await.map_err(store_error)?;
    Ok(next.and_then(DateTime::from_timestamp_micros))
}
