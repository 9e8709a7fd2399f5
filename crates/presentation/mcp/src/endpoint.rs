//! MCP over HTTP, in both eras, as a service over the types of HTTP: whoever mounts it says who calls.
//!
//! In front of the protocol library stands an edge of our own, as on byte streams: what is no message, or no message that
//! anybody here understands, is answered before the library sees it. The caller is taken from the request's extensions and
//! never made here; a request without one is refused. What is made for a request is a pointer. Start with
//! [`Endpoint::answer`].

mod edge;
mod ending;
mod face;
mod finished;
mod narrowing;
mod places;
mod sessions;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use rmcp::ServerHandler;
use telegraphist_application::{Caller, Dismissal};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::face::{Face, Faces};
pub(crate) use self::finished::Slot;
pub use self::narrowing::ENDPOINT_PATH;
use self::sessions::SessionTable;
use crate::catalogue::Catalogue;
use crate::kept::Kept;
use crate::lines::message::Refusal;
use crate::selection::{Choice, Selection, UnknownName};
use crate::server::Connection;
use crate::servers::{Servers, Whom};

/// An answer, which may be a stream.
pub type Answer = Response<BoxBody<Bytes, Infallible>>;

/// Faces that are kept; each is little more than its servers, which are kept elsewhere.
const FACES_MAX: usize = 1_024;

/// For so long it is believed that a bot is signed in, or that none is.
const BOT_BELIEVED: Duration = Duration::from_secs(2);

/// What an operator can choose.
#[derive(Debug, Clone)]
pub struct EndpointOptions {
    /// What is on offer to all; what a request says only takes away.
    pub choice: Choice,
    /// Sessions of the era that begins with `initialize`, at once.
    pub sessions_max: usize,
    /// A session that nobody uses for so long is closed.
    pub session_idle_max: Duration,
    /// A stream on which nothing happens says so in such intervals, so that proxies keep it open.
    pub keep_alive: Duration,
    /// How many streams that tell of changes one principal has at once.
    pub listeners_max: usize,
}

impl Default for EndpointOptions {
    fn default() -> Self {
        Self {
            choice: Choice::default(),
            sessions_max: 256,
            session_idle_max: Duration::from_mins(30),
            keep_alive: Duration::from_secs(15),
            listeners_max: 64,
        }
    }
}

/// Where MCP is spoken over HTTP.
#[derive(Clone)]
pub struct Endpoint {
    inner: Arc<Inner>,
}

struct Inner {
    servers: Servers,
    /// What is on offer to all, if the operator's names are known.
    offered: Result<Arc<Selection>, UnknownName>,
    faces: Faces,
    kept: Kept<Whom, Arc<Face>>,
    sessions: Arc<SessionTable>,
    /// Whether a bot was signed in, and when that was looked up.
    bot: Mutex<Option<(Instant, bool)>>,
}

impl Endpoint {
    /// An endpoint that takes no more when `closing` fires: streams end with their results then, and what only waits for
    /// people is answered as it stands.
    pub fn new(servers: &Servers, options: EndpointOptions, closing: CancellationToken) -> Self {
        Self::wrapped(servers, options, closing, |connection| connection)
    }

    /// The same with something around each connection: tests put tools before ours that no product has.
    pub fn wrapped<H: ServerHandler>(
        servers: &Servers,
        options: EndpointOptions,
        closing: CancellationToken,
        wrap: impl Fn(Connection) -> H + Clone + Send + Sync + 'static,
    ) -> Self {
        let EndpointOptions { choice, sessions_max, session_idle_max, keep_alive, listeners_max } = options;
        let servers = servers.with_options(|options| options.listeners_max = listeners_max);
        let sessions = SessionTable::new(sessions_max, session_idle_max, closing.clone());
        let faces = Faces::new(keep_alive, closing, Arc::clone(&sessions), wrap);
        let bot = Mutex::default();
        let offered = Selection::of(&choice).map(Arc::new);
        Self { inner: Arc::new(Inner { servers, offered, faces, kept: Kept::new(FACES_MAX), sessions, bot }) }
    }

    /// Closes every session and every stream that is still there.
    pub fn close(&self) {
        self.inner.faces.close();
    }

