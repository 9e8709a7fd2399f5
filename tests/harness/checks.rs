use std::process::Command;

/// Runs a program of checks, which prints a line that begins with "ok" for each that held. None may fail, and there are
/// as many as there should be.
pub fn all_hold(checks: &mut Command, count: usize) -> anyhow::Result<()> {
    let output = checks.output()?;
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    anyhow::ensure!(output.status.success(), "{shown}");
    let held = shown.lines().filter(|line| line.starts_with("ok")).count();
    anyhow::ensure!(held == count, "{held} checks ran instead of {count}:\n{shown}");
    Ok(())
}
