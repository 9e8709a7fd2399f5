//! Clients that nobody here wrote use the gateway, straight and through nginx with the example configuration.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{HttpDemo, Nginx, PATIENCE, node_modules, node_tool, python, python_for_fastmcp, repository};

/// A demo behind nginx, whose headers it believes.
fn behind_nginx(variables: &[(&str, &str)]) -> anyhow::Result<(HttpDemo, Nginx)> {
    let trusting = [&[("TELEGRAPHIST_HTTP__TRUST_PROXY", "true")], variables].concat();
    let demo = HttpDemo::start(&trusting)?;
    let address = demo.base().strip_prefix("http://").context("an address")?.to_owned();
    Ok((demo, Nginx::before(&address)?))
}

fn ran(program: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new(program);
    command.env("MCP_INSPECTOR_SECRET_STORE", "memory").args(arguments).stdin(Stdio::null());
    command.output().with_context(|| format!("{} does not start", program.display()))
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn succeeded(output: &Output) -> String {
    let said = text(output);
    assert!(output.status.success(), "{said}");
    said
}

fn script(name: &str) -> String {
    repository().join("tests/clients").join(name).display().to_string()
}

fn python_clients(url: &str) -> anyhow::Result<()> {
    for (mode, protocol) in [("auto", "2026-07-28"), ("legacy", "2025-11-25"), ("2026-07-28", "2026-07-28")] {
        let said = succeeded(&ran(&python(), &[&script("http_tools.py"), url, mode])?);
        assert!(said.contains(&format!("protocol {protocol}")), "{said}");
        assert!(said.contains("progress: ok") && said.contains("changes: ok"), "{said}");
    }
    let said = succeeded(&ran(&python_for_fastmcp(), &[&script("http_fastmcp.py"), url])?);
    assert!(said.contains("fastmcp: ok"), "{said}");
    Ok(())
}

fn typescript_clients(url: &str) -> anyhow::Result<()> {
    // A module is resolved from where it lies.
    let folder = tempfile::tempdir()?;
    std::os::unix::fs::symlink(node_modules(), folder.path().join("node_modules"))?;
    let here = folder.path().join("http_sdks.mjs");
    fs_err::copy(script("http_sdks.mjs"), &here)?;
    let said = succeeded(&ran(&node_modules().join(".bin/node"), &[&here.display().to_string(), url])?);
    for client in ["v1: ok", "v2 \"legacy\": ok", "v2 \"auto\": ok", "v2 {\"pin\":\"2026-07-28\"}: ok"] {
        assert!(said.contains(client), "{said}");
    }
    Ok(())
}

fn inspector(url: &str) -> anyhow::Result<()> {
    let common = ["--cli", url, "--transport", "http", "--format", "json"];
    for era in ["legacy", "auto", "modern"] {
        let list = ["--protocol-era", era, "--method", "tools/list", "--strict"];
        let listed = ran(&node_tool("mcp-inspector"), &[&common[..], &list].concat())?;
        assert!(succeeded(&listed).contains("send_message"), "{era}");
        let call = ["--protocol-era", era, "--method", "tools/call", "--tool-name", "get_me"];
        let called = ran(&node_tool("mcp-inspector"), &[&common[..], &call].concat())?;
        assert!(succeeded(&called).contains("alice"), "{era}: {}", text(&called));
    }
    Ok(())
}

#[test]
fn python_clients_use_it_straight_and_through_nginx() -> anyhow::Result<()> {
    python_clients(&HttpDemo::start(&[])?.url())?;
    let (_demo, nginx) = behind_nginx(&[])?;
    python_clients(&format!("{}/mcp", nginx.base()))
}

#[test]
fn typescript_clients_use_it_straight_and_through_nginx() -> anyhow::Result<()> {
    typescript_clients(&HttpDemo::start(&[])?.url())?;
    let (_demo, nginx) = behind_nginx(&[])?;
    typescript_clients(&format!("{}/mcp", nginx.base()))
}

#[test]
fn the_inspector_uses_it_straight_and_through_nginx() -> anyhow::Result<()> {
    inspector(&HttpDemo::start(&[])?.url())?;
    let (_demo, nginx) = behind_nginx(&[])?;
    inspector(&format!("{}/mcp", nginx.base()))
}

/// Sends a call of the stateless era and gives the connection; nothing of the answer is read.
fn begin(address: &str, tool: &str, arguments: &Value) -> anyhow::Result<TcpStream> {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": tool, "arguments": arguments,
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    } })
    .to_string();
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nAccept: \
         application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: \
         {tool}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    Ok(stream)
}

fn whole(mut stream: TcpStream) -> anyhow::Result<String> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn asked(address: &str, title: &str) -> anyhow::Result<String> {
    let answer = whole(begin(address, "request_approval", &json!({ "title": title }))?)?;
    let id = answer.split("\"approval_id\":\"").nth(1).and_then(|rest| rest.split('"').next());
    Ok(id.with_context(|| format!("no question was asked: {answer}"))?.to_owned())
}

#[test]
fn who_leaves_through_nginx_has_left() -> anyhow::Result<()> {
    // One place: as long as the call is not given up here, nobody else is let in.
    let (demo, nginx) = behind_nginx(&[("TELEGRAPHIST_HTTP__CONNECTIONS_MAX", "1")])?;
    let straight = demo.base().strip_prefix("http://").context("an address")?;
    let proxied = nginx.base().strip_prefix("http://").context("an address")?;
    let id = asked(proxied, "Who waits?")?;
    let waiting = begin(proxied, "wait_for_approval", &json!({ "approval_id": id, "timeout_seconds": 50 }))?;
    let is_full = || anyhow::Ok(whole(begin(straight, "get_me", &json!({}))?)?.starts_with("HTTP/1.1 503"));
    let start = Instant::now();
    while !is_full()? {
        anyhow::ensure!(start.elapsed() < PATIENCE, "the call did not begin");
    }
    drop(waiting);
    while is_full()? {
        anyhow::ensure!(start.elapsed().as_secs() < 45, "the call went on when its client had left");
    }
    Ok(())
}

#[test]
fn what_is_under_way_is_answered_when_the_server_ends() -> anyhow::Result<()> {
    let mut demo = HttpDemo::start(&[])?;
    let address = demo.base().strip_prefix("http://").context("an address")?.to_owned();
    let id = asked(&address, "Who waits for the end?")?;
    let waiting = begin(&address, "wait_for_approval", &json!({ "approval_id": id, "timeout_seconds": 50 }))?;
    // Answered after the wait was begun.
    whole(begin(&address, "get_approval", &json!({ "approval_id": id }))?)?;
    demo.terminate()?;
    let answer = whole(waiting)?;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"id\":1"), "{answer}");
    assert!(demo.wait()?.success());
    Ok(())
}
