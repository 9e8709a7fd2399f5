//! A client of MCP over HTTP that sends exactly what a test wants, in either era.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::world::{Door, in_time};

pub(crate) const ACCEPT: &str = "application/json, text/event-stream";
pub(crate) const MODERN: &str = "2026-07-28";
pub(crate) const LEGACY: &str = "2025-11-25";

/// A message of the stateless era.
pub(crate) fn message(method: &str, mut params: Value) -> Value {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = MODERN.into();
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
    params["_meta"]["io.modelcontextprotocol/clientInfo"] = json!({ "name": "tester", "version": "1" });
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// A message of the era of sessions.
pub(crate) fn in_session(id: i64, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

/// A request of the stateless era, with the headers that belong to it.
pub(crate) fn modern(door: &Door, path: &str, method: &str, params: Value) -> RequestBuilder {
    let message = message(method, params);
    let name = ["name", "uri"].iter().find_map(|key| message["params"][key].as_str()).map(str::to_owned);
    let request = door.request(Method::POST, path).header("accept", ACCEPT).header("mcp-protocol-version", MODERN);
    let request = request.header("mcp-method", method).json(&message);
    match name {
        Some(name) => request.header("mcp-name", name),
        None => request,
    }
}

/// An answer, or what there was of it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Every message, in order.
    pub(crate) messages: Vec<Value>,
}

impl Told {
    /// The last message.
    pub(crate) fn last(&self) -> &Value {
        self.messages.last().unwrap_or_else(|| panic!("nothing was said: {self:?}"))
    }

    /// The result of what succeeded.
    pub(crate) fn result(&self) -> &Value {
        assert!(self.status == 200 && self.last()["error"].is_null(), "{self:?}");
        &self.last()["result"]
    }

    /// Status and code of what did not.
    pub(crate) fn error(&self) -> (u16, i64) {
        (self.status.as_u16(), self.last()["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {self:?}")))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The names of tools.
    pub(crate) fn tools(&self) -> Vec<String> {
        let tools = self.result()["tools"].as_array().expect("a list").iter();
        tools.map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect()
    }
}

/// Sends a request and reads all of the answer: JSON, or a stream to its end.
pub(crate) async fn told(request: RequestBuilder) -> Told {
    let response = in_time(request.send()).await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = in_time(response.text()).await.expect("a whole answer");
    let is_stream = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
    let parse = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| panic!("{status} is no JSON: {text}"));
    let messages = if is_stream {
        text.lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .map(str::trim)
            .filter(|data| !data.is_empty())
            .map(parse)
            .collect()
    } else if text.is_empty() {
        Vec::new()
    } else {
        vec![parse(&text)]
    };
    Told { status, headers, messages }
}

/// A client that sends a token with everything.
pub(crate) fn bearing(token: &str) -> reqwest::Client {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().expect("a header"));
    reqwest::Client::builder().no_proxy().default_headers(headers).build().expect("a client")
}

/// A session, opened in the era of sessions.
pub(crate) struct Session<'a> {
    door: &'a Door,
    path: &'static str,
    pub(crate) id: String,
}

impl<'a> Session<'a> {
    pub(crate) async fn open(door: &'a Door, path: &'static str) -> Self {
        let session = Self::of(door, path, &Self::try_open(door, path).await);
        session.ready().await;
        session
    }

    /// The session that was handed out by an answer.
    pub(crate) fn of(door: &'a Door, path: &'static str, answer: &Told) -> Self {
        assert_eq!(answer.status, 200, "{answer:?}");
        let id = answer.header("mcp-session-id").expect("a session").to_owned();
        Self { door, path, id }
    }

    /// Takes it up, as its protocol wants it.
    pub(crate) async fn ready(&self) {
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(told(self.post(&ready)).await.status, 202);
    }

    pub(crate) async fn try_open(door: &Door, path: &str) -> Told {
        told(Self::opening(door, path)).await
    }

    /// What asks for a session.
    pub(crate) fn opening(door: &Door, path: &str) -> RequestBuilder {
        let params = json!({
            "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": "tester", "version": "1" },
        });
        door.request(Method::POST, path).header("accept", ACCEPT).json(&in_session(0, "initialize", &params))
    }

    pub(crate) fn request(&self, method: Method) -> RequestBuilder {
        let request = self.door.request(method, self.path).header("accept", ACCEPT);
        request.header("mcp-session-id", &self.id).header("mcp-protocol-version", LEGACY)
    }

    pub(crate) fn post(&self, message: &Value) -> RequestBuilder {
        self.request(Method::POST).json(message)
    }

    pub(crate) async fn call(&self, id: i64, method: &str, params: &Value) -> Told {
        told(self.post(&in_session(id, method, params))).await
    }
}

/// Events of a stream, one by one.
pub(crate) struct Events {
    response: Response,
    read: String,
}

impl Events {
    pub(crate) async fn open(request: RequestBuilder) -> Self {
        let response = in_time(request.send()).await.expect("an answer");
        assert_eq!(response.status(), 200);
        Self { response, read: String::new() }
    }

    /// The next message; nothing at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            while let Some(end) = self.read.find('\n') {
                let line: String = self.read.drain(..=end).collect();
                let data = line.strip_prefix("data:").map(|data| data.trim().to_owned());
                if let Some(data) = data.filter(|data| !data.is_empty()) {
                    return Some(serde_json::from_str(&data).expect("JSON"));
                }
            }
            let chunk = in_time(self.response.chunk()).await.expect("the stream is whole")?;
            self.read.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }
}
