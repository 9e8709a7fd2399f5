//! Telegram in a box: one world, played to unmodified clients on loopback.
//!
//! Any client library that can be given a session with an address and a key can be tested against it: grammers, Telethon, GramJS. There is no
//! handshake; keys are made by [`Sandbox::keys_for`] or over the control port, so a client that holds one can reach the box and nothing else.
//! What the box had to guess about the real Telegram is listed in `docs/ASSUMED.md`.
//!
//! Start at [`Sandbox::start`]; then [`rpc::dispatch`] for what a request does, and [`wire::Wire`] for how it arrives.

mod bot_api;
mod control;
mod faults;
mod phone;
pub mod provision;
pub mod rpc;
mod sandbox;
mod server;
pub mod wire;
pub mod world;

pub use bot_api::{Flood, page as bot_api_page};
pub use faults::bots::{BotFault, BotTrouble};
pub use faults::{ANY_METHOD, Fault};
pub use sandbox::{
    AccountInfo, Actor, Answered, Info, Mail, MailButton, Name, Options, Revocation, Sandbox, SandboxError, Words,
};
pub use server::Counters;
pub use world::Seed;
pub use world::company::{FileKind, Sending};

/// The example of the README, compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
