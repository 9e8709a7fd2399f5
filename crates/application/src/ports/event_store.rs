use async_trait::async_trait;
use telegraphist_domain::{Aggregate, DeliveryId};

use crate::ports::{StoreError, Together};

/// How many events a stream has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u64);

/// An aggregate and the version it was loaded at.
#[derive(Debug, Clone)]
pub struct Loaded<A> {
    /// The state.
    pub state: A,
    /// Pass it to `append`.
    pub version: Version,
}

/// Why events were not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended first: load again and decide again.
    #[error("the stream has moved on")]
    Conflict,
    /// What only one stream can have is another's: a session's name, an agent's place.
    #[error("the name is taken")]
    NameTaken,
    /// What was to be queued with the events was queued before, under the same key in the same lane.
    #[error("it was queued before")]
    AlreadyQueued(DeliveryId),
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The streams of one kind of aggregate. What `append` acknowledged survives power loss, and the views that depend on
/// it changed in the same transaction.
#[async_trait]
pub trait EventStore<A: Aggregate>: Send + Sync {
    /// MUST give the fold of all events appended for `id`, or `None` if there are none or the fold is empty.
    async fn load(&self, id: A::Id) -> Result<Option<Loaded<A>>, StoreError>;

    /// MUST append all of `events` or none. MUST answer `Conflict` if the stream's version is not `expected`; a stream
    /// that was never written has version 0. MUST answer `NameTaken` if another stream holds a name that these events
    /// claim; a removed stream holds none. A session claims its name; a conversation its place, for its agent. Nothing to
    /// append is no error and gives `expected` if that is the version. MUST keep what comes `together` in the same
    /// transaction, also where there is nothing to append, and answer `AlreadyQueued` and append nothing if one of its
    /// deliveries has a key that was used before in its lane.
    async fn append(
        &self,
        id: A::Id,
        expected: Version,
        events: &[A::Event],
        together: &Together,
    ) -> Result<Version, AppendError>;
}
