//! What can be done with sessions, one file per use case; each is a method of [`Application`](crate::Application).
//!
//! Sessions are the owner's business. Nothing but removing deletes one: a login that Telegram does not accept any more
//! becomes a state that says why. To read: `record`, which every use case ends in, then any of them.

mod view;

pub use view::view_of;
