use std::process::Stdio as Pipe;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::timeout;

use crate::{Home, PATIENCE};

/// How a connection speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Era {
    /// `initialize`, then requests; protocol 2025-11-25.
    Initialize,
    /// Stateless requests with `_meta`; protocol 2026-07-28.
    Stateless,
}

/// A hand-written JSON-RPC client over a child's standard input and output: it sends exactly the bytes it is told, also
/// wrong ones, and checks that every line of output is protocol.
pub struct Stdio {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    era: Era,
    next_id: u64,
}

impl Stdio {
    /// Starts `telegraphist` with arguments and opens the connection.
    pub async fn start(home: &Home, arguments: &[&str], era: Era) -> anyhow::Result<Self> {
        let mut client = Self::spawn(home, arguments, era)?;
        if era == Era::Initialize {
            let hello = json!({
                "protocolVersion": "2025-11-25", "capabilities": {},
                "clientInfo": { "name": "stories", "version": "1" }
            });
            client.request("initialize", hello).await?;
            client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await?;
        }
        Ok(client)
    }

    /// Starts the program and sends nothing yet.
    pub fn spawn(home: &Home, arguments: &[&str], era: Era) -> anyhow::Result<Self> {
        let mut command = tokio::process::Command::from(home.telegraphist(arguments));
        let mut child = command
            .stdin(Pipe::piped())
            .stdout(Pipe::piped())
            .stderr(Pipe::inherit())
            .kill_on_drop(true)
            .spawn()
            .context("telegraphist does not start")?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        Ok(Self { child, input, output, era, next_id: 1 })
    }

    /// The process id of what was started.
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// Sends one message.
    pub async fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        self.send_line(&message.to_string()).await
    }

    /// Sends one line as it is.
    pub async fn send_line(&mut self, line: &str) -> anyhow::Result<()> {
        self.send_bytes(line.as_bytes()).await?;
        self.send_bytes(b"\n").await
    }

    /// Sends bytes as they are.
    pub async fn send_bytes(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let input = self.input.as_mut().context("standard input is closed")?;
        input.write_all(bytes).await?;
        Ok(input.flush().await?)
    }

    /// The next message; every line must be one.
    pub async fn receive(&mut self) -> anyhow::Result<Value> {
        let line = timeout(PATIENCE, self.output.next_line()).await.context("no answer in time")??;
        let line = line.context("standard output ended")?;
        let message: Value = serde_json::from_str(&line).with_context(|| format!("not protocol on stdout: {line}"))?;
        if message["jsonrpc"] != "2.0" {
            bail!("not protocol on stdout: {line}");
        }
        Ok(message)
    }

    /// Sends a request without waiting; gives its id.
    pub async fn begin(&mut self, method: &str, mut params: Value) -> anyhow::Result<u64> {
        let id = self.next_id;
        self.next_id += 1;
        if self.era == Era::Stateless {
            let meta = &mut params["_meta"];
            meta["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
            meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
            meta["io.modelcontextprotocol/clientInfo"] = json!({ "name": "stories", "version": "1" });
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await?;
        Ok(id)
    }

    /// The answer to the request of that id; notifications before it are skipped.
    pub async fn answer(&mut self, id: u64) -> anyhow::Result<Value> {
        loop {
            let message = self.receive().await?;
            if message["id"] == id {
                return Ok(message);
            }
            if message.get("method").is_none() {
                bail!("an answer to nobody: {message}");
            }
        }
    }

    /// A request and its answer, `result` or `error` inside.
    pub async fn exchange(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        let id = self.begin(method, params).await?;
        self.answer(id).await
    }

    /// A request that must succeed; gives the result.
    pub async fn request(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        let mut answer = self.exchange(method, params).await?;
        if answer.get("error").is_some() {
            bail!("{method} failed: {answer}");
        }
        Ok(answer["result"].take())
    }

    /// Calls a tool and gives the whole result, failed or not.
    pub async fn call(&mut self, tool: &str, arguments: Value) -> anyhow::Result<Value> {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Calls a tool that must succeed and gives its structured content.
    pub async fn tool(&mut self, tool: &str, arguments: Value) -> anyhow::Result<Value> {
        let mut result = self.call(tool, arguments).await?;
        if result["isError"] == true {
            bail!("{tool} failed: {result}");
        }
        Ok(result["structuredContent"].take())
    }

    /// Calls a tool that must fail and gives the failure. Checks the shape that every failure has.
    pub async fn failure(&mut self, tool: &str, arguments: Value) -> anyhow::Result<Value> {
        let result = self.call(tool, arguments).await?;
        failure_of(&result).with_context(|| format!("{tool} answered {result}"))
    }

    /// Closes standard input and waits for the end.
    pub async fn close(mut self) -> anyhow::Result<std::process::ExitStatus> {
        drop(self.input.take());
        Ok(timeout(PATIENCE, self.child.wait()).await.context("it does not end")??)
    }
}

/// The failure in a tool result: one text block that is the JSON, no structured content, all fields there.
pub fn failure_of(result: &Value) -> anyhow::Result<Value> {
    if result["isError"] != true || result.get("structuredContent").is_some() {
        bail!("not a failure");
    }
    let text = result["content"][0]["text"].as_str().context("no text")?;
    let failure: Value = serde_json::from_str(text).context("the text is not JSON")?;
    for field in ["code", "message", "action", "correlation_id"] {
        let is_filled = failure[field].as_str().is_some_and(|value| !value.is_empty());
        if !is_filled {
            bail!("the failure has no {field}: {failure}");
        }
    }
    Ok(failure)
}
