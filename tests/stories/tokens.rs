//! Who has a token is let in for what it was made for, and nobody else: the gateway of a demo, from outside.

use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::HttpDemo;

/// A gateway that wants tokens.
pub(crate) struct Gateway(pub(crate) HttpDemo);

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: String,
    pub(crate) body: Value,
}

impl Gateway {
    pub(crate) fn start() -> anyhow::Result<Self> {
        HttpDemo::start(&[("TELEGRAPHIST_HTTP__AUTH", "bearer")]).map(Self)
    }

    /// Makes a token, and gives its secret.
    pub(crate) fn token(&self, arguments: &[&str]) -> String {
        let all = [&["--profile", "demo", "tokens", "create"], arguments].concat();
        self.0.home().ok(&all, "").trim().to_owned()
    }

    fn post(&self, path: &str, token: Option<&str>, headers: &[&str], body: &Value) -> anyhow::Result<Answer> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--header", "content-type: application/json"]);
        curl.args(["--write-out", "\n%{http_code}\n%header{www-authenticate}", "--data", &body.to_string()]);
        for header in headers {
            curl.args(["--header", header]);
        }
        if let Some(token) = token {
            curl.args(["--header", &format!("authorization: Bearer {token}")]);
        }
        let output = curl.arg(format!("{}{path}", self.0.base())).output().context("there is no curl")?;
        anyhow::ensure!(output.status.success(), "curl: {}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout)?;
        let (rest, challenge) = said.rsplit_once('\n').context("no challenge line")?;
        let (body, status) = rest.rsplit_once('\n').context("no status line")?;
        Ok(Answer {
            status: status.parse()?,
            challenge: challenge.to_owned(),
            body: serde_json::from_str(body).unwrap_or_default(),
        })
    }

    pub(crate) fn mcp(
        &self,
        token: Option<&str>,
        headers: &[&str],
        method: &str,
        params: Value,
    ) -> anyhow::Result<Answer> {
        let mut params = params;
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let (method_header, name) = (format!("mcp-method: {method}"), params["name"].as_str().map(str::to_owned));
        let name_header = name.map(|name| format!("mcp-name: {name}"));
        let mut all =
            vec!["accept: application/json, text/event-stream", "mcp-protocol-version: 2026-07-28", &*method_header];
        all.extend(name_header.as_deref());
        all.extend(headers);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.post("/mcp", token, &all, &body)
    }

    pub(crate) fn call(&self, token: &str, tool: &str, arguments: &Value) -> anyhow::Result<Answer> {
        self.mcp(Some(token), &[], "tools/call", json!({ "name": tool, "arguments": arguments }))
    }

    fn tools(&self, token: &str, headers: &[&str]) -> anyhow::Result<Vec<String>> {
        let answer = self.mcp(Some(token), headers, "tools/list", json!({}))?;
        let tools = answer.body["result"]["tools"].as_array().context("a list of tools")?;
        Ok(tools.iter().filter_map(|tool| tool["name"].as_str()).map(str::to_owned).collect())
    }
}

/// The code of a failure that a model can act on.
pub(crate) fn code(answer: &Answer) -> anyhow::Result<String> {
    let text = answer.body["result"]["content"][0]["text"].as_str().context("a text")?;
    let failure: Value = serde_json::from_str(text)?;
    Ok(failure["code"].as_str().context("a code")?.to_owned())
}

