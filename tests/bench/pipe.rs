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
    next_id: u64,
}

/// A request without its id, as the rest of a line.
pub(crate) struct Prepared(String);

impl Pipe {
    /// Starts it and makes the first exchange.
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("the server does not start")?;
        let input = child.stdin.take().context("no standard input")?;
        let output = BufReader::with_capacity(1 << 20, child.stdout.take().context("no standard output")?);
        let mut pipe = Self { child, input, output, line: Vec::new(), next_id: 1 };
        pipe.call(&request("server/discover", json!({})))?;
        Ok(pipe)
    }

    /// Sends one prepared line and waits for one line.
    pub(crate) fn call(&mut self, request: &Prepared) -> anyhow::Result<()> {
        self.send(request)?;
        self.read()
    }

    /// Sends one prepared line and gives its id; [`Pipe::next`] tells what is answered.
    pub(crate) fn begin(&mut self, request: &Prepared) -> anyhow::Result<u64> {
        self.send(request)?;
        Ok(self.next_id - 1)
    }

    /// Waits for one answer, whichever comes first, and looks whether it is a failure; gives the id of its request.
    pub(crate) fn next(&mut self) -> anyhow::Result<u64> {
        self.read()?;
        let answer = self.answer()?;
        if answer["result"]["isError"] == true || answer.get("error").is_some() {
            bail!("the server answered {answer}");
        }
        answer["id"].as_u64().context("an answer without its id")
    }

    /// One call that has to succeed; gives its structured content.
    pub(crate) fn ask(&mut self, request: &Prepared) -> anyhow::Result<Value> {
        let sent = self.begin(request)?;
        while self.next()? != sent {}
        Ok(self.answer()?["result"]["structuredContent"].take())
    }

    /// Makes `calls` calls with up to `width` of them open at any time.
    pub(crate) fn many(&mut self, request: &Prepared, calls: usize, width: usize) -> anyhow::Result<()> {
        let first = width.min(calls);
        for _ in 0..first {
            self.send(request)?;
        }
        for answered in 0..calls {
            self.read()?;
            if answered + first < calls {
                self.send(request)?;
            }
        }
        Ok(())
    }

    fn send(&mut self, request: &Prepared) -> anyhow::Result<()> {
        let line = format!("{{\"jsonrpc\":\"2.0\",\"id\":{},{}", self.next_id, request.0);
        self.next_id += 1;
        Ok(self.input.write_all(line.as_bytes())?)
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

/// A stateless request.
pub(crate) fn request(method: &str, mut params: Value) -> Prepared {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { "name": "bench", "version": "1" },
    });
    let rest = json!({ "method": method, "params": params }).to_string();
    Prepared(format!("{}\n", rest.trim_start_matches('{')))
}

/// A tool call.
pub(crate) fn tool(name: &str, arguments: &Value) -> Prepared {
    request("tools/call", json!({ "name": name, "arguments": arguments }))
}
