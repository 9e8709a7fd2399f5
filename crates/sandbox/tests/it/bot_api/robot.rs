//! A bot's program that speaks the Bot API with nothing but an HTTP client.

use reqwest::Method;
use serde_json::{Value, json};
use telegraphist_sandbox::{Options, Sandbox};

use crate::client::{ALICE, soon};

/// The bot that reminds of invoices.
pub(crate) const INVOICE_BOT: i64 = 1101;

/// A bot's program.
pub(crate) struct Robot {
    pub(crate) sandbox: Sandbox,
    http: reqwest::Client,
    pub(crate) token: String,
    offset: std::sync::atomic::AtomicI64,
}

/// What the Bot API says no with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct No {
    pub(crate) code: u64,
    pub(crate) description: String,
}

/// A box with an open Bot API.
pub(crate) async fn a_box_for_bots() -> Sandbox {
    let bot_api = Some(([127, 0, 0, 1], 0).into());
    Sandbox::start(Options { bot_api, ..Options::default() }).await.expect("a box starts")
}

/// Whatever a test looks at: nothing that a bot was told may differ from the documentation.
impl Drop for Robot {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.sandbox.counters().malformed, std::collections::BTreeMap::new());
        }
    }
}

impl Robot {
    /// The program of the invoice bot, in a box of its own, where Alice has started it.
    pub(crate) async fn new() -> Self {
        let robot = Self::of(&a_box_for_bots().await, INVOICE_BOT);
        robot.sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.start("")).expect("anybody may start a bot");
        robot.updates(0).await;
        robot
    }

    /// The program of a bot.
    pub(crate) fn of(sandbox: &Sandbox, bot: i64) -> Self {
        let found = sandbox.info().accounts.into_iter().find(|account| account.id == bot);
        let token = found.and_then(|account| account.bot_token).expect("the bot has a token");
        // The HTTP client wants a TLS provider even where it never speaks TLS; a second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        Self { sandbox: sandbox.clone(), http, token, offset: 0.into() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.sandbox.bot_api_address().expect("it is open"))
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Calls a method; returns the HTTP answer.
    pub(crate) async fn raw(&self, method: &str, arguments: &Value) -> reqwest::Response {
        let request = self.request(Method::POST, &format!("/bot{}/{method}", self.token)).json(arguments);
        soon(request.send()).await.expect("an answer")
    }

    /// Calls a method; returns its result or what was said instead.
    pub(crate) async fn call(&self, method: &str, arguments: Value) -> Result<Value, No> {
        let response = self.raw(method, &arguments).await;
        let status = u64::from(response.status().as_u16());
        let mut answer: Value = soon(response.json()).await.expect("JSON");
        if answer["ok"] == true {
            assert_eq!(status, 200);
            return Ok(answer["result"].take());
        }
        let code = answer["error_code"].as_u64().expect("a code");
        assert_eq!(status, code, "the status says the same");
        Err(No { code, description: answer["description"].as_str().expect("words").to_owned() })
    }

    /// Calls a method that works.
    pub(crate) async fn ok(&self, method: &str, arguments: Value) -> Value {
        self.call(method, arguments).await.unwrap_or_else(|no| panic!("{method}: {no:?}"))
    }

    /// Calls a method that does not work; returns its code and words.
    pub(crate) async fn no(&self, method: &str, arguments: Value) -> (u64, String) {
        let no = self.call(method, arguments).await.expect_err("it is refused");
        (no.code, no.description)
    }

    /// The next update of a kind; others before it are confirmed and forgotten.
    pub(crate) async fn update(&self, kind: &str) -> Value {
        loop {
            for update in self.updates(30).await {
                if let Some(content) = update.get(kind) {
                    return content.clone();
                }
            }
        }
    }

    /// The next updates, which are confirmed by the next call.
    pub(crate) async fn updates(&self, timeout: u64) -> Vec<Value> {
        use std::sync::atomic::Ordering::Relaxed;
        let arguments = json!({ "offset": self.offset.load(Relaxed), "timeout": timeout, "limit": 1 });
        let Value::Array(updates) = self.ok("getUpdates", arguments).await else { panic!("a list") };
        for update in &updates {
            let id = update["update_id"].as_i64().expect("a number");
            self.offset.store(id + 1, Relaxed);
        }
        updates
    }
}
