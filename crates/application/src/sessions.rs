//! What can be done with sessions, one file per use case; each is a method of [`Application`](crate::Application).
//!
//! Sessions are the owner's business. Nothing but removing deletes one: a login that Telegram does not accept any more
//! becomes a state that says why. To read: `record`, which every use case goes through, then any of them.

mod api;
mod create_session;
mod disconnect_session;
mod error;
mod export_session;
mod import_session;
mod log_out;
mod look;
mod need_login;
mod record;
mod remove_session;
mod rename_session;
mod request_code;
mod set_default_session;
mod sign_in_bot;
mod sign_in_by_qr;
mod submit_code;
mod submit_password;
#[cfg(test)]
mod tests;
mod view;

pub use error::SessionError;
pub(crate) use record::authorise;
pub use view::view_of;
