//! The binary: composition root and command line.
//!
//! Without a command it is what an MCP client starts: a relay to the daemon that owns the profile. To read:
//! [`commands`], one file each; [`relay`]; [`daemon`], which everything else talks to; [`compose`], where adapters and
//! application meet. Only the owner of a profile opens its store; nothing but the protocol goes to standard output of
//! a server.

mod arguments;
mod claim;
mod commands;
mod compose;
mod control;
mod daemon;
#[cfg(feature = "demo")]
mod demo;
mod environment;
mod exit;
mod numbers;
mod places;
mod settings;
mod stdio;
mod telemetry;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;
use telegraphist_application::Failure;
use telegraphist_relay::Errand;

use crate::arguments::Arguments;
use crate::environment::Environment;

fn main() -> ExitCode {
    let outcome = match Errand::of_whole_program() {
        Some(errand) => errand.run().map_err(anyhow::Error::from),
        None => commands::run(Arguments::parse(), Environment::of_process()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            if !problem.is::<exit::Told>() {
                tell(&problem);
            }
            exit::code_of(&problem)
        }
    }
}

/// Says what went wrong, once, with the chain of reasons; a failure says what to do and how to find it.
pub(crate) fn tell(problem: &anyhow::Error) {
    let Some(failure) = problem.downcast_ref::<Failure>() else {
        terminal::note(format!("telegraphist: {problem:#}"));
        return;
    };
    terminal::note(format!("{}: {}", failure.code.as_str(), failure.message));
    if !failure.action.is_empty() {
        terminal::note(format!("  -> {}", failure.action));
    }
    if let Some(wait) = failure.retry_after_ms {
        terminal::note(format!("  wait: {} s", wait.div_ceil(1000)));
    }
    if !failure.correlation_id.is_empty() {
        terminal::note(format!("  correlation id: {}", failure.correlation_id));
    }
}
