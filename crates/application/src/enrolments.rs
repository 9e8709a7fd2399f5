//! Enrolments: somebody who has no terminal here signs a session in, by a link that its maker gives them.
//!
//! A link is good once, for a quarter of an hour, for the one session it was made for, and acts for whoever made it. It is
//! exchanged for a key that the page keeps; of both only keyed hashes are held. Everything is in memory, as is the sign-in
//! under way that it leads through: after a restart nobody finds a door half open. To read: `open`, `steps`, `book`.

mod book;
mod error;
mod open;
mod steps;
mod view;

pub(crate) use book::Enrolments;
pub use error::EnrolmentError;
pub use open::EnrolmentLink;
pub use view::{EnrolmentEnd, EnrolmentStage, EnrolmentView};
