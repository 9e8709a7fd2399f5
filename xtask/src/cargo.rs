//! Running cargo and other programs, loudly: what runs is printed, what fails is an error.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map(PathBuf::from).unwrap_or(manifest)
}

/// Where build output and fetched tools live.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Cargo, in the root of the workspace.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    eprintln!("+ {}", shown(command));
    let status = command.status().with_context(|| format!("cannot run {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command to its end and shows its output only when it fails.
pub(crate) fn run_quietly(command: &mut Command) -> anyhow::Result<()> {
    eprintln!("+ {}", shown(command));
    let output = command.output().with_context(|| format!("cannot run {}", shown(command)))?;
    if !output.status.success() {
        eprintln!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{} ended with {}", shown(command), output.status);
    }
    Ok(())
}

/// Builds the programs as they are shipped and runs the bench, which lives beside the stories because it drives the same clients.
pub(crate) fn bench(write: bool, calls: usize) -> anyhow::Result<()> {
    run(cargo().args(["build", "--profile", "dist", "--locked", "--workspace", "--bins"]))?;
    let mut command = Command::new(target().join("dist/telegraphist-bench"));
    command.current_dir(root()).args(["--calls", &calls.to_string()]);
    if write {
        command.args(["--write", "docs/benchmarks.md"]);
    }
    run(&mut command)
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
