//! The owner of a profile: it alone opens the store and talks to Telegram; everybody else comes over its socket.
//!
//! A daemon, the demo and `--in-process` are the same owner with other faces. It ends when told to (a signal, `daemon
//! stop`, a client of another version), when its own client leaves, or when nobody has been there for a while; then it
//! takes no more requests, finishes the writes it has begun, and lets go of the directory last.

mod answers;
mod bots;
mod clients;
mod control;
mod enrol;
mod examine;
mod gate;
mod gateway;
mod presence;
mod tokens;
mod vault;

use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use telegraphist_application::ambient::SystemClock;
use telegraphist_application::ports::{Clock as _, Reception};
use telegraphist_application::{Application, Caller};
use telegraphist_http::{Gateway, GatewayOptions, Listen};
use telegraphist_mcp::{Choice, Server, ServerOptions, Servers, UnknownName};
use telegraphist_relay::Places;
use telegraphist_relay::greeting::{self, Hello};
use telegraphist_sqlite::SqliteStore;
use tokio::net::UnixListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::claim::Claim;
use crate::compose::{Composition, Elsewhere, compose};
use crate::exit::Usage;
use crate::numbers::Meters;
use crate::settings::Settings;
use gate::Traffic;
use presence::Presence;

/// Writes under way may take this long when the owner ends.
const DRAIN_MAX: Duration = Duration::from_secs(30);

/// Connections may take this long to close.
const CLOSE_MAX: Duration = Duration::from_secs(5);

/// A listener that cannot accept (too many open files) tries again after this.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The runtime of an owner. Calls mostly wait, so one thread carries thousands of them; with more, a call would spend
/// most of its time on being handed from one to the other.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")
}

/// How long an owner stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stay {
    /// Until it is told to go; somebody started it for its own sake.
    Foreground,
    /// Until nobody has been there for so long.
    UntilIdle(Duration),
}

/// What an owner shows of itself.
#[derive(Clone, Debug)]
pub(crate) struct Face {
    /// How long it stays.
    pub(crate) stay: Stay,
    /// Where it listens for HTTP, if it does.
    pub(crate) http: Option<Listen>,
    /// Where it gives its numbers, if it keeps any.
    pub(crate) metrics: Option<Listen>,
    /// Where the operator comes in, if anywhere.
    pub(crate) admin: Option<Listen>,
}

impl From<Stay> for Face {
    /// Nobody opens a port who was not told to.
    fn from(stay: Stay) -> Self {
        Self { stay, http: None, metrics: None, admin: None }
    }
}

/// A profile that is open.
pub(crate) struct Owner {
    house: Arc<House>,
    http: Option<Listen>,
    metrics: Option<Listen>,
    admin: Option<Listen>,
    composition: Composition,
    listener: UnixListener,
    #[cfg(feature = "demo")]
    sandbox: Option<telegraphist_sandbox::Sandbox>,
    /// Let go of last.
    _claim: Claim,
}

/// What every connection shares.
struct House {
    app: Application,
    store: SqliteStore,
    places: Places,
    stay: Stay,
    since: DateTime<Utc>,
    presence: Presence,
    traffic: Arc<Traffic>,
    reception: Reception,
    /// Where people find the gateway in a browser, if they do.
    pages: Option<String>,
    /// End, soon.
    stop: CancellationToken,
    /// End, now.
    close: CancellationToken,
    tasks: TaskTracker,
    /// What the gateway still answers.
    gateway: TaskTracker,
    servers: Servers,
    /// Connections that wait for the end of the process.
    waiting: Mutex<Vec<tokio::net::unix::OwnedWriteHalf>>,
}

impl Owner {
    /// Opens a profile as it was left.
    pub(crate) async fn open(places: &Places, settings: &Settings, face: Face) -> anyhow::Result<Self> {
        if face.http.is_some() {
            settings.http.check_for_profile().map_err(|problem| Usage(problem.to_owned()))?;
        }
        let claim = Claim::take(places).await?;
        let dc_options = settings.telegram.dc_options.0.iter().map(|dc| dc.0.clone()).collect();
        let elsewhere = Elsewhere { dc_options, ..Elsewhere::default() };
        let owner = Self::open_claimed(claim, places, settings, face, elsewhere).await?;
        owner.house.ensure_bots().await;
        Ok(owner)
    }

