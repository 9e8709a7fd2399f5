//! Notices: what agents tell people.
//!
//! An event has a type, and the type says what it is to its reader; that and what people chose say whether it rings.
//! What was accepted is durably queued. Nothing that is shown is invented: it is what the agent gave, and no more.
//! Start with [`events`], then [`render`].

mod buttons;
mod data;
mod events;
mod facts;
mod nearest;
mod notice;
mod quiet;
mod render;
#[cfg(test)]
mod render_tests;
mod ringing;
mod zone;

pub use events::{Category, EVENT_TYPES, EventType};
pub use quiet::QuietHours;
pub use ringing::{Mode, NoticeClass, Ringing};
pub use zone::{NotAZone, Zone};
