use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::{ChatId, DeliveryId, SessionId};

use super::{MemoryStore, lock};
use crate::ports::{Attempted, Claimed, Delivery, NewDelivery, Outbox, PartState, Queued, StoreError};

#[async_trait]
impl Outbox for MemoryStore {
    async fn enqueue(&self, deliveries: &[NewDelivery]) -> Result<Vec<Queued>, StoreError> {
        let now = self.state.clock.now();
        Ok(lock(&self.state.outbox).enqueue(deliveries, now)?)
    }

    async fn claim(
        &self,
        session: SessionId,
        now: DateTime<Utc>,
        busy: &[ChatId],
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        Ok(lock(&self.state.outbox).claim(session, now, busy, limit))
    }

    async fn note_parts(&self, id: DeliveryId, parts: &[(u32, PartState)]) -> Result<(), StoreError> {
        lock(&self.state.outbox).note_parts(id, parts);
        Ok(())
    }

    async fn finish(
        &self,
        id: DeliveryId,
        parts: &[(u32, PartState)],
        how: &Attempted,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        lock(&self.state.outbox).finish(id, parts, how, now);
        Ok(())
    }

    async fn recover(&self, session: SessionId, now: DateTime<Utc>) -> Result<Vec<Delivery>, StoreError> {
        Ok(lock(&self.state.outbox).recover(session, now))
    }

    async fn requeue(&self, id: DeliveryId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(lock(&self.state.outbox).requeue(id, now))
    }
}
