//! What an operator does over HTTP, at a door of its own: the server of a demo, from outside.

use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{HttpDemo, schemathesis};

/// The API hash that every home is configured with.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A server with a door for its operator, who has a token.
struct Office {
    demo: HttpDemo,
    token: String,
}

impl Office {
    fn open() -> anyhow::Result<Self> {
        let demo = HttpDemo::start(&[
            ("TELEGRAPHIST_ADMIN__ENABLED", "true"),
            ("TELEGRAPHIST_ADMIN__LISTEN", "127.0.0.1:0"),
            ("TELEGRAPHIST_HTTP__AUTH", "bearer"),
        ])?;
        let made = demo.home().ok(&["--profile", "demo", "tokens", "create", "ops", "--preset", "admin"], "");
        Ok(Self { demo, token: made.trim().to_owned() })
    }

    /// Asks as the operator; the status and the body.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
        sent(method, &format!("{}{path}", self.demo.admin()?), &self.token, body)
    }

    fn get(&self, path: &str) -> anyhow::Result<Value> {
        let (status, body) = self.ask("GET", path, None)?;
        anyhow::ensure!(status == 200, "{path}: {status} {body}");
        Ok(body)
    }
}

fn sent(method: &str, url: &str, token: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "60", "--request", method, "--write-out", "\n%{http_code}"]);
    curl.args(["--header", &format!("authorization: Bearer {token}")]);
    if let Some(body) = body {
        curl.args(["--header", "content-type: application/json", "--data", &body.to_string()]);
    }
    let output = curl.arg(url).output().context("there is no curl")?;
    anyhow::ensure!(output.status.success(), "curl: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout)?;
    let (body, status) = said.rsplit_once('\n').context("no status line")?;
    Ok((status.parse()?, serde_json::from_str(body).unwrap_or_default()))
}

#[test]
fn an_operator_runs_a_server_from_elsewhere() -> anyhow::Result<()> {
    let office = Office::open()?;
    let numbers = office.get("/stats")?;
    assert!(numbers["sessions"]["total"].as_u64() >= Some(1) && numbers["tokens"]["valid"] == 1, "{numbers}");

    let wanted = json!({ "name": "ci", "scopes": ["approvals:read"], "expires_in_s": 3600 });
    let (status, made) = office.ask("POST", "/tokens", Some(&wanted))?;
    assert_eq!(status, 201, "{made}");
    let secret = made["secret"].as_str().context("the secret is told")?;
    let approvals = format!("{}/v1/approvals", office.demo.base());
    assert_eq!(sent("GET", &approvals, secret, None)?.0, 200, "the new token lets nobody in");
    assert_eq!(sent("GET", &format!("{}/stats", office.demo.admin()?), secret, None)?.0, 403);
    assert_eq!(sent("GET", &format!("{}/admin/v1/stats", office.demo.base()), &office.token, None)?.0, 404);
    assert_eq!(office.ask("DELETE", "/tokens/ci", None)?.1["state"], "revoked");
    assert_eq!(sent("GET", &approvals, secret, None)?.0, 401, "a token that was taken back lets somebody in");

    let (status, blocked) = office.ask("POST", "/people/1002/block", None)?;
    assert_eq!((status, &blocked["role"]), (200, &json!("blocked")));
    let listed = office.demo.home().ok(&["--profile", "demo", "people", "list"], "");
    assert!(listed.contains("blocked"), "{listed}");
    assert_eq!(office.ask("POST", "/people/1002/unblock", None)?.0, 204);

    let sessions = office.get("/sessions")?;
    let name = sessions["items"][0]["name"].as_str().context("a session")?;
    assert_eq!(office.ask("POST", &format!("/sessions/{name}/disconnect"), None)?.1["state"], "ready");
    assert_eq!(office.ask("POST", &format!("/sessions/{name}/close"), None)?.1["state"], "closed");

    let done = office.demo.home().ok(&["--profile", "demo", "audit", "export"], "");
    for operation in ["create_token", "revoke_token", "block_person", "unblock_person", "disconnect_session", "log_out"]
    {
        assert!(done.contains(operation), "{operation} left no row: {done}");
    }
    assert!(!done.contains(secret) && !done.contains(&office.token));
    Ok(())
}

#[test]
fn the_configuration_is_shown_without_its_secrets_to_who_may_see_it() -> anyhow::Result<()> {
    let office = Office::open()?;
    let shown = office.get("/configuration")?;
    let key = |name: &str| shown["items"].as_array()?.iter().find(|item| item["key"] == name).cloned();
    assert_eq!(key("admin.enabled").context("a key")?["origin"], "environment");
    assert_eq!(key("telegram.api_hash").context("a key")?["value"], "(hidden)");
    assert_eq!(key("http.connections_max").context("a key")?["value"], 1_024);
    let read = |token: &str| {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({ "uri": "config://server", "_meta": meta });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": params });
        spoken(&office.demo.url(), token, &body)
    };
    let made = |name: &str, scope: &str| {
        let arguments = ["--profile", "demo", "tokens", "create", name, "--scopes", scope];
        office.demo.home().ok(&arguments, "").trim().to_owned()
    };
    let resource = read(&made("ops-reader", "ops:read"))?;
    let text = resource["result"]["contents"][0]["text"].as_str().with_context(|| resource.to_string())?;
    assert_eq!(serde_json::from_str::<Value>(text)?, shown);
    let refused = read(&made("reader", "messages:read"))?;
    assert!(refused["error"].is_object(), "{refused}");
    assert!(!shown.to_string().contains(SECRET) && !text.contains(SECRET), "the secret is shown");
    Ok(())
}

/// One request of MCP.
fn spoken(url: &str, token: &str, body: &Value) -> anyhow::Result<Value> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "60", "--data", &body.to_string()]);
    curl.args(["--header", &format!("authorization: Bearer {token}")]);
    for header in [
        "content-type: application/json",
        "accept: application/json, text/event-stream",
        "mcp-protocol-version: 2026-07-28",
        "mcp-method: resources/read",
        "mcp-name: config://server",
    ] {
        curl.args(["--header", header]);
    }
    let said = String::from_utf8(curl.arg(url).output()?.stdout)?;
    let data = said.lines().rev().find_map(|line| line.strip_prefix("data:")).unwrap_or(&said);
    serde_json::from_str(data.trim()).with_context(|| said.clone())
}

#[test]
fn every_answer_is_as_the_document_says_whatever_is_sent() -> anyhow::Result<()> {
    let office = Office::open()?;
    // It sends what it read in answers, so beside the lists it would sooner or later take back its own token.
    for choice in ["--exclude-operation-id", "--include-operation-id"] {
        tried(&office, choice)?;
        // It was let in to the end.
        assert_eq!(office.get("/stats")?["version"], env!("CARGO_PKG_VERSION"));
    }
    Ok(())
}

fn tried(office: &Office, choice: &str) -> anyhow::Result<()> {
    let document = format!("{}/openapi.json", office.demo.admin()?);
    let output = Command::new(schemathesis())
        .args(["run", &document, "--header", &format!("Authorization: Bearer {}", office.token)])
        .args(["--phases", "examples,coverage,fuzzing", "--checks", "all", "--max-examples", "40", "--seed", "7"])
        .args(["--suppress-health-check", "all", "--no-color", choice, "revoke_token"])
        .current_dir(office.demo.home().path())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
