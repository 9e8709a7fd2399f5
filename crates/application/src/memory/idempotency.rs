use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{MemoryStore, lock};
use crate::ports::{CallKey, Claim, Entry, Idempotency, Outcome, PartState, StoreError};

pub(super) type Calls = HashMap<CallKey, Entry>;

#[async_trait]
impl Idempotency for MemoryStore {
    async fn look_up(&self, key: &CallKey) -> Result<Option<Entry>, StoreError> {
        Ok(lock(&self.state.calls).get(key).cloned())
    }

    async fn claim(&self, key: &CallKey, claim: &Claim) -> Result<Option<Entry>, StoreError> {
        let mut calls = lock(&self.state.calls);
        if let Some(entry) = calls.get(key) {
            return Ok(Some(entry.clone()));
        }
        calls.insert(key.clone(), Entry { claim: claim.clone(), parts: Vec::new(), outcome: None });
        Ok(None)
    }

    async fn note_part(&self, key: &CallKey, part: u32, state: &PartState) -> Result<(), StoreError> {
        if let Some(entry) = lock(&self.state.calls).get_mut(key) {
            entry.parts.retain(|(number, _)| *number != part);
            entry.parts.push((part, state.clone()));
            entry.parts.sort_by_key(|(number, _)| *number);
        }
        Ok(())
    }

    async fn finish(&self, key: &CallKey, outcome: &Outcome) -> Result<(), StoreError> {
        if let Some(entry) = lock(&self.state.calls).get_mut(key) {
            entry.outcome = Some(outcome.clone());
        }
        Ok(())
    }

    async fn release(&self, key: &CallKey) -> Result<(), StoreError> {
        lock(&self.state.calls)
            .retain(|other, entry| other != key || entry.outcome.is_some() || !entry.parts.is_empty());
        Ok(())
    }

    async fn forget_before(&self, date: DateTime<Utc>) -> Result<(), StoreError> {
        lock(&self.state.calls).retain(|_, entry| entry.claim.at >= date);
        Ok(())
    }
}
