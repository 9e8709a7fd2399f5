//! The adapter against the sandbox; and, for what the sandbox does not do, against a stand-in for the Bot API.

mod cards;
mod files;
mod hearing;
mod messages;
mod operations;
mod receiving;
mod stage;
mod stand_in;
mod trouble;
mod webhook;
