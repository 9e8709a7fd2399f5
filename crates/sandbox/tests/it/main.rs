//! The box as clients see it that nobody here wrote: grammers in this process, and the control port over HTTP.
//!
//! Every test starts its own box. Nothing sleeps: tests wait for an update or an answer, with a deadline.

#![expect(clippy::large_futures, reason = "the futures of grammers are large, and a test has a stack of its own")]

mod bot_api;
mod client;
mod control;
mod files;
mod phone;
mod reading;
mod signing_in;
mod trouble;
mod updates;
mod writing;
