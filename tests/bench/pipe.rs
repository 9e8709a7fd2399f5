//! A client that costs next to nothing: it writes prepared lines and reads lines back, and looks no further than
//! whether a line is a failure.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// A child process that speaks MCP over its standard input and output.
pub(crate) struct Pipe {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    line: Vec<u8>,
}

impl Pipe {
    /// Starts it and makes the first exchange.
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("the server does not start")?;
        let input = child.stdin.take().context("no standard input")?;
        let output = BufReader::with_capacity(1 << 20, child.stdout.take().context("no standard output")?);
        let mut pipe = Self { child, input, output, line: Vec::new() };
        pipe.call(&request("server/discover", json!({})))?;
        Ok(pipe)
    }

    /// Sends one prepared line and waits for one line.
    pub(crate) fn call(&mut self, line: &str) -> anyhow::Result<()> {
        self.input.write_all(line.as_bytes())?;
        self.read()
    }

    /// Makes `calls` calls with up to `width` of them open at any time.
    pub(crate) fn many(&mut self, line: &str, calls: usize, width: usize) -> anyhow::Result<()> {
        let first = width.min(calls);
        for _ in 0..first {
            self.input.write_all(line.as_bytes())?;
        }
        for answered in 0..calls {
            self.read()?;
            if answered + first < calls {
                self.input.write_all(line.as_bytes())?;
            }
        }
        Ok(())
    }

    /// The last line, parsed.
    pub(crate) fn answer(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.line)?)
    }

    /// The process id.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    fn read(&mut self) -> anyhow::Result<()> {
        self.line.clear();
        self.output.read_until(b'\n', &mut self.line)?;
        let is_failure = [br#""isError":true"#.as_slice(), br#""error":"#]
            .iter()
            .any(|mark| self.line.windows(mark.len()).take(200).any(|window| window == *mark));
        if self.line.is_empty() || is_failure {
            bail!("the server answered {}", String::from_utf8_lossy(&self.line));
        }
        Ok(())
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // It ends with its input; a server that does not is killed rather than waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A stateless request as a line.
pub(crate) fn request(method: &str, mut params: Value) -> String {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "bench", "version": "1" },
    });
    let mut line = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    line.push('\n');
    line
}

/// A tool call as a line.
pub(crate) fn tool(name: &str, arguments: &Value) -> String {
    request("tools/call", json!({ "name": name, "arguments": arguments }))
}
