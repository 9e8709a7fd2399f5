//! What every aggregate is: a fold over its events.

/// A state that is nothing but the fold of its events.
///
/// Decisions are methods of the implementing type, named by verbs; they return the events or a refusal. Births are
/// associated functions, because before the first event there is nobody to ask.
pub trait Aggregate: Sized + Clone + Send + Sync + 'static {
    /// Identifies one stream of events.
    type Id: Copy + Send + Sync + 'static;
    /// What can have happened.
    type Event: Clone + Send + Sync + 'static;
    /// The name of the stream kind in stores, for example `session`.
    const NAME: &'static str;

    /// The state after `event`. Total: an event that does not fit leaves the state as it is.
    fn evolve(state: Option<Self>, event: &Self::Event) -> Option<Self>;

    /// Folds a whole stream.
    fn replay<'a>(events: impl IntoIterator<Item = &'a Self::Event>) -> Option<Self> {
        events.into_iter().fold(None, Self::evolve)
    }
}
