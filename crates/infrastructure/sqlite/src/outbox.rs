//! What waits to be sent.
//!
//! Every lane with somebody in line and nothing under way has one row that says how urgent it is, who is the oldest and
//! from when on they can be sent. Whatever changes a lane writes that row anew, so a claim reads as many rows as it
//! gives, however many wait. Start with `claim`, then `lanes`.

mod claim;
mod ends;
mod enqueue;
mod lanes;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use telegraphist_application::ports::{
    Attempted, Claimed, Delivery, NewDelivery, Outbox, PartState, Queued, StoreError,
};
use telegraphist_application::sealing::VaultKey;
use telegraphist_domain::{ChatId, DeliveryId, SessionId};

use crate::SqliteStore;
use crate::errors::unreadable;
use crate::sealing::SealedColumn;

#[cfg(test)]
pub(crate) use claim::QUERIES;
pub(crate) use enqueue::{SealedDelivery, enqueue};

/// What sealed bodies are bound to, with the delivery's id.
const TABLE: &str = "outbox.body";

pub(crate) const SEALED: SealedColumn = SealedColumn {
    table: TABLE,
    page: "SELECT delivery, sealed FROM outbox_bodies WHERE delivery > ? ORDER BY delivery LIMIT ?",
    update: "UPDATE outbox_bodies SET sealed = ?2 WHERE delivery = ?1",
};

/// The kind of their positions.
const POSITIONS: &str = "outbox";

/// What a delivery says.
pub(crate) fn opened(key: &VaultKey, id: DeliveryId, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    Ok(key.open(TABLE, &id.to_string(), sealed)?.expose_secret().to_vec())
}

#[async_trait]
impl Outbox for SqliteStore {
    async fn enqueue(&self, deliveries: &[NewDelivery]) -> Result<Vec<Queued>, StoreError> {
        let now = self.inner.clock.now();
        let key = self.key().await;
        let sealed: Vec<_> = deliveries.iter().map(|delivery| SealedDelivery::new(&key, delivery)).collect();
        self.write(move |connection| Box::pin(async move { enqueue(connection, &sealed, now).await })).await
    }

    async fn claim(
        &self,
        session: SessionId,
        now: DateTime<Utc>,
        busy: &[ChatId],
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let key = self.key().await;
        let busy: Vec<i64> = busy.iter().map(|chat| chat.0).collect();
        let turn = claim::Turn {
            session: session.to_string(),
            now: now.timestamp_micros(),
            busy: serde_json::to_string(&busy).map_err(unreadable)?,
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
        };
        let claimed =
            self.write(move |connection| Box::pin(async move { claim::claim(connection, &turn).await })).await?;
        let opened = claimed.into_iter().map(|claimed| {
            let body = opened(&key, claimed.delivery.id, &claimed.sealed)?;
            Ok(Claimed { delivery: claimed.delivery, body, parts: claimed.parts })
        });
        opened.collect()
    }

    async fn note_parts(&self, id: DeliveryId, parts: &[(u32, PartState)]) -> Result<(), StoreError> {
        let parts = parts.to_vec();
        self.write(move |connection| Box::pin(async move { ends::note_parts(connection, id, &parts).await })).await
    }

    async fn finish(
        &self,
        id: DeliveryId,
        parts: &[(u32, PartState)],
        how: &Attempted,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (parts, how) = (parts.to_vec(), how.clone());
        self.write(move |connection| Box::pin(async move { ends::finish(connection, id, &parts, &how, now).await }))
            .await
    }

    async fn recover(&self, session: SessionId, now: DateTime<Utc>) -> Result<Vec<Delivery>, StoreError> {
        self.write(move |connection| Box::pin(ends::recover(connection, session, now))).await
    }

    async fn requeue(&self, id: DeliveryId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.write(move |connection| Box::pin(ends::requeue(connection, id, now))).await
    }
}
