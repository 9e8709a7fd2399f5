//! Notices: what agents tell people.
//!
//! An event has a type, and the type says what it is to its reader; that and what people chose say whether it rings.
//! What was accepted is durably queued. Nothing that is shown is invented: it is what the agent gave, and no more.
//! Start with [`ringing`].

mod nearest;
mod quiet;
mod ringing;
mod zone;

pub use quiet::QuietHours;
pub use ringing::{Mode, NoticeClass, Ringing};
pub use zone::{NotAZone, Zone};
