use std::collections::HashMap;
use std::hash::Hash;

use telegraphist_domain::Aggregate;

use super::{MemoryStore, lock};
use crate::ports::{AppendError, Loaded, StoreError, Together, Version};

/// The streams of one kind of aggregate, folded.
pub(super) struct Streams<A: Aggregate>(HashMap<A::Id, Stream<A>>);

/// One of them.
#[derive(Clone)]
pub(super) struct Stream<A> {
    pub(super) state: Option<A>,
    pub(super) version: Version,
}

impl<A: Aggregate> Default for Streams<A> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<A: Aggregate<Id: Eq + Hash>> Streams<A> {
    pub(super) fn load(&self, id: A::Id) -> Option<Loaded<A>> {
        let Stream { state, version } = self.0.get(&id)?;
        Some(Loaded { state: state.clone()?, version: *version })
    }

    pub(super) fn state(&self, id: A::Id) -> Option<&A> {
        self.0.get(&id)?.state.as_ref()
    }

    pub(super) fn states(&self) -> impl Iterator<Item = &A> {
        self.0.values().filter_map(|stream| stream.state.as_ref())
    }

    /// The stream as it will be with `events`.
    pub(super) fn grown(&self, id: A::Id, expected: Version, events: &[A::Event]) -> Result<Stream<A>, AppendError> {
        let Stream { state, version } = self.0.get(&id).cloned().unwrap_or(Stream { state: None, version: Version(0) });
        if version != expected {
            return Err(AppendError::Conflict);
        }
        Ok(Stream { state: events.iter().fold(state, A::evolve), version: Version(version.0 + events.len() as u64) })
    }

    /// From now on it is so.
    pub(super) fn put(&mut self, id: A::Id, grown: Stream<A>) -> Version {
        let version = grown.version;
        self.0.insert(id, grown);
        version
    }
}

impl MemoryStore {
    /// Keeps what comes with events, or nothing. The last thing that an append can fail with.
    pub(super) fn keep_together(&self, together: &Together) -> Result<(), AppendError> {
        let now = self.state.clock.now();
        let mut outbox = lock(&self.state.outbox);
        if let Some(earlier) = outbox.earlier_of(&together.deliveries) {
            return Err(AppendError::AlreadyQueued(earlier));
        }
        outbox.enqueue(&together.deliveries, now).map_err(StoreError::from)?;
        lock(&self.state.contents).keep(&together.contents, now);
        Ok(())
    }
}
