use chrono::{DateTime, Utc};
use telegraphist_domain::SessionId;
use uuid::Uuid;

/// The time of day. Waiting is `tokio::time`'s business, which tests can pause.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// Fresh identifiers and randomness.
pub trait Ids: Send + Sync {
    /// For a new session; sorts by time.
    fn session(&self) -> SessionId;
    /// Finds one call in logs and audit; short and without meaning.
    fn correlation(&self) -> String;
    /// An idempotency key for a call that brought none; never repeats.
    fn idempotency_key(&self) -> String;
    /// For anything else; sorts by time.
    fn ordered(&self) -> Uuid;
    /// For what nobody may guess.
    fn unguessable(&self) -> Uuid;
}
