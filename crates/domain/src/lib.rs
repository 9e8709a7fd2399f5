//! The domain: what a session is and what may happen to it.
//!
//! Pure. Nothing here knows what time it is, can fail to reach anything, or has heard of JSON; time, randomness and
//! ids arrive as arguments. Start with [`Session`].

mod aggregate;
mod ids;
pub mod references;
pub mod session;
mod timestamp;

pub use aggregate::Aggregate;
pub use ids::{ChatId, MessageId, SessionId, UserId};
pub use references::{Bare, ChatRef, MessageRef};
pub use session::{Session, SessionEvent, SessionKind, SessionName, SessionState};
pub use timestamp::Timestamp;