    /// Opens a profile that was claimed before.
    pub(crate) async fn open_claimed(
        claim: Claim,
        places: &Places,
        settings: &Settings,
        face: Face,
        elsewhere: Elsewhere,
    ) -> anyhow::Result<Self> {
        // Whatever an owner makes is its user's alone.
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
        let late = Arc::new(OnceLock::new());
        let gateway = match face.http {
            Some(listen) => {
                let auth = settings.auth(gateway::authenticate(&late), gateway::fetch(settings))?;
                Some(Gateway::bind(listen, settings.http.gateway(auth)).await?)
            }
            None => None,
        };
        let numbers = match face.metrics {
            Some(listen) => Some((Gateway::bind(listen, GatewayOptions::default()).await?, Meters::new()?)),
            None => None,
        };
        let door = match face.admin {
            Some(listen) => Some(Gateway::bind(listen, settings.admin_door(gateway::authenticate(&late))).await?),
            None => None,
        };
        let telemetry = numbers.as_ref().map(|(_, meters)| meters.telemetry()).unwrap_or_default();
        let composition = compose(places, settings, elsewhere, telemetry).await?;
        composition.app.watch_logins();
        // Nobody is answered before it serves.
        let _ = late.set(composition.app.clone());
        let listener = listen(places)?;
        let pages = gateway.as_ref().and_then(|gateway| gateway::pages(settings, gateway));
        let links = enrol::links(&composition.app, pages.as_deref(), settings);
        let options = ServerOptions::default().with_sign_in_links(links);
        let house = House {
            app: composition.app.clone(),
            store: composition.store.clone(),
            places: places.clone(),
            stay: face.stay,
            since: SystemClock.now(),
            presence: Presence::default(),
            traffic: Arc::default(),
            reception: gateway::reception(settings, gateway.as_ref()),
            pages,
            stop: CancellationToken::new(),
            close: CancellationToken::new(),
            tasks: TaskTracker::new(),
            gateway: TaskTracker::new(),
            servers: Servers::new(composition.app.clone(), options),
            waiting: Mutex::default(),
        };
        let (house, http) = (Arc::new(house), gateway.as_ref().map(|gateway| gateway.address().clone()));
        if let Some(gateway) = gateway {
            house.open_gateway(gateway, settings);
        }
        let metrics = numbers.as_ref().map(|(door, _)| door.address().clone());
        if let Some((door, meters)) = numbers {
            house.open_metrics(door, meters);
        }
        let admin = door.as_ref().map(|door| door.address().clone());
        if let Some(door) = door {
            house.open_admin(door);
        }
        Ok(Self {
            house,
            http,
            metrics,
            admin,
            composition,
            listener,
            #[cfg(feature = "demo")]
            sandbox: None,
            _claim: claim,
        })
    }

    /// Keeps a Telegram of its own until the end.
    #[cfg(feature = "demo")]
    pub(crate) fn keep(&mut self, sandbox: telegraphist_sandbox::Sandbox) {
        self.sandbox = Some(sandbox);
    }

    /// Lets every bot that is signed in hear and speak.
    #[cfg(feature = "demo")]
    pub(crate) async fn ensure_bots(&self) {
        self.house.ensure_bots().await;
    }

    /// Where it listens for HTTP, if it does.
    pub(crate) fn http(&self) -> Option<&Listen> {
        self.http.as_ref()
    }

    /// Where it gives its numbers, if it does.
    pub(crate) fn metrics(&self) -> Option<&Listen> {
        self.metrics.as_ref()
    }

    /// Where the operator comes in, if anywhere.
    pub(crate) fn admin(&self) -> Option<&Listen> {
        self.admin.as_ref()
    }

    /// The application, for what is done before anybody comes.
    #[cfg(feature = "demo")]
    pub(crate) fn app(&self) -> &Application {
        &self.house.app
    }

    /// Serves whoever comes over the socket.
    pub(crate) async fn serve(self) -> anyhow::Result<()> {
        self.serve_while(std::future::pending()).await
    }

    /// Serves one client on standard input and output, and whoever comes meanwhile.
    pub(crate) async fn serve_stdio(self, hello: &Hello) -> anyhow::Result<()> {
        let server = self.house.server(hello).map_err(|unknown| Usage(unknown.to_string()));
        let close = self.house.close.clone();
        let traffic = Arc::clone(&self.house.traffic);
        // On the heap: the futures of a connection are tens of kilobytes.
        let client = Box::pin(async move {
            let input = gate::Gated::new(crate::stdio::input(), Arc::clone(&traffic));
            let output = gate::Gated::new(crate::stdio::output(), traffic);
            server?.serve(input, output, close).await.context("the client could not be served")
        });
        self.serve_while(client).await
    }

