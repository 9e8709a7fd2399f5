//! A client that writes lines and reads lines, in either era.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

/// Long enough for anything here; a test that waits longer hangs.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// `initialize`, then requests without metadata.
    Sessions,
    /// Metadata in each request.
    Stateless,
}

pub(crate) const ERAS: [Era; 2] = [Era::Sessions, Era::Stateless];

pub(crate) struct Wire {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    writer: WriteHalf<DuplexStream>,
    served: JoinHandle<()>,
    next_id: i64,
    era: Era,
    pub(crate) capabilities: Value,
}

impl Wire {
    pub(crate) fn new(stream: DuplexStream, served: JoinHandle<()>) -> Self {
        let (read, writer) = tokio::io::split(stream);
        let lines = BufReader::new(read).lines();
        Self { lines, writer, served, next_id: 1, era: Era::Stateless, capabilities: json!({}) }
    }

    /// Opens the connection in an era.
    pub(crate) async fn open(mut self, era: Era) -> Self {
        self.era = era;
        if era == Era::Sessions {
            let answer = self.initialize("2025-11-25").await;
            assert!(answer["result"]["serverInfo"].is_object(), "{answer}");
            self.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
        }
        self
    }

    pub(crate) async fn initialize(&mut self, version: &str) -> Value {
        let params = json!({
            "protocolVersion": version, "capabilities": self.capabilities,
            "clientInfo": { "name": "test", "version": "1" },
        });
        self.era = Era::Sessions;
        self.exchange("initialize", params).await
    }

    pub(crate) async fn send(&mut self, line: &str) {
        self.send_bytes(line.as_bytes()).await;
        self.send_bytes(b"\n").await;
    }

    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        tokio::time::timeout(PATIENCE, self.writer.write_all(bytes)).await.expect("in time").expect("written");
    }

    pub(crate) async fn receive(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("an answer in time");
        serde_json::from_str(&line.expect("readable").expect("the connection is open")).expect("JSON")
    }

    /// Sends a request and gives its id.
    pub(crate) async fn request(&mut self, method: &str, mut params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        if self.era == Era::Stateless {
            let meta = params.as_object_mut().expect("an object").entry("_meta").or_insert_with(|| json!({}));
            meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28".into();
            meta["io.modelcontextprotocol/clientCapabilities"] = self.capabilities.clone();
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()).await;
        id
    }

    /// Sends a request and gives its answer, leaving out notifications.
    pub(crate) async fn exchange(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params).await;
        loop {
            let answer = self.receive().await;
            if answer["id"] == id {
                return answer;
            }
            assert!(answer.get("method").is_some(), "an answer to nothing: {answer}");
        }
    }

    /// The result of a request that succeeds.
    pub(crate) async fn result(&mut self, method: &str, params: Value) -> Value {
        let answer = self.exchange(method, params).await;
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    /// The result of a tool call, whatever it is.
    pub(crate) async fn tool(&mut self, name: &str, arguments: Value) -> Value {
        self.result("tools/call", json!({ "name": name, "arguments": arguments })).await
    }

    /// The failure of a tool call.
    pub(crate) async fn failure(&mut self, name: &str, arguments: Value) -> Value {
        failure_of(&self.tool(name, arguments).await)
    }

    /// Leaves, and waits until the server has noticed.
    pub(crate) async fn leave(mut self) {
        self.writer.shutdown().await.expect("closed");
        tokio::time::timeout(PATIENCE, self.served).await.expect("the server ends").expect("without a panic");
    }
}

/// What a failed tool says, having checked its form.
pub(crate) fn failure_of(result: &Value) -> Value {
    assert_eq!(result["isError"], true, "{result}");
    assert!(result.get("structuredContent").is_none(), "{result}");
    assert_eq!(result["content"].as_array().expect("content").len(), 1, "{result}");
    let failure: Value = serde_json::from_str(result["content"][0]["text"].as_str().expect("a text")).expect("JSON");
    for field in ["code", "message", "action", "correlation_id"] {
        assert!(failure[field].as_str().is_some_and(|text| !text.is_empty()), "no {field}: {failure}");
    }
    failure
}

impl Wire {
    /// Closes the sending half and reads what still comes.
    pub(crate) async fn last_answer_after_leaving(mut self) -> (Value, ()) {
        self.writer.shutdown().await.expect("closed");
        let answer = self.receive().await;
        (answer, tokio::time::timeout(PATIENCE, self.served).await.expect("the server ends").expect("without a panic"))
    }
}
