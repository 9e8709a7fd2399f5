//! `cargo xtask test`: fetch, build the programs that the stories start, run every test.

use crate::cargo::{self, cargo, target};
use crate::provision;

/// Runs all tests.
pub(crate) fn run(filter: &[String]) -> anyhow::Result<()> {
    provision::everything()?;
    // One resolution of features for programs and tests: a second one would compile the tree again.
    cargo::run(cargo().args(["build", "--locked", "--workspace", "--bins"]))?;
    let mut tests = cargo();
    tests.args(["test", "--locked", "--workspace"]).env("STORIES_CLIENTS", target().join("tools"));
    if !filter.is_empty() {
        tests.arg("--").args(filter);
    }
    cargo::run(&mut tests)
}
