//! Our gateway and our endpoint over an application with nobody signed in, with the suite's tools before ours.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretBox;
use telegraphist_application::ambient::{RandomIds, SystemClock};
use telegraphist_application::memory::{MemoryStore, NoBots, NoFiles, NobodySignsIn};
use telegraphist_application::ports::{Connections, Telegram, TelegramError};
use telegraphist_application::{AnnouncedInbox, Application, Outside, Ports, Settings};
use telegraphist_domain::SessionId;
use telegraphist_http::{Gateway, GatewayOptions, Listen};
use telegraphist_mcp::{Choice, ENDPOINT_PATH, Endpoint, EndpointOptions, ServerOptions, Servers};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::fixtures::Bench;

/// A server under test.
pub(super) struct Served {
    pub(super) url: String,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Served {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let app = application();
        let gateway = Gateway::bind("127.0.0.1:0".parse::<Listen>()?, GatewayOptions::default()).await?;
        let url = format!("http://{}{ENDPOINT_PATH}", gateway.address());
        let stop = CancellationToken::new();
        let choice = Choice { toolsets: vec!["all".to_owned()], ..Choice::default() };
        let options = EndpointOptions { choice, ..EndpointOptions::default() };
        let servers = Servers::new(app.clone(), ServerOptions::default());
        let bench = Bench::new();
        let endpoint = Endpoint::wrapped(&servers, options, stop.clone(), move |ours| bench.before(ours));
        let serving = tokio::spawn(gateway.serve(app, endpoint, stop.clone()));
        Ok(Self { url, stop, serving })
    }

    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.serving.await.expect("it ends well");
    }
}

fn application() -> Application {
    let clock = Arc::new(SystemClock);
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let outside = Outside {
        inbox: AnnouncedInbox::new(store.clone()),
        clock,
        ids: Arc::new(RandomIds),
        connections: Arc::new(Nowhere),
        sign_in: Arc::new(NobodySignsIn),
        bots: Arc::new(NoBots),
        files: Arc::new(NoFiles),
    };
    Application::new(Ports::on(&store, outside), Settings::new(SecretBox::new(Box::new([7; 32]))))
}

/// No Telegram: the suite asks for none.
struct Nowhere;

#[async_trait]
impl Connections for Nowhere {
    async fn telegram(&self, _: SessionId) -> Result<Arc<dyn Telegram>, TelegramError> {
        Err(TelegramError::NeedsLogin { reason: "there is no Telegram here".to_owned() })
    }

    async fn disconnect(&self, _: SessionId) {}
}
