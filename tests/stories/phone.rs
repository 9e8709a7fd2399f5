//! The sandbox's phone, used by a person in a real browser.

use std::process::Command;

use telegraphist_tests::{Sandbox, node_modules, repository};

#[test]
fn a_person_plays_the_other_side_in_a_browser() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let output = Command::new("node")
        .arg(repository().join("tests/clients/phone_checks.mjs"))
        .args(["phone", "control", "bot_api"].map(|face| sandbox.url(face)))
        .env("NODE_MODULES", node_modules())
        .output()?;
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}");
    let checks = shown.lines().filter(|line| line.starts_with("ok: ")).count();
    assert!(checks >= 20, "only {checks} checks ran:\n{shown}");
    Ok(())
}
