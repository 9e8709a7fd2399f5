//! The sandbox, proven by libraries nobody here wrote. (grammers and teloxide prove it in the sandbox's own tests.)

use std::process::Command;

use telegraphist_tests::{Sandbox, all_hold, node_modules, python, python_for_bots, repository};

#[test]
fn telethon_accepts_the_sandbox() -> anyhow::Result<()> {
    passes(Command::new(python()).arg(repository().join("crates/sandbox/python/telethon_checks.py")), 18)
}

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

fn passes(checks: &mut Command, count: usize) -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    all_hold(checks.arg(sandbox.control_url()), count)
}
