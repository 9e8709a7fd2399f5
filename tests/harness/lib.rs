//! What the stories and the bench stand on: the built programs, a home of their own for each story, and clients.
//!
//! Everything runs through real processes and real sockets. A program that was not built, or a client that was not
//! fetched, fails with a sentence that says how to get it.

mod home;
mod programs;
mod stdio;

pub use home::Home;
pub use programs::{node_tool, program, python, repository};
pub use stdio::{Era, Stdio, failure_of};

use std::time::Duration;

/// How long a story waits for anything before it gives up: long, because machines are slow, and never slept through.
pub const PATIENCE: Duration = Duration::from_secs(60);
