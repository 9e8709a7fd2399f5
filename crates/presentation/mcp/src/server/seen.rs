//! A connection as an operator sees it: every request has a span, a correlation id and its numbers, by the conventions
//! of OpenTelemetry for MCP.
//!
//! Names that a client may choose freely are not written down: a tool that is not there is `unknown`, a method that is
//! not the protocol's is `other`, and no argument and no address is an attribute.

use std::borrow::Cow;

use rmcp::model::{ClientNotification, ClientRequest, ProtocolVersion, ServerConfig, ServerResult};
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ErrorData, RoleServer, Service};
use telegraphist_application::telemetry::trail::{self, TraceParent, Trail};
use telegraphist_application::telemetry::{McpRequest, McpSession, UNKNOWN_TOOL};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::Connection;

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

/// Protocol versions as labels.
const VERSIONS: [&str; 5] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

/// How bytes come.
const TRANSPORT: &str = "pipe";

/// A connection that is watched.
pub(super) struct Seen {
    connection: Connection,
    _session: McpSession,
}

impl Seen {
    pub(super) fn of(connection: Connection) -> Self {
        let session = connection.inner.app.telemetry().mcp_session(TRANSPORT);
        Self { connection, _session: session }
    }
}

impl Service<RoleServer> for Seen {
    async fn handle_request(
        &self,
        request: ClientRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<ServerResult, ErrorData> {
        let started = Instant::now();
        let app = &self.connection.inner.app;
        let method = one_of(&METHODS, request.method()).unwrap_or("other");
        let tool = self.tool(&request);
        let version = context.protocol_version().and_then(|version| one_of(&VERSIONS, version.as_str()));
        let trail = Trail::current()
            .or_else(|| context.extensions.get::<Trail>().cloned())
            .unwrap_or_else(|| Trail { correlation_id: app.ports().ids.correlation() });
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
            network.transport = TRANSPORT,
            error.type = tracing::field::Empty,
            rpc.response.status_code = tracing::field::Empty,
        );
        let sent = TraceParent { parent: context.meta.get_traceparent(), state: context.meta.get_tracestate() };
        trail::adopt(&span, sent);
        let result = trail.follow(self.connection.handle_request(request, context)).instrument(span.clone()).await;
        let error = error_of(&result);
        if let Some(error) = &error {
            span.record("error.type", error.as_ref());
            span.record("otel.status_code", "ERROR");
        }
        if let Err(error) = &result {
            span.record("rpc.response.status_code", error.code.0.to_string());
        }
        let took = started.elapsed();
        let error = error.as_deref();
        app.telemetry().mcp_request(McpRequest { method, tool, error, transport: TRANSPORT, version, took });
        result
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

impl Seen {
    fn tool(&self, request: &ClientRequest) -> Option<&'static str> {
        if let ClientRequest::CallToolRequest(call) = request {
            let tool = self.connection.tool(&call.params.name);
            return Some(tool.map_or(UNKNOWN_TOOL, |tool| tool.facts.name));
        }
        None
    }
}

fn one_of(words: &[&'static str], word: &str) -> Option<&'static str> {
    words.iter().copied().find(|one| *one == word)
}

/// The code of a protocol error, or that the tool failed. JSON-RPC codes of ours are few, so they are a bounded label.
fn error_of(result: &Result<ServerResult, ErrorData>) -> Option<Cow<'static, str>> {
    match result {
        Err(error) => Some(Cow::Owned(error.code.0.to_string())),
        Ok(ServerResult::CallToolResult(answer)) if answer.is_error == Some(true) => Some(Cow::Borrowed("tool_error")),
        Ok(_) => None,
    }
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
