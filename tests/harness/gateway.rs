use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::HttpDemo;

/// A gateway that wants tokens.
pub struct Gateway(pub HttpDemo);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `WWW-Authenticate`.
    pub challenge: String,
    /// The body, where it is JSON.
    pub body: Value,
}

impl Gateway {
    /// Starts it.
    pub fn start() -> anyhow::Result<Self> {
        HttpDemo::start(&[("TELEGRAPHIST_HTTP__AUTH", "bearer")]).map(Self)
    }

    /// Makes a token, and gives its secret.
    pub fn token(&self, arguments: &[&str]) -> String {
        let all = [&["--profile", "demo", "tokens", "create"], arguments].concat();
        self.0.home().ok(&all, "").trim().to_owned()
    }

    /// Sends a body.
    pub fn post(&self, path: &str, token: Option<&str>, headers: &[&str], body: &Value) -> anyhow::Result<Answer> {
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

    /// Sends a request of MCP, of the era without sessions.
    pub fn mcp(&self, token: Option<&str>, headers: &[&str], method: &str, params: Value) -> anyhow::Result<Answer> {
        let mut params = params;
        if params["_meta"].is_null() {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        let (method_header, name) = (format!("mcp-method: {method}"), params["name"].as_str().map(str::to_owned));
        let name_header = name.map(|name| format!("mcp-name: {name}"));
        let mut all =
            vec!["accept: application/json, text/event-stream", "mcp-protocol-version: 2026-07-28", &*method_header];
        all.extend(name_header.as_deref());
        all.extend(headers);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.post("/mcp", token, &all, &body)
    }

    /// Calls a tool.
    pub fn call(&self, token: &str, tool: &str, arguments: &Value) -> anyhow::Result<Answer> {
        self.mcp(Some(token), &[], "tools/call", json!({ "name": tool, "arguments": arguments }))
    }

    /// The tools that a token sees.
    pub fn tools(&self, token: &str, headers: &[&str]) -> anyhow::Result<Vec<String>> {
        let answer = self.mcp(Some(token), headers, "tools/list", json!({}))?;
        let tools = answer.body["result"]["tools"].as_array().context("a list of tools")?;
        Ok(tools.iter().filter_map(|tool| tool["name"].as_str()).map(str::to_owned).collect())
    }
}

/// The code of a failure that a model can act on.
pub fn code(answer: &Answer) -> anyhow::Result<String> {
    let text = answer.body["result"]["content"][0]["text"].as_str().context("a text")?;
    let failure: Value = serde_json::from_str(text)?;
    Ok(failure["code"].as_str().context("a code")?.to_owned())
}
