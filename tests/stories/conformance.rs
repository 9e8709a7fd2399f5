//! The official conformance suite: both frozen sets of requirements against our endpoint with the suite's own tools before
//! ours, and what asks for no such tools against the product as it is.
//!
//! What is not a plain success is listed in `conformance/exceptions.toml`, each with its reason; whatever appears besides,
//! and whatever is listed and does not appear, fails.

mod content;
mod fixtures;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;
use telegraphist_tests::{HttpDemo, node_modules, repository};

/// What is known not to be a success.
#[derive(Deserialize)]
struct Known {
    /// Scenarios that need nothing which only the suite has.
    generic: BTreeSet<String>,
    /// Scenarios that no set of requirements scores and that the product has nothing for.
    beyond: BTreeSet<String>,
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    run: String,
    scenario: String,
    check: String,
    status: String,
    reason: String,
}

/// Scenario, check and status.
type Outcome = (String, String, String);

fn known() -> anyhow::Result<Known> {
    let path = repository().join("tests/stories/conformance/exceptions.toml");
    Ok(toml::from_str(&fs_err::read_to_string(path)?)?)
}

impl Known {
    fn of(&self, run: &str) -> anyhow::Result<BTreeSet<Outcome>> {
        let listed = self.exceptions.iter().filter(|exception| exception.run == run);
        listed
            .map(|Exception { scenario, check, status, reason, .. }| {
                anyhow::ensure!(!reason.trim().is_empty(), "{scenario} {check} has no reason");
                Ok((scenario.clone(), check.clone(), status.clone()))
            })
            .collect()
    }
}

/// Runs the suite. Its own verdict, and every check by scenario.
fn suite(url: &str, choice: &[&str]) -> anyhow::Result<(bool, String, BTreeMap<String, Vec<Value>>)> {
    let folder = tempfile::tempdir()?;
    let modules = node_modules();
    let mut node = Command::new(modules.join(".bin/node"));
    node.arg(modules.join("@modelcontextprotocol/conformance/dist/index.js"));
    node.args(["server", "--url", url]).args(choice).arg("-o").arg(folder.path()).stdin(Stdio::null());
    let output = node.output().context("there is no Node; run `cargo xtask test` once")?;
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Ok((output.status.success(), told, checks(folder.path())?))
}

fn checks(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<Value>>> {
    let mut found = BTreeMap::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let named = name.strip_prefix("server-").context("a scenario of servers")?;
        // Behind it is when it ran: -2026-07-28T12-00-00-000Z.
        let scenario = named.get(..named.len().saturating_sub(25)).context("a time behind the name")?;
        let checks = serde_json::from_slice(&fs_err::read(entry.path().join("checks.json"))?)?;
        found.insert(scenario.to_owned(), checks);
    }
    Ok(found)
}

/// Everything that is not a plain success.
fn odd(scenarios: &BTreeMap<String, Vec<Value>>) -> BTreeSet<Outcome> {
    let mut odd = BTreeSet::new();
    for (scenario, checks) in scenarios {
        for check in checks {
            let status = check["status"].as_str().unwrap_or_default();
            if !["SUCCESS", "INFO"].contains(&status) {
                let id = check["id"].as_str().unwrap_or_default().to_owned();
                odd.insert((scenario.clone(), id, status.to_owned()));
            }
        }
    }
    odd
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_required_of_servers_holds_in_both_eras() -> anyhow::Result<()> {
    let served = server::Served::start().await?;
    let known = known()?;
    for (version, at_least) in [("2026-07-28", 37), ("2025-11-25", 30)] {
        let url = served.url.clone();
        let run = tokio::task::spawn_blocking(move || suite(&url, &["--requirements", version])).await?;
        let (is_green, told, mut scenarios) = run?;
        assert!(is_green, "{version}: {told}");
        assert!(scenarios.len() >= at_least, "{version}: only {} scenarios ran", scenarios.len());
        scenarios.retain(|scenario, _| !known.beyond.contains(scenario));
        assert_eq!(odd(&scenarios), known.of(version)?, "{version}");
    }
    served.stop().await;
    Ok(())
}

#[test]
fn what_needs_no_fixtures_holds_for_the_product() -> anyhow::Result<()> {
    let demo = HttpDemo::start(&[])?;
    let known = known()?;
    let (_, told, mut scenarios) = suite(&demo.url(), &["--suite", "all"])?;
    let ran: BTreeSet<String> = scenarios.keys().cloned().collect();
    assert!(known.generic.is_subset(&ran), "not all of them ran: {told}");
    scenarios.retain(|scenario, _| known.generic.contains(scenario));
    assert_eq!(odd(&scenarios), known.of("product")?, "{told}");
    Ok(())
}