    /// Serves until it is time to go, or `own` client is done.
    async fn serve_while(self, own: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
        let house = Arc::clone(&self.house);
        let mut own = pin!(own);
        let mut idle = pin!(house.idle());
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let outcome = loop {
            tokio::select! {
                outcome = &mut own => break outcome,
                () = house.stop.cancelled() => break Ok(()),
                () = &mut idle => break Ok(()),
                _ = terminate.recv() => break Ok(()),
                _ = interrupt.recv() => break Ok(()),
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => house.receive(stream),
                    Err(problem) => {
                        tracing::warn!(%problem, "cannot accept a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        };
        tokio::select! {
            () = self.end() => outcome,
            // Whoever asks twice does not want to wait.
            _ = terminate.recv() => outcome,
            _ = interrupt.recv() => outcome,
        }
    }

    /// Takes no more requests, finishes what was begun, closes everything.
    async fn end(self) {
        let house = &self.house;
        house.stop.cancel();
        // Before the listener goes, so that nobody finds a socket that nobody listens at.
        if let Err(problem) = std::fs::remove_file(&house.places.socket) {
            tracing::debug!(%problem, "the socket is gone already");
        }
        drop(self.listener);
        house.traffic.stop_reading();
        house.gateway.close();
        let ours = async {
            // What is being sent comes to its end; what waits is stored.
            if tokio::time::timeout(DRAIN_MAX, house.app.stop_bots()).await.is_err() {
                tracing::warn!("deliveries under way did not end in time; their outcome is unknown");
            }
            if tokio::time::timeout(DRAIN_MAX, house.app.drain()).await.is_err() {
                tracing::warn!("writes under way did not end in time; their outcome is unknown");
            }
        };
        // The gateway has limits of its own.
        tokio::join!(ours, house.gateway.wait());
        house.traffic.quiet().await;
        house.close.cancel();
        house.tasks.close();
        let closing = async {
            house.tasks.wait().await;
            house.app.stop_watching_logins().await;
            self.composition.bots.shutdown().await;
            self.composition.mtproto.shutdown().await;
        };
        if tokio::time::timeout(CLOSE_MAX, closing).await.is_err() {
            tracing::warn!("not every connection closed in time");
        }
        self.composition.store.close().await;
        #[cfg(feature = "demo")]
        if let Some(sandbox) = self.sandbox {
            sandbox.shutdown().await;
        }
    }
}

impl House {
    /// Ends when nobody has been there for a while and nothing goes on that must not stop.
    async fn idle(&self) {
        loop {
            self.presence.idle(self.stay).await;
            match self.app.has_duties().await {
                Ok(false) => return,
                Ok(true) => {}
                // A store that cannot be read is no reason to go: somebody may wait for what is in it.
                Err(failure) => tracing::warn!(code = failure.code.as_str(), "cannot tell whether anything goes on"),
            }
        }
    }

    /// Lets every bot that is signed in hear and speak. One that does not says so in its health.
    pub(crate) async fn ensure_bots(&self) {
        if let Err(failure) = self.app.ensure_bots(&self.reception).await {
            tracing::error!(code = failure.code.as_str(), "the bots could not be started");
        }
    }

    /// The server for a client's choice of tools.
    fn server(&self, hello: &Hello) -> Result<Server, UnknownName> {
        self.servers.server(&Caller::owner(), &chosen(&hello.choice))
    }
}

/// What a client chose, in the server's terms.
pub(crate) fn chosen(choice: &greeting::Choice) -> Choice {
    let greeting::Choice { toolsets, tools, exclude, read_only } = choice.clone();
    Choice { toolsets, tools, exclude, read_only }
}

/// Listens at the profile's socket. The claim is ours, so a socket that is there already is nobody's.
fn listen(places: &Places) -> anyhow::Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt as _;

    let path = &places.socket;
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(problem) if problem.kind() == std::io::ErrorKind::NotFound => {}
        Err(problem) => return Err(problem).with_context(|| format!("cannot replace {}", path.display())),
    }
    let listener = UnixListener::bind(path).with_context(|| format!("cannot listen at {}", path.display()))?;
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}
