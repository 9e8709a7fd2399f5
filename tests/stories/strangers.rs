//! MCP clients that nobody here wrote list and call every tool, in both eras.

use std::process::{Command, Output, Stdio};

use serde_json::Value;
use telegraphist_tests::{Home, node_tool, program, python, repository};

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs the Python client against a server of its own.
fn every_tool(era: &str) -> anyhow::Result<String> {
    let home = Home::new();
    let mut command = Command::new(python());
    home.dress(&mut command);
    let output = command
        .arg(repository().join("tests/clients/every_tool.py"))
        .arg(era)
        .arg(program("telegraphist"))
        .args(["demo", "--stdio", "--toolsets", "all"])
        .stdin(Stdio::null())
        .output()?;
    assert!(output.status.success(), "{}", text(&output));
    Ok(text(&output))
}

#[test]
fn the_python_client_calls_every_tool_without_a_session() -> anyhow::Result<()> {
    let shown = every_tool("auto")?;
    assert!(shown.contains("protocol 2026-07-28"), "{shown}");
    assert!(shown.contains("3 prompts"), "{shown}");
    Ok(())
}

#[test]
fn the_python_client_calls_every_tool_after_initialize() -> anyhow::Result<()> {
    let shown = every_tool("legacy")?;
    assert!(shown.contains("protocol 2025-11-25"), "{shown}");
    Ok(())
}

/// Runs the Inspector's command line against a server of its own.
fn inspector(arguments: &[&str]) -> anyhow::Result<Output> {
    let home = Home::new();
    let mut command = Command::new(node_tool("mcp-inspector"));
    home.dress(&mut command);
    command.env("MCP_INSPECTOR_SECRET_STORE", "memory");
    let server = program("telegraphist");
    let output = command
        .arg("--cli")
        .arg(server)
        .args(["demo", "--stdio", "--toolsets", "all", "--transport", "stdio"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()?;
    Ok(output)
}

#[test]
fn the_inspector_finds_every_schema_valid() -> anyhow::Result<()> {
    for era in ["legacy", "modern"] {
        let arguments = ["--protocol-era", era, "--method", "tools/list", "--format", "json", "--strict"];
        let output = inspector(&arguments)?;
        assert!(output.status.success(), "{era}: {}", text(&output));
        let listed: Value = serde_json::from_slice(&output.stdout)?;
        let tools = listed["tools"].as_array().or_else(|| listed["result"]["tools"].as_array());
        assert_eq!(tools.map(Vec::len), Some(54), "{era}: {listed}");
    }
    Ok(())
}

#[test]
fn the_inspector_calls_a_tool_and_sees_a_failure_as_one() -> anyhow::Result<()> {
    for era in ["legacy", "modern"] {
        let call = ["--protocol-era", era, "--method", "tools/call", "--format", "json"];
        let output =
            inspector(&[call.as_slice(), &["--tool-name", "search_messages", "--tool-arg", "query=invoice"]].concat())?;
        assert!(output.status.success(), "{era}: {}", text(&output));
        assert!(text(&output).to_lowercase().contains("invoice"), "{era}: {}", text(&output));

        let output =
            inspector(&[call.as_slice(), &["--tool-name", "get_chat", "--tool-arg", "chat=@nobody_at_all"]].concat())?;
        assert_eq!(output.status.code(), Some(5), "{era}: {}", text(&output));
    }
    Ok(())
}
