use async_trait::async_trait;

use super::{MemoryStore, lock};
use crate::ports::{AuditEntry, AuditLog, AuditRow, StoreError, Verification};

pub(super) type Chain = Vec<AuditRow>;

#[async_trait]
impl AuditLog for MemoryStore {
    async fn append(&self, entry: &AuditEntry) -> Result<AuditRow, StoreError> {
        let mut chain = lock(&self.state.audit);
        let row = AuditRow::after(chain.last(), entry.clone());
        chain.push(row.clone());
        Ok(row)
    }

    async fn rows(&self, number: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let chain = lock(&self.state.audit);
        Ok(chain.iter().filter(|row| row.number >= number).take(limit).cloned().collect())
    }

    async fn verify(&self) -> Result<Verification, StoreError> {
        let chain = lock(&self.state.audit);
        let mut newest = None;
        for row in chain.iter() {
            if let Some(breach) = row.breach(newest, chain.len() as u64) {
                return Ok(Verification::Broken(breach));
            }
            newest = Some(row);
        }
        Ok(Verification::Whole { rows: chain.len() as u64 })
    }
}
