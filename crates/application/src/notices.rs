//! Notices: what agents tell people.
//!
//! An event has a type, and the type says what it is to its reader; that and what people chose say whether it rings.
//! What was accepted is durably queued. Nothing that is shown is invented: it is what the agent gave, and no more.
//! Start with [`events`], then [`render`].

mod accept;
mod arguments;
mod buttons;
mod data;
mod events;
mod facts;
mod line;
mod nearest;
mod notice;
mod quiet;
mod render;
#[cfg(test)]
mod render_tests;
mod responses;
mod ringing;
mod status;
#[cfg(test)]
mod tests;
mod zone;

pub(crate) use accept::Telling;
pub(crate) use arguments::{check_id, check_source, check_title, check_topic, check_words};
pub(crate) use data::check as check_data;
pub use events::{Category, EVENT_TYPES, EventType, event_types};
pub(crate) use events::{MESSAGE, event_type, nearest_type};
pub(crate) use line::Lines;
pub(crate) use notice::Notice;
pub use quiet::QuietHours;
pub use ringing::{Mode, NoticeClass, Ringing};
pub use zone::{NotAZone, Zone};
