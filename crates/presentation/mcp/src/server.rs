//! The server: one for each set of tools and caller, shared by as many connections as come.
//!
//! Everything a list shows is made once, when the server is. A connection holds nothing but its limits, so what one
//! request did is not seen by the next. Start with [`Server::serve`].

mod answers;
mod call;
mod confirmation;
mod handler;
mod room;
mod seen;
mod signing_in;
mod tasks;
mod watching;

use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    Implementation, MetaObject, RequestStateCodec, ServerCapabilities, ServerConfig, TASKS_EXTENSION_ID,
};
use rmcp::service::RunningService;
use rmcp::service::ServerInitializeError;
use rmcp::{RoleServer, ServiceExt};
use telegraphist_application::{Application, Caller};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

pub use self::room::Connection;
use self::room::Delivery;
pub(crate) use self::room::{Room, SharedLimits};
use self::seen::SeenConnection;
pub(crate) use self::seen::SeenOverHttp;
pub use self::signing_in::{SignInLink, SignInLinks};
use crate::lines::Lines;
use crate::prompts;
use crate::resources;
use crate::selection::Selection;

/// What a client should know before its first call, most important first: hosts cut it at 2,048 characters.
pub const INSTRUCTIONS: &str = include_str!("instructions.md");

/// The same where people can be asked and told.
pub const INSTRUCTIONS_WITH_PEOPLE: &str =
    concat!(include_str!("instructions.md"), include_str!("instructions_with_people.md"));

/// What an operator can choose.
#[derive(Clone)]
pub struct ServerOptions {
    /// The longest line a client may send, in bytes.
    pub line_max: usize,
    /// How many calls of one connection run at the same time; over HTTP, of one principal.
    pub running_max: usize,
    /// How many more may wait for their turn; over this, calls are refused as overloaded.
    pub waiting_max: usize,
    /// How long a call waits for its turn, if its caller does not wait less.
    pub turn_max: Duration,
    /// How many a connection tells of changes at the same time; over HTTP, a principal.
    pub listeners_max: usize,
    /// The largest answer to a call that changes nothing, in bytes; what was changed is told in any case.
    pub answer_max: usize,
    /// How long a person has to confirm what cannot be undone.
    pub confirm_max: Duration,
    /// Where somebody signs a session in by a page, where there is one.
    pub sign_in_links: Option<SignInLinks>,
    /// Seals what a client carries between the two rounds of a question.
    state: RequestStateCodec,
}

impl Default for ServerOptions {
    fn default() -> Self {
        let mut key = [0; 32];
        getrandom::fill(&mut key).expect("the operating system gives randomness");
        Self {
            line_max: 16 * 1024 * 1024,
            running_max: 128,
            waiting_max: 1024,
            turn_max: Duration::from_secs(30),
            listeners_max: 8,
            answer_max: 32 * 1024 * 1024,
            confirm_max: Duration::from_mins(5),
            sign_in_links: None,
            state: RequestStateCodec::try_new(key).expect("32 bytes are enough"),
        }
    }
}

impl ServerOptions {
    /// The same, leading people to the page where a session signs in.
    #[must_use]
    pub fn with_sign_in_links(self, links: Option<SignInLinks>) -> Self {
        Self { sign_in_links: links, ..self }
    }
}

/// An MCP server over one application, for one caller and one selection of tools.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
    /// Which life of an agent the connections belong to; each is one of its own where it is not said.
    life: Option<Arc<str>>,
}

/// What all connections share.
pub(crate) struct Inner {
    app: Application,
    caller: Caller,
    options: ServerOptions,
    /// What is offered where no bot is signed in.
    usual: Arc<Offer>,
    /// What is offered where one is.
    with_bot: Arc<Offer>,
    /// Names this server in every result of the stateless era.
    identity: MetaObject,
}

/// What a connection offers; decided when it begins, because lists must not vary under a client.
pub(crate) struct Offer {
    selection: Selection,
    listed: Vec<rmcp::model::Tool>,
    config: ServerConfig,
}

impl Offer {
    fn new(selection: Selection, identity: Implementation) -> Arc<Self> {
        let can_ask = ["request_approval", "wait_for_approval", "send_telegram_message"];
        let instructions =
            if can_ask.iter().all(|tool| selection.has(tool)) { INSTRUCTIONS_WITH_PEOPLE } else { INSTRUCTIONS };
        let config =
            ServerConfig::new(capabilities(&selection)).with_server_info(identity).with_instructions(instructions);
        let listed = selection.tools().map(answers::listed).collect();
        Arc::new(Self { selection, listed, config })
    }
}

