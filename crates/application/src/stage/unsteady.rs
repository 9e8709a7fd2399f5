//! Sessions in a store that fails when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use telegraphist_domain::{Session, SessionEvent, SessionId};

use crate::memory::MemoryStore;
use crate::ports::{AppendError, EventStore, Loaded, StoreError, Together, Version};

/// The store, and how often it still fails.
pub(super) struct Unsteady {
    store: Arc<dyn EventStore<Session>>,
    failures: AtomicUsize,
}

impl Unsteady {
    pub(super) fn new(store: &Arc<MemoryStore>) -> Self {
        Self { store: Arc::clone(store) as Arc<dyn EventStore<Session>>, failures: AtomicUsize::new(0) }
    }

    /// The next time that a session is loaded fails.
    pub(super) fn fail(&self) {
        self.failures.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn is_steady(&self) -> bool {
        self.failures.load(Ordering::SeqCst) == 0
    }
}

/// Takes one off a count, if anything is left of it.
pub(super) fn spend(count: &AtomicUsize) -> bool {
    count.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

#[async_trait]
impl EventStore<Session> for Unsteady {
    async fn load(&self, id: SessionId) -> Result<Option<Loaded<Session>>, StoreError> {
        if spend(&self.failures) {
            return Err(StoreError::Unavailable("no disk".into()));
        }
        self.store.load(id).await
    }

    async fn append(
        &self,
        id: SessionId,
        expected: Version,
        events: &[SessionEvent],
        together: &Together,
    ) -> Result<Version, AppendError> {
        self.store.append(id, expected, events, together).await
    }
}
