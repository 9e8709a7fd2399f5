//! The server as clients see it, over an in-memory stream, on in-memory stores and a scripted Telegram.
#![expect(clippy::needless_pass_by_value, reason = "JSON literals read best as plain arguments")]

mod approvals;
mod bad_lines;
mod catalogue;
mod clients;
mod confirmation;
mod endpoint;
mod fixtures;
mod lists;
mod live;
mod phone;
mod resources;
mod results;
mod schemas;
mod script;
mod signing_in;
mod wire;
mod world;
