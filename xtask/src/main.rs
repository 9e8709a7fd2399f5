//! Tasks that need more than a line of `just`: `cargo xtask test`, `cargo xtask bench`, `cargo xtask docs`.

mod cargo;
mod docs;
mod provision;
mod test;

use clap::{Parser, Subcommand};

/// Tasks of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Fetch what the tests need, then run all of them.
    Test {
        /// Passed on to the test programs, for example part of a test's name.
        filter: Vec<String>,
    },
    /// Speed and memory side by side with the bare libraries, on this machine.
    Bench {
        /// Write the table to docs/benchmarks.md.
        #[arg(long)]
        write: bool,
        /// Calls of each kind, one after another.
        #[arg(long, default_value_t = 2_000)]
        calls: usize,
    },
    /// Write what is generated: docs/TOOLS.md and docs/BOT_API.md.
    Docs {
        /// Only say whether it is up to date.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Test { filter } => test::run(&filter),
        Task::Bench { write, calls } => cargo::bench(write, calls),
        Task::Docs { check } => docs::run(check),
    }
}