/// Why a connection was not served to its end.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The client and this server did not agree on how to begin.
    #[error("the connection could not be opened")]
    Opening(#[source] Box<ServerInitializeError>),
    /// A defect: the connection's task ended by itself.
    #[error("the connection's task failed")]
    Task(#[source] tokio::task::JoinError),
}

impl Server {
    /// A server that offers `caller` what both the selection and its grants allow.
    pub fn new(app: Application, caller: Caller, selection: &Selection, options: ServerOptions) -> Self {
        let selection = selection.granted(&caller);
        let identity = Implementation::new("telegraphist", env!("CARGO_PKG_VERSION")).with_title("Telegraphist");
        let beside_a_bot = selection.beside_a_bot();
        let is_alike = beside_a_bot == selection;
        let usual = Offer::new(selection, identity.clone());
        let with_bot = if is_alike { Arc::clone(&usual) } else { Offer::new(beside_a_bot, identity.clone()) };
        let identity = answers::identity(&identity);
        Self { inner: Arc::new(Inner { app, caller, options, usual, with_bot, identity }), life: None }
    }

    /// The same server for one life of an agent: what it asked on an earlier connection is still its own. `life` is
    /// as hard to guess as an id.
    #[must_use]
    pub fn for_life(self, life: &str) -> Self {
        Self { life: Some(life.into()), ..self }
    }

    /// Serves one client until it leaves or `cancel` fires. A client that leaves before it asked anything, as one does
    /// that only looks whether there is a server, is no error.
    pub async fn serve<R, W>(&self, read: R, write: W, cancel: CancellationToken) -> Result<(), ServeError>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: AsyncWrite + Send + Unpin + 'static,
    {
        let lines = Lines::new(read, write, self.inner.options.line_max);
        // The library cancels the token it was given when a connection ends; the caller's may be for all connections.
        let cancel = cancel.child_token();
        let room = Room::of_connection(Arc::clone(&self.inner), self.inner.offer().await, self.life.as_deref());
        let seen = SeenConnection::new(Connection::new(Arc::new(room)));
        match seen.serve_with_ct(lines, cancel).await {
            Ok(running) => finished(running).await,
            Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => Ok(()),
            Err(error) => Err(ServeError::Opening(Box::new(error))),
        }
    }
}

impl Server {
    /// The room of everybody who comes over HTTP in this name for this, by whether a bot is signed in. Nobody there has a life of their own: an
    /// agent is known by its principal and its name.
    pub(crate) fn shared_rooms(&self, limits: &SharedLimits, closing: &CancellationToken) -> Rooms {
        let inner = &self.inner;
        let limits = limits.of(&inner.caller.principal, &inner.options);
        let room = |offer: &Arc<Offer>| {
            let (inner, offer, limits) = (Arc::clone(inner), Arc::clone(offer), Arc::clone(&limits));
            Arc::new(Room::shared(inner, offer, limits, closing.clone()))
        };
        let with_bot = (!Arc::ptr_eq(&inner.usual, &inner.with_bot)).then(|| room(&inner.with_bot));
        Rooms { usual: room(&inner.usual), with_bot }
    }
}

/// Where those who come over HTTP are served.
pub(crate) struct Rooms {
    pub(crate) usual: Arc<Room>,
    /// Only where a bot changes what is offered.
    pub(crate) with_bot: Option<Arc<Room>>,
}

impl Inner {
    /// What a connection that begins now is offered.
    async fn offer(&self) -> Arc<Offer> {
        let has_bot = self.app.has_bot().await.unwrap_or_else(|error| {
            // Whoever needs the tools can still name their toolsets.
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot tell whether there is a bot");
            false
        });
        Arc::clone(if has_bot { &self.with_bot } else { &self.usual })
    }
}

async fn finished(running: RunningService<RoleServer, SeenConnection>) -> Result<(), ServeError> {
    running.waiting().await.map(drop).map_err(ServeError::Task)
}

/// Says only what is there: no resources without a tool to read them with.
fn capabilities(selection: &Selection) -> ServerCapabilities {
    let mut capabilities = ServerCapabilities::builder().enable_tools().build();
    let has_resources = resources::offered(selection).next().is_some();
    let has_prompts = prompts::offered(selection).next().is_some();
    if has_resources {
        let mut offered = rmcp::model::ResourcesCapability::default();
        offered.subscribe = resources::is_any_live(selection).then_some(true);
        capabilities.resources = Some(offered);
    }
    if has_prompts {
        capabilities.prompts = Some(rmcp::model::PromptsCapability::default());
    }
    if selection.has(tasks::WAIT) {
        let extensions = capabilities.extensions.get_or_insert_default();
        extensions.insert(TASKS_EXTENSION_ID.to_owned(), serde_json::Map::new());
    }
    if has_resources || has_prompts {
        capabilities.completions = Some(serde_json::Map::new());
    }
    capabilities
}
