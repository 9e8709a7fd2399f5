use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::{DeliveryId, SessionId};

use super::queue::Row;
use super::{MemoryStore, lock};
use crate::ports::{Backlog, Deliveries, Delivery, DeliveryQuery, DeliveryState, Lane, Once, PartState, StoreError};

#[async_trait]
impl Deliveries for MemoryStore {
    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        Ok(lock(&self.state.outbox).row(id).map(|row| row.delivery.clone()))
    }

    async fn body(&self, id: DeliveryId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(lock(&self.state.outbox).row(id).map(|row| row.body.clone()))
    }

    async fn deliveries(&self, query: &DeliveryQuery, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let outbox = lock(&self.state.outbox);
        let is_meant = |delivery: &&Delivery| {
            query.session.is_none_or(|session| delivery.lane.session == session)
                && query.approval.is_none_or(|approval| delivery.approval == Some(approval))
                && (query.states.is_empty() || query.states.contains(&delivery.state))
                && query.before.is_none_or(|before| delivery.position < before)
        };
        Ok(outbox.rows().rev().map(|row| &row.delivery).filter(is_meant).take(limit).cloned().collect())
    }

    async fn of_message(&self, lane: Lane, message_id: i32) -> Result<Option<Delivery>, StoreError> {
        let outbox = lock(&self.state.outbox);
        let mut of_lane = outbox.rows().filter(|row| row.delivery.lane == lane);
        Ok(of_lane.find(|row| row.became(message_id)).map(|row| row.delivery.clone()))
    }

    async fn of_key(&self, once: &Once) -> Result<Vec<Delivery>, StoreError> {
        let outbox = lock(&self.state.outbox);
        let found = outbox.rows().filter(|row| row.delivery.once.as_ref() == Some(once));
        Ok(found.map(|row| row.delivery.clone()).collect())
    }

    async fn backlog(&self, session: Option<SessionId>) -> Result<Backlog, StoreError> {
        let now = self.state.clock.now();
        let outbox = lock(&self.state.outbox);
        let is_meant = |row: &&Row| session.is_none_or(|session| row.delivery.lane.session == session);
        let mut backlog = Backlog::default();
        for Delivery { state, not_before, .. } in outbox.rows().filter(is_meant).map(|row| &row.delivery) {
            match state {
                DeliveryState::Queued => {
                    backlog.queued += 1;
                    let next = not_before.filter(|not_before| *not_before > now);
                    backlog.next = [backlog.next, next].into_iter().flatten().min();
                }
                DeliveryState::Sending => backlog.sending += 1,
                DeliveryState::Failed | DeliveryState::Dead | DeliveryState::Unknown => backlog.stuck += 1,
                DeliveryState::Sent | DeliveryState::Replaced | DeliveryState::Expired => {}
            }
        }
        Ok(backlog)
    }

    async fn next_time(&self, session: SessionId, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let outbox = lock(&self.state.outbox);
        let waiting = outbox
            .rows()
            .map(|row| &row.delivery)
            .filter(|delivery| delivery.lane.session == session && delivery.state == DeliveryState::Queued);
        Ok(waiting.filter_map(|delivery| delivery.not_before).filter(|not_before| *not_before > after).min())
    }

    async fn forget_sent(&self, date: DateTime<Utc>) -> Result<(), StoreError> {
        lock(&self.state.outbox)
            .forget(|delivery| !delivery.state.is_stuck() && delivery.ended.is_some_and(|ended| ended < date));
        Ok(())
    }
}

impl Row {
    /// Whether the message is of it, whole or in part.
    fn became(&self, message_id: i32) -> bool {
        let of_part = |part: &PartState| match part {
            PartState::Sent { message_id, .. } => *message_id,
            PartState::Started { .. } | PartState::Unsent => None,
        };
        self.delivery.message_ids.contains(&message_id)
            || self.parts.values().any(|part| of_part(part) == Some(message_id))
    }
}
