//! Telegram bots, on teloxide: the adapter behind the ports `Connections` and `Bots`.
//!
//! Nothing here repeats a write whose outcome is unknown, confirms an update before it is stored, or shows a token. To
//! read: [`BotAccounts`], then `account` (how one request becomes one answer), `wire` (one exchange with the Bot API),
//! `reception` (how updates come), `hearing` (what they say).

mod account;
mod acquainted;
mod api;
mod bots;
mod call_error;
mod connections;
mod convert;
mod errors;
mod hearing;
mod known_peers;
mod operations;
mod port;
mod reception;
mod sign_in;
mod token;
mod tokens;
mod wire;

pub use bots::{BotAccounts, BotPorts, BotSettings};

#[cfg(test)]
mod tests;