#[test]
fn a_token_does_what_it_was_made_for_until_it_is_taken_back() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let reader = gateway.token(&["ci", "--preset", "reader"]);
    let guess = reader.replace("tgp_", "tgp_A").split_at(51).0.to_owned();
    for token in [None, Some("x"), Some(&*guess)] {
        let refused = gateway.mcp(token, &[], "tools/list", json!({}))?;
        assert_eq!(refused.status, 401);
        assert!(refused.challenge.starts_with("Bearer realm="), "{}", refused.challenge);
    }

    let tools = gateway.tools(&reader, &[])?;
    assert!(tools.iter().any(|tool| tool == "read_messages"));
    assert!(!tools.iter().any(|tool| tool == "send_message"), "what it may not use is not listed");
    assert_eq!(gateway.tools(&reader, &["x-mcp-toolsets: all"])?, tools, "a header does not widen");
    let me = gateway.call(&reader, "get_me", &json!({}))?;
    assert_eq!((me.status, me.body["result"]["isError"].as_bool().unwrap_or_default()), (200, false));
    let refused = gateway.call(&reader, "send_message", &json!({ "chat": "me", "text": "no" }))?;
    assert_eq!(refused.status, 403);
    assert!(refused.challenge.contains("scope=\"messages:write\""), "{}", refused.challenge);
    let event = json!({ "type": "build_completed", "title": "Built" });
    assert_eq!(gateway.post("/v1/events", Some(&reader), &[], &event)?.status, 403);

    gateway.0.home().ok(&["--profile", "demo", "tokens", "revoke", "ci"], "");
    assert_eq!(gateway.mcp(Some(&reader), &[], "tools/list", json!({}))?.status, 401);
    let rows = gateway.0.home().ok(&["--profile", "demo", "audit", "export"], "");
    for row in ["create_token", "revoke_token", "\"outcome\":\"revoked\""] {
        assert!(rows.contains(row), "{row}");
    }
    Ok(())
}

#[test]
fn a_session_of_others_is_not_there() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let listed = gateway.0.home().ok(&["--profile", "demo", "sessions", "list", "--output", "json"], "");
    let sessions: Value = serde_json::from_str(&listed)?;
    let of = |kind: &str| -> anyhow::Result<String> {
        let sessions = sessions.as_array().context("a list of sessions")?;
        let session = sessions.iter().find(|session| session["kind"] == kind).context("a session of each kind")?;
        Ok(session["name"].as_str().context("a name")?.to_owned())
    };
    let (account, bot) = (of("user")?, of("bot")?);
    let token = gateway.token(&["ci", "--preset", "writer", "--session", &bot]);
    let seen = gateway.call(&token, "list_sessions", &json!({}))?;
    let items = seen.body["result"]["structuredContent"]["items"].as_array().context("items")?;
    assert_eq!(items.iter().map(|item| item["name"].as_str()).collect::<Vec<_>>(), [Some(&*bot)]);
    let closed = gateway.call(&token, "get_me", &json!({ "session": account }))?;
    let absent = gateway.call(&token, "get_me", &json!({ "session": "nobody" }))?;
    assert_eq!((code(&closed)?, code(&absent)?), ("unknown_session".to_owned(), "unknown_session".to_owned()));
    Ok(())
}

#[test]
fn a_quota_ends_what_a_token_may_do_for_a_while() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let token = gateway.token(&["ci", "--preset", "notifier", "--quota", "send_telegram_message=2/h"]);
    let told = json!({ "message": "Done." });
    for _ in 0..2 {
        let accepted = gateway.call(&token, "send_telegram_message", &told)?;
        assert_eq!(accepted.body["result"]["structuredContent"]["is_new"], true);
    }
    let refused = gateway.call(&token, "send_telegram_message", &told)?;
    assert_eq!(code(&refused)?, "rate_limited");
    assert_eq!(gateway.call(&token, "get_bridge_status", &json!({}))?.body["result"]["isError"], false);
    Ok(())
}

#[test]
fn the_secret_of_a_token_is_nowhere() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let token = gateway.token(&["ci", "--preset", "admin"]);
    assert_eq!(gateway.call(&token, "get_me", &json!({}))?.status, 200);
    let secret = token.strip_prefix("tgp_").context("a token")?.get(..43).context("a token")?;
    let grep = Command::new("grep")
        .args(["--recursive", "--text", "--files-with-matches", "--fixed-strings", secret])
        .arg(gateway.0.home().path())
        .output()?;
    assert_eq!(String::from_utf8_lossy(&grep.stdout), "");
    assert_eq!(grep.status.code(), Some(1), "{}", String::from_utf8_lossy(&grep.stderr));
    Ok(())
}
