//! The bench: the product beside the bare libraries it is made of, against the same sandbox, in one run.
//!
//! Absolute figures are printed and never judged, because machines differ and are noisy; the run fails on ratios only.

mod echo;
mod grammers;
mod measure;
mod people;
mod pipe;
mod product;
mod report;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Speed and memory beside the bare libraries.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// Calls of each kind, one after another.
    #[arg(long, default_value_t = 2_000)]
    calls: usize,
    /// Rounds; the subjects take turns, and the median round counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Where to write the table.
    #[arg(long)]
    write: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Role {
    /// Be the bare MCP server: one echo tool, nothing else.
    #[command(hide = true)]
    Echo,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.role {
        Some(Role::Echo) => echo::serve(),
        None => bench(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // One line for people: where in the bench it was noticed tells nothing.
        Err(problem) => {
            eprintln!("bench: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &Arguments) -> anyhow::Result<()> {
    let sandbox = telegraphist_tests::Sandbox::start()?;
    let mut home = telegraphist_tests::Home::new();
    home.set("TELEGRAPHIST_TELEGRAM__DC_OPTIONS", sandbox.addresses());
    // All of them are looked at in every call; none of them is to be reached.
    for limit in ["PER_CALLER", "PER_TOOL", "PER_SESSION", "PER_SERVER"] {
        home.set(&format!("TELEGRAPHIST_LIMITS__CALLS_{limit}"), "1000000000/s");
    }
    home.import("telethon", &sandbox.session_string(sandbox.account, "telethon"));

    let mut bare = grammers::Bare::connect(&sandbox)?;
    let mut echo = echo::connect()?;
    let mut product = product::Product::connect(&home, bare.busiest_channel())?;

    let mut report = report::Report::new(arguments.calls, arguments.rounds);
    for _ in 0..arguments.rounds {
        report.round(&mut echo, &mut bare, &mut product)?;
    }
    report.starts(&home)?;
    report.memory(&home, &product)?;
    // Nobody else is to be busy while people are asked.
    drop(product);
    product::stop_daemon(&home);
    drop(sandbox);
    report.people(people::measure(arguments.calls)?);

    let text = report.text();
    std::io::stdout().write_all(text.as_bytes())?;
    if let Some(path) = &arguments.write {
        fs_err::write(path, &text)?;
    }
    report.verdict()
}
