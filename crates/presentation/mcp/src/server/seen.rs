//! A connection as an operator sees it: every request has a span, a correlation id and its numbers, by the conventions
//! of OpenTelemetry for MCP.
//!
//! Names that a client may choose freely are not written down: a tool that is not there is `unknown`, a method that is
//! not the protocol's is `other`, and no argument and no address is an attribute.

mod over_http;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use rmcp::model::{ClientNotification, ClientRequest, ProtocolVersion, ServerConfig, ServerResult};
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ErrorData, RoleServer, Service};
use telegraphist_application::Application;
use telegraphist_application::telemetry::trail::{self, TraceParent, Trail};
use telegraphist_application::telemetry::{McpRequest, McpSession, UNKNOWN_TOOL};
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

pub(crate) use self::over_http::SeenOverHttp;
use super::{Connection, Room};

/// The methods that are told apart.
const METHODS: [&str; 21] = [
    "ping",
    "initialize",
    "server/discover",
    "completion/complete",
    "logging/setLevel",
    "prompts/get",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "subscriptions/listen",
    "resources/subscribe",
    "resources/unsubscribe",
    "tools/call",
    "tools/list",
    "tasks/get",
    "tasks/update",
    "tasks/cancel",
    "skills/list",
    "skills/get",
    "resources/directory/read",
];

/// What is no method of the protocol.
const OTHER: &str = "other";

/// Protocol versions as labels.
const VERSIONS: [&str; 5] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

/// How the bytes of a connection come.
const PIPE: &str = "pipe";

/// How they come over HTTP.
const TCP: &str = "tcp";

/// Watches one client in a room.
struct Watch {
    room: Arc<Room>,
    transport: &'static str,
    /// From when a client is connected until it leaves. A request of the era without sessions has none.
    session: OnceLock<McpSession>,
}

/// A request that is being answered.
struct Asked<'a> {
    watch: &'a Watch,
    method: &'static str,
    tool: Option<&'static str>,
    version: Option<&'static str>,
    trail: Trail,
    span: Span,
    started: Instant,
}

impl Watch {
    fn new(room: Arc<Room>, transport: &'static str) -> Self {
        Self { room, transport, session: OnceLock::new() }
    }

    fn app(&self) -> &Application {
        &self.room.inner.app
    }

    fn begin_session(&self) {
        self.session.get_or_init(|| self.app().telemetry().mcp_session(self.transport));
    }

    /// The tool of that name, as it is written down.
    fn tool(&self, name: &str) -> &'static str {
        self.room.tool(name).map_or(UNKNOWN_TOOL, |tool| tool.facts.name)
    }

    /// A request begins. A listener has no context that could be looked at: it begins a trail of its own.
    fn begin(
        &self,
        method: &'static str,
        tool: Option<&'static str>,
        context: Option<&RequestContext<RoleServer>>,
    ) -> Asked<'_> {
        let started = Instant::now();
        let version = context.and_then(RequestContext::protocol_version);
        let version = version.and_then(|version| one_of(&VERSIONS, version.as_str()));
        let trail = Trail::current()
            .or_else(|| context.and_then(brought::<Trail>).cloned())
            .unwrap_or_else(|| Trail { correlation_id: self.app().ports().ids.correlation() });
        // The library answers in a task of its own, which is in nobody's span.
        let around = context.and_then(brought::<Span>).cloned().unwrap_or_else(Span::current);
        let _around = around.enter();
        let span = tracing::info_span!(
            "mcp",
            otel.name = %Named { method, tool },
            otel.kind = "server",
            otel.status_code = tracing::field::Empty,
            correlation_id = trail.correlation_id.as_str(),
            mcp.method.name = method,
            mcp.protocol.version = version,
            gen_ai.tool.name = tool,
            gen_ai.operation.name = tool.map(|_| "execute_tool"),
            network.transport = self.transport,
            error.type = tracing::field::Empty,
            rpc.response.status_code = tracing::field::Empty,
        );
        if let Some(context) = context {
            let sent = TraceParent { parent: context.meta.get_traceparent(), state: context.meta.get_tracestate() };
            trail::adopt(&span, sent);
        }
        Asked { watch: self, method, tool, version, trail, span, started }
    }
}

impl Asked<'_> {
    /// Answers it; an answer may still say that it failed.
    async fn answered<T>(
        self,
        answer: impl Future<Output = Result<T, ErrorData>>,
        has_failed: fn(&T) -> bool,
    ) -> Result<T, ErrorData> {
        let Self { watch, method, tool, version, trail, span, started } = self;
        let result = trail.follow(answer).instrument(span.clone()).await;
        // Codes of JSON-RPC that are ours are few, so they are a bounded label.
        let error = match &result {
            Err(error) => Some(Cow::Owned(error.code.0.to_string())),
            Ok(answer) => has_failed(answer).then_some(Cow::Borrowed("tool_error")),
        };
        if let Some(error) = &error {
            span.record("error.type", error.as_ref());
            span.record("otel.status_code", "ERROR");
        }
        if let Err(error) = &result {
            span.record("rpc.response.status_code", error.code.0.to_string());
        }
        let (took, transport) = (started.elapsed(), watch.transport);
        let error = error.as_deref();
        watch.app().telemetry().mcp_request(McpRequest { method, tool, error, transport, version, took });
        result
    }
}

/// A connection over a byte stream, watched.
pub(super) struct SeenConnection {
    watch: Watch,
    connection: Connection,
}

impl SeenConnection {
    pub(super) fn new(connection: Connection) -> Self {
        let watch = Watch::new(Arc::clone(&connection.room), PIPE);
        // It is a session as it stands.
        watch.begin_session();
        Self { watch, connection }
    }
}

impl Service<RoleServer> for SeenConnection {
    async fn handle_request(
        &self,
        request: ClientRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<ServerResult, ErrorData> {
        let method = one_of(&METHODS, request.method()).unwrap_or(OTHER);
        let tool = match &request {
            ClientRequest::CallToolRequest(call) => Some(self.watch.tool(&call.params.name)),
            _ => None,
        };
        let asked = self.watch.begin(method, tool, Some(&context));
        let has_failed = |answer: &ServerResult| match answer {
            ServerResult::CallToolResult(answer) => answer.is_error == Some(true),
            _ => false,
        };
        // The library's dispatch is as large as all its answers together.
        asked.answered(Box::pin(self.connection.handle_request(request, context)), has_failed).await
    }

    async fn handle_notification(
        &self,
        notification: ClientNotification,
        context: NotificationContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.connection.handle_notification(notification, context).await
    }

    fn get_info(&self) -> ServerConfig {
        Service::get_info(&self.connection)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Service::supported_protocol_versions(&self.connection)
    }
}

/// What the gateway gave a request to carry.
pub(super) fn brought<T: Clone + Send + Sync + 'static>(context: &RequestContext<RoleServer>) -> Option<&T> {
    context.extensions.get::<http::request::Parts>()?.extensions.get::<T>()
}

fn one_of(words: &[&'static str], word: &str) -> Option<&'static str> {
    words.iter().copied().find(|one| *one == word)
}

/// A span's name.
struct Named {
    method: &'static str,
    tool: Option<&'static str>,
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.tool {
            Some(tool) => write!(f, "{} {tool}", self.method),
            None => f.write_str(self.method),
        }
    }
}
