use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use serde_json::{Value, json};

use crate::{control, program};

/// A running `telegram-sandbox`, in a process of its own, steered over its control port.
pub struct Sandbox {
    child: Child,
    addresses: Value,
    control: SocketAddr,
    /// The demo account's user id.
    pub account: i64,
}

impl Sandbox {
    /// Starts one on free ports.
    pub fn start() -> anyhow::Result<Self> {
        let mut child = Command::new(program("telegram-sandbox"))
            .args(["--mtproto", "127.0.0.1:0", "--control", "127.0.0.1:0", "--phone", "127.0.0.1:0"])
            .args(["--bot-api", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("the sandbox does not start")?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no standard output")?).read_line(&mut line)?;
        let addresses: Value = serde_json::from_str(&line).context("the sandbox did not print its addresses")?;
        let control = addresses["control"].as_str().context("no control address")?.parse()?;
        let info = control::get(control, "/v1/info")?;
        let account = info["accounts"][0]["id"].as_i64().context("no accounts")?;
        Ok(Self { child, addresses, control, account })
    }

    /// Where one of its faces is, as a URL: `control`, `bot_api`, `phone`.
    pub fn url(&self, face: &str) -> String {
        let address = self.addresses[face].as_str();
        format!("http://{}", address.unwrap_or_else(|| panic!("no {face} in {}", self.addresses)))
    }

    /// Where the control port is, as a URL.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// Asks the control port.
    pub fn get(&self, path: &str) -> Value {
        control::get(self.control, path).unwrap_or_else(|error| panic!("the sandbox refused: {error:#}"))
    }

    /// Tells the control port.
    #[expect(clippy::needless_pass_by_value, reason = "callers write the body in place")]
    pub fn post(&self, path: &str, body: Value) -> Value {
        control::post(self.control, path, &body).unwrap_or_else(|error| panic!("the sandbox refused: {error:#}"))
    }

    /// A session string of a kind for an account.
    pub fn session_string(&self, account: i64, kind: &str) -> String {
        let answer = self.post("/v1/provision", json!({ "account": account, "kind": kind }));
        let string = answer.as_str().or_else(|| answer["session"].as_str()).or_else(|| answer["string"].as_str());
        string.unwrap_or_else(|| panic!("no session string in {answer}")).to_owned()
    }

    /// Fresh auth keys for all data centres, of an account or of nobody yet.
    pub fn keys(&self, account: Option<i64>) -> Value {
        self.post("/v1/keys", json!({ "account": account }))["dcs"].clone()
    }

    /// The value of `telegram.dc_options` that says that Telegram is here, for a session that has its own key.
    pub fn addresses(&self) -> String {
        let keys = self.keys(None);
        let host = |dc: &i32| {
            format!("{}:{}", keys[dc.to_string()]["host"].as_str().unwrap_or_default(), keys[dc.to_string()]["port"])
        };
        (1..=5).map(|dc| format!("{dc}={}", host(&dc))).collect::<Vec<_>>().join(",")
    }

    /// The value of `telegram.dc_options` that leads a fresh sign-in here.
    pub fn dc_options(&self) -> String {
        let keys = self.keys(None);
        let options = (1..=5).map(|dc| {
            let option = &keys[dc.to_string()];
            let text = |name: &str| option[name].as_str().unwrap_or_default().to_owned();
            format!("{dc}={}:{}/{}", text("host"), option["port"], text("auth_key_hex"))
        });
        options.collect::<Vec<_>>().join(",")
    }

    /// The next `times` calls of `method` fail like this.
    pub fn fault(&self, method: &str, code: i32, text: &str, times: u32) {
        self.post("/v1/faults", json!({ "method": method, "code": code, "text": text, "times": times }));
    }

    /// The next `times` calls of `method` are executed, then the connection is cut instead of answering.
    pub fn cut_after(&self, method: &str, times: u32) {
        self.post("/v1/cut_after", json!({ "method": method, "times": times }));
    }

    /// Messages of a chat as an account sees them, newest first.
    pub fn mailbox(&self, account: i64, chat: &str, limit: usize) -> Vec<Value> {
        let answer = self.get(&format!("/v1/mailbox?account={account}&chat={chat}&limit={limit}"));
        let messages = answer.as_array().or_else(|| answer["messages"].as_array());
        messages.unwrap_or_else(|| panic!("no messages in {answer}")).clone()
    }

    /// How often `method` was called.
    pub fn calls(&self, method: &str) -> u64 {
        let counters = self.get("/v1/counters");
        counters["calls"][method].as_u64().unwrap_or(0)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
