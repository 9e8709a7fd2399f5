//! What bots hear: read from the inbox in the order of each chat, and followed.
//!
//! Everything was stored before it is read here, and may be read twice: after a crash the same update comes again, and
//! what it leads to carries keys made of its position, so that nobody is answered twice and nothing is recorded twice.
//! An update whose handling breaks costs itself and nothing else. Start with [`desk`], one for each bot.

mod choices;
mod commands;
mod desk;
mod door;
mod listen;
mod look;
mod reply;
mod taps;
#[cfg(test)]
mod tests;
mod update;
mod words;

pub use look::HeardUpdate;
pub(crate) use reply::Reply;
pub(crate) use taps::NOTICE_TAP;
pub(crate) use update::Update;
