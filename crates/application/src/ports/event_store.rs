use async_trait::async_trait;
use telegraphist_domain::Aggregate;

use crate::ports::StoreError;

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
    /// A unique name is taken by another stream.
    #[error("the name is taken")]
    NameTaken,
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
    /// claim; a removed stream holds none. Nothing to append is no error and gives `expected` if that is the version.
    async fn append(&self, id: A::Id, expected: Version, events: &[A::Event]) -> Result<Version, AppendError>;
}
