//! An application with a bot of a sandbox, Alice who owns it, and a gateway before it.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use secrecy::{SecretBox, SecretString};
use serde_json::Value;
use telegraphist_application::ambient::{RandomIds, SystemClock};
use telegraphist_application::delivery::Paces;
use telegraphist_application::memory::{FixedMachine, MemoryStore, NoFiles, NobodySignsIn};
use telegraphist_application::ports::{Machine, Reception, ReceptionState};
use telegraphist_application::telemetry::Telemetry;
use telegraphist_application::{AnnouncedInbox, Application, Budgets, Caller, Outside, Ports, Settings};
use telegraphist_bot::{BotAccounts, BotPorts, BotSettings};
use telegraphist_domain::{SessionId, UserId};
use telegraphist_http::{Gateway, GatewayOptions, Listen};
use telegraphist_mcp::{Endpoint, EndpointOptions, ServerOptions, Servers};
use telegraphist_sandbox::{Mail, Options, Sandbox};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::disk::Disk;

pub(crate) const ALICE: i64 = 1001;
pub(crate) const BOT: i64 = 1102;
/// Long enough for anything here; a test that waits longer hangs.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) app: Application,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) disk: Arc<Disk>,
    pub(crate) bot: SessionId,
    bots: Arc<BotAccounts>,
    registry: prometheus::Registry,
    /// Ends the numbers when it is dropped.
    _meters: SdkMeterProvider,
}

impl World {
    /// Alice has started the bot, and the bot is signed in; it does not hear yet.
    pub(crate) async fn deaf() -> Self {
        Self::deaf_on(Arc::new(FixedMachine::default())).await
    }

    /// The same on another machine.
    pub(crate) async fn deaf_on(machine: Arc<dyn Machine>) -> Self {
        let bot_api = Some(([127, 0, 0, 1], 0).into());
        let sandbox = Sandbox::start(Options { bot_api, ..Options::default() }).await.expect("a sandbox");
        let clock = Arc::new(SystemClock);
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let disk = Arc::new(Disk::new(MemoryStore::clone(&store)));
        let inbox = AnnouncedInbox::new(disk.clone());
        let ports = BotPorts {
            vault: store.clone(),
            peers: store.clone(),
            inbox: inbox.clone(),
            leases: store.clone(),
            files: Arc::new(NoFiles),
            clock: clock.clone(),
        };
        let api_url = sandbox.bot_api_url().expect("it is open").parse().expect("an address");
        let bots = BotAccounts::new(ports, BotSettings::new(api_url, Box::new([7; 32]).into()));
        let outside = Outside {
            inbox,
            clock,
            ids: Arc::new(RandomIds),
            connections: bots.clone(),
            sign_in: Arc::new(NobodySignsIn),
            bots: bots.clone(),
            files: Arc::new(NoFiles),
        };
        let mut settings = Settings::new(SecretBox::new(Box::new([7; 32])));
        let registry = prometheus::Registry::new();
        let exporter =
            opentelemetry_prometheus::exporter().with_registry(registry.clone()).build().expect("an exporter");
        let meters = SdkMeterProvider::builder().with_reader(exporter).build();
        settings.telemetry = Telemetry::on(&meters.meter("tests"));
        settings.owner = Some(UserId(ALICE));
        settings.machine = machine;
        settings.paces = Paces::unlimited();
        settings.budgets = Budgets::unlimited();
        let app = Application::new(Ports::on(&store, outside), settings);
        let token = SecretString::from(sandbox.bot_token(BOT).expect("bots have tokens"));
        let view = app.sign_in_bot(&Caller::owner(), "bot", &token).await.expect("the token is good");
        let bot = view.id.parse().expect("an id");
        sandbox.acting(ALICE, BOT).and_then(|alice| alice.start("")).expect("anybody may start a bot");
        Self { sandbox, app, store, disk, bot, bots, registry, _meters: meters }
    }

    /// The same, and the bot hears.
    pub(crate) async fn new() -> Self {
        let world = Self::deaf().await;
        world.app.ensure_bots(&Reception::Polling).await.expect("memory");
        world.mail("Hello").await;
        world
    }

    /// A gateway at a free port.
    pub(crate) async fn open(&self) -> Door {
        self.open_with(GatewayOptions::default(), EndpointOptions::default()).await
    }

    /// The same with other limits.
    pub(crate) async fn open_with(&self, options: GatewayOptions, endpoint: EndpointOptions) -> Door {
        let gateway = Gateway::bind(Listen::Tcp(([127, 0, 0, 1], 0).into()), options).await.expect("a port");
        Door::open(self, gateway, endpoint)
    }

