//! The sandbox's control port, spoken with the few lines of HTTP that a loopback request needs: a client library would
//! bring a TLS stack into every story.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, bail};
use serde_json::Value;

/// `GET path`.
pub fn get(address: SocketAddr, path: &str) -> anyhow::Result<Value> {
    exchange(address, "GET", path, "")
}

/// `POST path` with a JSON body.
pub fn post(address: SocketAddr, path: &str, body: &Value) -> anyhow::Result<Value> {
    exchange(address, "POST", path, &body.to_string())
}

fn exchange(address: SocketAddr, method: &str, path: &str, body: &str) -> anyhow::Result<Value> {
    let mut stream = TcpStream::connect(address).context("the control port does not answer")?;
    stream.set_read_timeout(Some(crate::PATIENCE))?;
    // HTTP/1.0: the answer ends with the connection, so there is no framing to parse.
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
    let is_success = head.split_whitespace().nth(1).is_some_and(|status| status.starts_with('2'));
    if !is_success {
        bail!("{method} {path} answered {head}: {body}");
    }
    if body.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(body).with_context(|| format!("{method} {path} answered no JSON: {body}"))
}
