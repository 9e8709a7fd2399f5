//! What the stories and the bench stand on: the built programs, a home of their own for each story, and clients.
//!
//! Everything runs through real processes and real sockets. A program that was not built, or a client that was not
//! fetched, fails with a sentence that says how to get it.

mod bot;
mod checks;
pub mod control;
mod gateway;
mod home;
mod http_demo;
mod issuer;
mod key_ring;
mod nginx;
mod programs;
mod sandbox;
mod stdio;

pub use bot::BotStage;
pub use checks::all_hold;
pub use gateway::{Answer, Gateway, code};
pub use home::Home;
pub use http_demo::{HttpDemo, found};
pub use issuer::Issuer;
pub use key_ring::KeyRing;
pub use nginx::Nginx;
pub use programs::{
    node_modules, node_tool, program, python, python_for_bots, python_for_fastmcp, repository, schemathesis,
};
pub use sandbox::Sandbox;
pub use stdio::{Era, Stdio, failure_of};

use std::time::Duration;

/// How long a story waits for anything before it gives up: long, because machines are slow, and never slept through.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// How long a story lets others work before it looks again.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Waits for a condition, up to the patience of stories.
pub fn until(mut holds: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "the condition never held");
        pause();
    }
}

/// Leaves the processor to those who are waited for. Whoever only yields it keeps it busy with looking, each time through
/// the sandbox, and takes it from the very programs that are to do what is looked for.
pub fn pause() {
    std::thread::park_timeout(LOOK_EVERY);
}