    /// What a number stands at, with a label of this value.
    pub(crate) fn number(&self, name: &str, label: &str) -> u64 {
        let families = self.registry.gather();
        let family = families.iter().find(|family| family.name() == name);
        let metrics = family.map(prometheus::proto::MetricFamily::get_metric).unwrap_or_default();
        let has = |metric: &&prometheus::proto::Metric| metric.get_label().iter().any(|pair| pair.value() == label);
        metrics.iter().find(has).map_or(0, |metric| metric.get_counter().get_value() as u64)
    }

    /// Waits until the bot's updates come.
    pub(crate) async fn receiving(&self) {
        until(|| (self.app.ports().bots.health(self.bot).state == ReceptionState::Receiving).then_some(())).await;
    }

    /// What Alice sees in the chat with the bot, newest first.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.sandbox.mailbox(ALICE, BOT, 50).expect("Alice has the chat")
    }

    /// The newest message to Alice that says this, as soon as there is one.
    pub(crate) async fn mail(&self, words: &str) -> Mail {
        until(|| self.mails().into_iter().find(|mail| mail.text.contains(words))).await
    }

    /// Alice presses a button of the card that says this.
    pub(crate) async fn press(&self, words: &str, button: &str) {
        let card = self.mail(words).await;
        let alice = self.sandbox.acting(ALICE, BOT).expect("she has the chat");
        alice.press(card.id, button).await.expect("there is such a button").expect("the bot answers");
    }

    /// Ends what goes on by itself.
    pub(crate) async fn end(self) {
        self.app.stop_bots().await;
        self.app.drain().await;
        self.bots.shutdown().await;
    }
}

/// Waits until there is something; gives others their turn meanwhile.
pub(crate) async fn until<T>(find: impl Fn() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = find() {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    in_time(found).await
}

/// What must not hang.
pub(crate) async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it happens in time")
}

/// An answer of the gateway.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A failure in words of MCP, where they are spoken, as it is told elsewhere.
    pub(crate) fn spoken(mut self, path: &str) -> Self {
        if path.starts_with("/mcp") {
            assert!(self.body["jsonrpc"] == "2.0" && self.body["id"].is_null(), "{self:?}");
            let error = self.body["error"].take();
            assert!(error["code"].is_i64() && error["message"].is_string(), "{error}");
            self.body = error["data"].clone();
        }
        self
    }

    /// A failure has the one shape; its code.
    pub(crate) fn failure(&self, status: u16) -> &str {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        for field in ["message", "action", "correlation_id"] {
            assert!(self.body[field].as_str().is_some_and(|text| !text.is_empty()), "{field} is missing: {self:?}");
        }
        self.body["code"].as_str().expect("a code")
    }
}

/// A gateway that serves, and a client of it.
pub(crate) struct Door {
    pub(crate) base: String,
    pub(crate) client: Client,
    pub(crate) stop: CancellationToken,
    pub(crate) serving: JoinHandle<()>,
}

impl Door {
    pub(crate) fn open(world: &World, gateway: Gateway, endpoint: EndpointOptions) -> Self {
        Self::provide_tls();
        let client = Client::builder().no_proxy().user_agent("deploy-ci/1.0");
        let (base, client) = match gateway.address() {
            Listen::Tcp(address) => (format!("http://{address}"), client),
            Listen::Unix(path) => ("http://gateway".to_owned(), client.unix_socket(path.clone())),
        };
        let stop = CancellationToken::new();
        let servers = Servers::new(world.app.clone(), ServerOptions::default());
        let endpoint = Endpoint::new(&servers, endpoint, stop.clone());
        let serving = tokio::spawn(gateway.serve(world.app.clone(), endpoint, stop.clone()));
        Self { base, client: client.build().expect("an HTTP client"), stop, serving }
    }

    /// The HTTP client wants a TLS provider even where it never speaks TLS; a second installation changes nothing.
    pub(crate) fn provide_tls() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::POST, path).json(body)).await
    }

    /// A question; its path.
    pub(crate) async fn ask(&self, title: &str) -> String {
        let asked = self.post("/v1/approvals", &serde_json::json!({ "title": title })).await;
        assert_eq!(asked.status, 201, "{asked:?}");
        asked.header("location").expect("it is somewhere").to_owned()
    }

    /// Ends it as the server does.
    pub(crate) async fn close(self) {
        self.stop.cancel();
        in_time(self.serving).await.expect("it does not break");
    }
}

/// Sends a request; every answer is JSON.
pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = in_time(request.send()).await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = in_time(response.text()).await.expect("a whole answer");
    let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} is no JSON: {text}"));
    Answer { status, headers, body }
}
