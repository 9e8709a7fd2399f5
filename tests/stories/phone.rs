//! The sandbox's phone, used by a person in a real browser.

use std::process::Command;

use telegraphist_tests::{Sandbox, all_hold, node_modules, repository};

#[test]
fn a_person_plays_the_other_side_in_a_browser() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let mut checks = Command::new("node");
    checks.arg(repository().join("tests/clients/phone_checks.mjs")).env("NODE_MODULES", node_modules());
    all_hold(checks.args(["phone", "control", "bot_api"].map(|face| sandbox.url(face))), 20)
}
