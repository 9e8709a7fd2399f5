//! What one caller sees of MCP over HTTP: the library's service over the rooms of one server.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;

use super::Answer;
use super::sessions::{SessionTable, Sessions};
use crate::server::{Connection, Room, Rooms, SeenOverHttp, Server, SharedLimits};
use crate::servers::Whom;

/// An answer under way.
type Answering = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

/// Answers in one room.
type Desk = Box<dyn Fn(Request<Full<Bytes>>) -> Answering + Send + Sync>;

/// Makes what answers in a room.
type MakeDesk = dyn Fn(Arc<Room>, Arc<Sessions>) -> Desk + Send + Sync;

/// Makes faces.
pub(super) struct Faces {
    sessions: Arc<SessionTable>,
    limits: SharedLimits,
    make: Box<MakeDesk>,
    closing: CancellationToken,
    /// Cuts what did not end by itself.
    close: CancellationToken,
}

impl Faces {
    pub(super) fn new<H: ServerHandler>(
        keep_alive: Duration,
        closing: CancellationToken,
        sessions: Arc<SessionTable>,
        wrap: impl Fn(Connection) -> H + Clone + Send + Sync + 'static,
    ) -> Self {
        let close = CancellationToken::new();
        // Hosts, origins and sizes are the business of whoever mounts it.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .with_max_request_body_bytes(usize::MAX)
            .with_json_response(true)
            .with_sse_keep_alive(Some(keep_alive))
            .with_cancellation_token(close.clone());
        let make = move |room: Arc<Room>, sessions: Arc<Sessions>| -> Desk {
            let wrap = wrap.clone();
            let factory = move || {
                let answers = wrap(Connection::new(Arc::clone(&room)));
                Ok(SeenOverHttp::new(Arc::clone(&room), answers))
            };
            let service = StreamableHttpService::new(factory, sessions, config.clone());
            Box::new(move |request| service.clone().call(request))
        };
        Self { sessions, limits: SharedLimits::default(), make: Box::new(make), closing, close }
    }

    /// The face of one server.
    pub(super) fn make(&self, server: &Server, whom: Arc<Whom>) -> Face {
        let sessions = Arc::new(Sessions::new(Arc::clone(&self.sessions), whom));
        let desk = |room| (self.make)(room, Arc::clone(&sessions));
        let Rooms { usual, with_bot } = server.shared_rooms(&self.limits, &self.closing);
        Face { usual: desk(usual), with_bot: with_bot.map(desk) }
    }

    /// Ends every session and every stream.
    pub(super) fn close(&self) {
        self.close.cancel();
    }
}

/// What one caller sees.
pub(super) struct Face {
    usual: Desk,
    /// Only where a bot changes what is offered.
    with_bot: Option<Desk>,
}

impl Face {
    /// Whether it matters that a bot is signed in.
    pub(super) fn depends_on_bots(&self) -> bool {
        self.with_bot.is_some()
    }

    pub(super) async fn answer(&self, request: Request<Bytes>, has_bot: bool) -> Answer {
        let desk = self.with_bot.as_ref().filter(|_| has_bot).unwrap_or(&self.usual);
        let answer = desk(request.map(Full::new)).await;
        answer.unwrap_or_else(|never| match never {})
    }
}
