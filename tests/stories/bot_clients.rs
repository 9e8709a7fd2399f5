//! The sandbox's Bot API, proven by libraries nobody here wrote. (teloxide proves it in the sandbox's own tests.)

use std::process::Command;

use telegraphist_tests::{Sandbox, node_modules, python_for_bots, repository};

#[test]
fn python_telegram_bot_accepts_the_sandbox() -> anyhow::Result<()> {
    passes(Command::new(python_for_bots()).arg(repository().join("crates/sandbox/python/ptb_checks.py")), 15)
}

#[test]
fn aiogram_accepts_the_sandbox() -> anyhow::Result<()> {
    passes(Command::new(python_for_bots()).arg(repository().join("crates/sandbox/python/aiogram_checks.py")), 13)
}

#[test]
fn grammy_accepts_the_sandbox() -> anyhow::Result<()> {
    let checks = repository().join("tests/clients/grammy_checks.cjs");
    passes(Command::new("node").arg(checks).env("NODE_PATH", node_modules()), 9)
}

/// Runs a program of checks against a sandbox of its own; none may fail, and there are as many as there should be.
fn passes(checks: &mut Command, count: usize) -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let output = checks.arg(sandbox.control_url()).output()?;
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}");
    let passed = shown.lines().filter(|line| line.starts_with("ok ")).count();
    assert_eq!(passed, count, "{shown}");
    Ok(())
}
