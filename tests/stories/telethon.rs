//! The sandbox, proven by a client nobody here wrote.

use std::process::Command;

use telegraphist_tests::{Sandbox, python, repository};

#[test]
fn telethon_accepts_the_sandbox() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let checks = repository().join("crates/sandbox/python/telethon_checks.py");
    let output = Command::new(python()).arg(checks).arg(sandbox.control_url()).output()?;
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}");
    let checks = shown.lines().filter(|line| line.contains("ok")).count();
    assert!(checks >= 12, "only {checks} checks ran:\n{shown}");
    Ok(())
}
