//! Telegram user accounts, on grammers: the adapter behind the ports `Connections` and `SignIn`.
//!
//! Nothing here retries a write on its own, deletes a session because of an answer, or opens one session twice. To
//! read: [`Mtproto`], then `account` (how one request becomes one answer), `line` (one supervised connection),
//! `places` (who is connected), `updates` (what arrives unasked), `sign_in`.

mod account;
mod acquainted;
mod backoff;
mod call_error;
mod connection;
mod connections;
mod convert;
mod data_centres;
mod errors;
mod known_peers;
mod line;
mod lost_logins;
mod media;
mod mtproto;
mod operations;
mod peers;
mod places;
mod resolve;
mod sign_in;
mod storage;
mod updates;

pub use data_centres::{DcOption, NotADcOption};
pub use mtproto::{Mtproto, MtprotoPorts, MtprotoSettings};

#[cfg(test)]
mod tests;
