//! What an operator sees: numbers that Prometheus takes, under the names that dashboards know, and nothing that people
//! wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use anyhow::Context as _;
use serde_json::json;
use telegraphist_tests::{Home, PATIENCE};

/// Every number that this traffic leaves: its kind, and the labels it may have.
pub(crate) const GOLDEN: [(&str, &str, &str); 21] = [
    ("approval_requests_total", "counter", "risk"),
    ("bridge_connection_status", "gauge", "session"),
    ("cpu_usage_percent", "gauge", ""),
    ("disk_usage_percent", "gauge", ""),
    ("http_request_duration_seconds", "histogram", "le,method,route"),
    ("http_requests_total", "counter", "method,route,status"),
    ("mcp_active_connections", "gauge", "transport"),
    ("mcp_request_duration_seconds", "histogram", "le,method,tool_name"),
    ("mcp_requests_total", "counter", "method,status"),
    (
        "mcp_server_operation_duration_seconds",
        "histogram",
        "error_type,gen_ai_operation_name,gen_ai_tool_name,le,mcp_method_name,mcp_protocol_version,network_transport",
    ),
    ("mcp_server_session_duration_seconds", "histogram", "le,network_transport"),
    ("mcp_tool_calls_total", "counter", "status,tool_name"),
    ("memory_usage_bytes", "gauge", ""),
    ("network_io_bytes", "gauge", "direction"),
    ("security_events_total", "counter", "event"),
    ("task_completions_total", "counter", ""),
    ("telegram_circuits_open", "gauge", ""),
    ("telegram_deliveries", "gauge", "state"),
    ("telegram_messages_sent_total", "counter", "kind,operation"),
    ("telegram_request_duration_seconds", "histogram", "kind,le,operation,outcome"),
    ("telegram_sessions", "gauge", "kind,state"),
];

/// What is not in that traffic, because nothing has to go wrong, or to be over, in it.
pub(crate) const UNSEEN: [(&str, &str, &str); 4] = [
    ("approval_outcomes_total", "counter", "outcome"),
    ("authentication_failures_total", "counter", "reason"),
    ("rate_limit_violations_total", "counter", "limit"),
    ("telegram_delivery_duration_seconds", "histogram", "le"),
];

/// A demo with its doors.
struct Demo {
    process: Child,
    http: String,
    metrics: String,
}

impl Demo {
    fn start(home: &Home) -> anyhow::Result<Self> {
        let mut command = home.telegraphist(&["demo", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"]);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let errors = process.stderr.take().context("standard error is a pipe")?;
        let (told, heard) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                // Nobody listens any more once both are known.
                let _ = told.send(line);
            }
        });
        let next = |before: &str| -> anyhow::Result<String> {
            loop {
                let line = heard.recv_timeout(PATIENCE).context("the demo did not say where it is")?;
                if let Some(at) = line.strip_prefix(before) {
                    return Ok(at.to_owned());
                }
            }
        };
        let http = next("HTTP is at ")?;
        let metrics = next("Metrics are at ")?;
        Ok(Self { process, http, metrics })
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn curl(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("curl").args(["-sS", "--max-time", "60"]).args(arguments).output()?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// Kinds by name, and the labels by name.
fn parsed(text: &str) -> (BTreeMap<&str, &str>, BTreeMap<&str, BTreeSet<&str>>) {
    let mut kinds = BTreeMap::new();
    let mut labels: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            kinds.insert(name, kind);
            labels.entry(name).or_default();
        } else if let Some((sample, inner)) = line.split_once('{') {
            let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| sample.strip_suffix(end)).unwrap_or(sample);
            let name = if kinds.contains_key(base) { base } else { sample };
            let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
            let names = inner.split("\",").filter_map(|pair| pair.split_once('=').map(|(label, _)| label));
            labels.entry(name).or_default().extend(names);
        }
    }
    (kinds, labels)
}

#[test]
fn numbers_have_the_names_that_dashboards_know_and_hold_nothing_that_people_wrote() -> anyhow::Result<()> {
    let home = Home::new();
    let demo = Demo::start(&home)?;
    let secret = "the quick brown secret";
    let mut client = home.telegraphist(&["--profile", "demo", "--toolsets", "all"]);
    let mut client = client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut input = client.stdin.take().context("a pipe")?;
    let mut lines = BufReader::new(client.stdout.take().context("a pipe")?).lines();
    let calls = [
        (
            "initialize",
            json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "story", "version": "1" } }),
        ),
        ("tools/list", json!({})),
        ("tools/call", json!({ "name": "get_me", "arguments": {} })),
        ("tools/call", json!({ "name": "send_message", "arguments": { "chat": "me", "text": secret } })),
        ("tools/call", json!({ "name": secret, "arguments": {} })),
        ("tools/call", json!({ "name": "send_task_completion", "arguments": { "task_id": "7", "title": secret } })),
        ("tools/call", json!({ "name": "request_approval", "arguments": { "title": secret } })),
        (secret, json!({})),
    ];
    for (id, (method, params)) in calls.iter().enumerate() {
        writeln!(input, "{}", json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let answered = lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| serde_json::from_str::<serde_json::Value>(&line).is_ok_and(|said| said["id"] == json!(id)));
        anyhow::ensure!(answered, "{method} was not answered");
        if *method == "initialize" {
            writeln!(input, "{}", json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))?;
        }
    }
    curl(&[&format!("{}/health", demo.http)])?;
    curl(&[&format!("{}/v1/{}", demo.http, secret.replace(' ', "-"))])?;
    drop(input);
    client.wait()?;

    let mut text = String::new();
    telegraphist_tests::until(|| {
        text = curl(&[&demo.metrics]).unwrap_or_default();
        // Processor time is a share of time, so there is none at once.
        ["mcp_server_session_duration_seconds_count", "cpu_usage_percent "].iter().all(|name| text.contains(name))
    });
    let (kinds, labels) = parsed(&text);
    for (name, kind, may) in GOLDEN {
        assert_eq!(kinds.get(name), Some(&kind), "{name}\n{text}");
        let may: BTreeSet<&str> = may.split(',').filter(|label| !label.is_empty()).collect();
        let has = labels.get(name).cloned().unwrap_or_default();
        assert!(has.is_subset(&may), "{name} has {has:?}\n{text}");
    }
    let known: BTreeSet<&str> = GOLDEN.iter().chain(&UNSEEN).map(|(name, ..)| *name).chain(["target_info"]).collect();
    for name in kinds.keys() {
        assert!(known.contains(name), "{name} is in no list");
    }
    assert!(text.contains("tool_name=\"unknown\"") && text.contains("method=\"other\""), "{text}");
    for word in ["quick", "brown", "secret", "+1555", "@", "Alice"] {
        assert!(!text.contains(word), "{word} is in\n{text}");
    }
    accepted_by_promtool(&text)
}

/// Prometheus' own judge of names, units, kinds and help.
fn accepted_by_promtool(text: &str) -> anyhow::Result<()> {
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("promtool is not there; run `cargo xtask test` once")?;
    promtool.stdin.take().context("a pipe")?.write_all(text.as_bytes())?;
    let output = promtool.wait_with_output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
