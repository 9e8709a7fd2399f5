use std::sync::Arc;

use super::{FixedClock, MemoryKeyRing, MemoryStore, lock};
use crate::contracts::{self, Place};
use crate::ports::{AuditEntry, AuditLog, AuditRow, Breach, Clock, Tampering, Verification};

/// One store, whose clones are all there is after a "restart".
struct InMemory {
    clock: Arc<FixedClock>,
    store: MemoryStore,
}

impl InMemory {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::default());
        Self { store: MemoryStore::new(clock.clone()), clock }
    }
}

impl Place for InMemory {
    type Store = MemoryStore;

    fn clock(&self) -> &FixedClock {
        &self.clock
    }

    async fn open(&self) -> MemoryStore {
        self.store.clone()
    }
}

crate::contract_tests!(InMemory::new(), 1_000);

#[tokio::test]
async fn a_key_ring_keeps_the_contract_of_key_places() {
    contracts::key_place::keys_are_kept_until_they_are_forgotten(&MemoryKeyRing::default()).await;
}

#[tokio::test]
async fn a_changed_row_breaks_the_chain() {
    let store = InMemory::new().store;
    let entry = AuditEntry {
        at: FixedClock::default().now(),
        principal: "owner".into(),
        session: None,
        operation: "sign_in".into(),
        chats: Vec::new(),
        outcome: "ok".into(),
        correlation_id: "c".into(),
        arguments: None,
    };
    for _ in 0..3 {
        store.append(&entry).await.unwrap();
    }
    let broken = |at, how| Verification::Broken(Breach { at, how });
    lock(&store.state.audit)[1].entry.outcome = "forbidden".into();
    assert_eq!(store.verify().await.unwrap(), broken(2, Tampering::Changed));
    // Whoever hashes it anew has to do so with all that follow.
    {
        let mut chain = lock(&store.state.audit);
        chain[1] = AuditRow::after(Some(&chain[0]), chain[1].entry.clone());
    }
    assert_eq!(store.verify().await.unwrap(), broken(3, Tampering::Unlinked));
}