    /// Answers a request whose body has been read.
    pub async fn answer(&self, request: Request<Bytes>) -> Answer {
        match self.admitted(request).await {
            Ok(answer) => edge::spoken(answer).await,
            Err(refusal) => refusal.answer(),
        }
    }

    async fn admitted(&self, mut request: Request<Bytes>) -> Result<Answer, edge::Refused> {
        let inner = &self.inner;
        let Some(caller) = request.extensions().get::<Caller>().cloned() else {
            tracing::error!("a request reached MCP and nobody said who calls");
            let refusal = Refusal::new(None, rmcp::model::ErrorCode::INTERNAL_ERROR, "nobody said who calls");
            return Err(edge::Refused::new(StatusCode::INTERNAL_SERVER_ERROR, refusal));
        };
        let offered = inner.offered.as_ref().map_err(|unknown| edge::Refused::unusable(unknown.to_string()))?;
        let selection = narrowing::narrowed(offered, request.uri().path(), request.headers())?;
        let whom = Whom { caller, selection };
        let is_stateless = edge::is_stateless(request.headers());
        // The stateless era has no sessions, whatever its clients send along.
        let session = edge::session_of(request.headers()).filter(|_| !is_stateless);
        if session.as_ref().is_some_and(|session| !inner.sessions.is_of(session, &whom)) {
            return Err(edge::Refused::unknown_session());
        }
        let face = self.face(&whom);
        let place = if request.method() == Method::POST {
            match edge::check(&mut request)? {
                edge::Post::Nothing => return Ok(edge::accepted()),
                edge::Post::Initialize => {
                    if session.is_some() {
                        return Err(edge::Refused::again());
                    }
                    Some(inner.sessions.make_room(&whom).map_err(|_| edge::Refused::full())?)
                }
                edge::Post::Request(id, tool) => {
                    if let Some(tool) = tool.and_then(|tool| Catalogue::get().tool(&tool))
                        && !whom.caller.grants.scopes.contains(tool.facts.scope)
                    {
                        inner.servers.app().note_missing_scope(&whom.caller, tool.facts).await;
                        return Err(edge::Refused::lacking(id, tool.facts.scope));
                    }
                    if session.as_ref().is_some_and(|session| inner.sessions.is_unanswered(session, &id)) {
                        return Err(edge::Refused::used_twice(id));
                    }
                    None
                }
                edge::Post::Other => None,
            }
        } else {
            None
        };
        let has_bot = if face.depends_on_bots() { self.has_bot().await } else { false };
        if let Some(place) = place {
            let answer = place.held(face.answer(request, has_bot)).await;
            return if place.is_lost() { Err(edge::Refused::full()) } else { Ok(answer) };
        }
        if !is_stateless {
            let dismissal = request.extensions().get::<Dismissal>().cloned();
            let answer = face.answer(request, has_bot).await;
            return Ok(match session.zip(dismissal) {
                Some((session, dismissal)) => {
                    let table = Arc::clone(&inner.sessions);
                    ending::watched(answer, ending::Ending { table, session, dismissal })
                }
                None => answer,
            });
        }
        let slot = Slot::default();
        request.extensions_mut().insert(slot.clone());
        Ok(finished::placed(face.answer(request, has_bot).await, slot).await)
    }

    fn face(&self, whom: &Whom) -> Arc<Face> {
        let inner = &self.inner;
        inner.kept.get_or(whom.clone(), |whom| {
            let server = inner.servers.of(whom.clone());
            Arc::new(inner.faces.make(&server, Arc::new(whom.clone())))
        })
    }

    async fn has_bot(&self) -> bool {
        let believed = *self.inner.bot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, has_bot)) = believed.filter(|(at, _)| at.elapsed() < BOT_BELIEVED) {
            return has_bot;
        }
        let has_bot = self.inner.servers.app().has_bot().await.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot tell whether there is a bot");
            false
        });
        *self.inner.bot.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), has_bot));
        has_bot
    }
}

impl tower_service::Service<Request<Bytes>> for Endpoint {
    type Response = Answer;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let endpoint = self.clone();
        Box::pin(async move { Ok(endpoint.answer(request).await) })
    }
}
