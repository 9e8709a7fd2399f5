//! What the server tells about itself in numbers: one list of instruments, written once.
//!
//! Labels are closed sets or bounded: names of operations, codes, states, short ids of sessions. No text, no chat, no
//! person and no secret is ever one. Where nothing is exported nothing is counted. What is counted as it happens is a
//! method here; what is looked at when it is asked for is in [`observed`]. Traces cross processes in [`trail`].

mod instruments;
pub mod observed;
pub mod trail;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;

use self::instruments::Instruments;
use self::observed::Observed;
use crate::security::SecurityKind;

/// Counts what happens. Cheap to clone; the default counts nothing.
#[derive(Clone, Default)]
pub struct Telemetry(Option<Arc<Instruments>>);

/// Requests of the protocol, as its server metrics describe them.
#[derive(Debug, Clone, Copy)]
pub struct McpRequest<'a> {
    /// `tools/call`, …; what is no method of the protocol is `other`.
    pub method: &'static str,
    /// The tool that was called, if there is one of that name.
    pub tool: Option<&'static str>,
    /// The code of the failure, where there was one.
    pub error: Option<&'a str>,
    /// `pipe` or `tcp`.
    pub transport: &'static str,
    /// The protocol version, if it is known.
    pub version: Option<&'static str>,
    /// How long it took.
    pub took: Duration,
}

/// The tool of calls that name none that there is.
pub const UNKNOWN_TOOL: &str = "unknown";

/// Whose limit a caller ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitOf {
    /// The caller's own.
    Principal,
    /// The caller's own for one tool.
    Tool,
    /// A session's.
    Session,
    /// Telegram's.
    Telegram,
    /// All calls together.
    Server,
}

impl LimitOf {
    /// Its name in labels and in what callers are told.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::Tool => "tool",
            Self::Session => "session",
            Self::Telegram => "telegram",
            Self::Server => "server",
        }
    }
}

impl Telemetry {
    /// Counts with instruments of this meter.
    pub fn on(meter: &Meter) -> Self {
        Self(Some(Arc::new(Instruments::of(meter))))
    }

    /// Whether anything is counted.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// A request over HTTP was answered. `method` and `route` are of closed sets.
    pub fn http_request(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let Some(on) = &self.0 else { return };
        let method = KeyValue::new("method", method);
        let route = KeyValue::new("route", route.to_owned());
        let status = KeyValue::new("status", i64::from(status));
        on.http_request_duration.record(took.as_secs_f64(), &[method.clone(), route.clone()]);
        on.http_requests.add(1, &[method, route, status]);
    }

    /// A request of the protocol was answered.
    pub fn mcp_request(&self, request: McpRequest<'_>) {
        let Some(on) = &self.0 else { return };
        let McpRequest { method, tool, error, transport, version, took } = request;
        let seconds = took.as_secs_f64();
        let status = if error.is_some() { "error" } else { "ok" };
        on.mcp_requests.add(1, &[KeyValue::new("method", method), KeyValue::new("status", status)]);
        let mut fine = vec![KeyValue::new("method", method)];
        let mut standard =
            vec![KeyValue::new("mcp.method.name", method), KeyValue::new("network.transport", transport)];
        if let Some(tool) = tool {
            fine.push(KeyValue::new("tool_name", tool));
            standard.push(KeyValue::new("gen_ai.tool.name", tool));
            standard.push(KeyValue::new("gen_ai.operation.name", "execute_tool"));
            on.tool_calls.add(1, &[KeyValue::new("tool_name", tool), KeyValue::new("status", status)]);
        }
        if let Some(error) = error {
            standard.push(KeyValue::new("error.type", error.to_owned()));
        }
        if let Some(version) = version {
            standard.push(KeyValue::new("mcp.protocol.version", version));
        }
        on.mcp_request_duration.record(seconds, &fine);
        on.mcp_operation_duration.record(seconds, &standard);
    }

    /// A client connected; it has left when what is given back is dropped.
    #[must_use]
    pub fn mcp_session(&self, transport: &'static str) -> McpSession {
        if let Some(on) = &self.0 {
            on.mcp_connections.add(1, &[KeyValue::new("transport", transport)]);
        }
        McpSession { telemetry: self.clone(), transport, since: tokio::time::Instant::now() }
    }

    /// Telegram was asked, or could not be.
    pub(crate) fn telegram_request(
        &self,
        operation: &'static str,
        is_bot: bool,
        outcome: &'static str,
        took: Duration,
    ) {
        let Some(on) = &self.0 else { return };
        let labels = [
            KeyValue::new("operation", operation),
            KeyValue::new("kind", kind(is_bot)),
            KeyValue::new("outcome", outcome),
        ];
        on.telegram_request_duration.record(took.as_secs_f64(), &labels);
    }

    /// Telegram took something that was said.
    pub(crate) fn message_sent(&self, operation: &'static str, is_bot: bool) {
        let Some(on) = &self.0 else { return };
        on.messages_sent.add(1, &[KeyValue::new("operation", operation), KeyValue::new("kind", kind(is_bot))]);
    }

    /// What a bot was to say was said, so long after it was queued.
    pub(crate) fn delivered(&self, after: Duration) {
        if let Some(on) = &self.0 {
            on.delivery_duration.record(after.as_secs_f64(), &[]);
        }
    }

    /// People are asked.
    pub(crate) fn approval_requested(&self, risk: &'static str) {
        if let Some(on) = &self.0 {
            on.approval_requests.add(1, &[KeyValue::new("risk", risk)]);
        }
    }

    /// A question came to its end.
    pub(crate) fn approval_ended(&self, outcome: &'static str) {
        if let Some(on) = &self.0 {
            on.approval_outcomes.add(1, &[KeyValue::new("outcome", outcome)]);
        }
    }

    /// Agents told that a task is done.
    pub(crate) fn task_completed(&self) {
        if let Some(on) = &self.0 {
            on.task_completions.add(1, &[]);
        }
    }

    /// A call had to wait or was refused because of a limit.
    pub fn rate_limited(&self, limit: LimitOf) {
        if let Some(on) = &self.0 {
            on.rate_limit_violations.add(1, &[KeyValue::new("limit", limit.as_str())]);
        }
    }

    /// Somebody was not who they said. `reason` is of a closed set.
    pub(crate) fn authentication_failed(&self, reason: &'static str) {
        if let Some(on) = &self.0 {
            on.authentication_failures.add(1, &[KeyValue::new("reason", reason)]);
        }
    }

    /// Something happened that an operator should look at.
    pub(crate) fn security_event(&self, kind: SecurityKind) {
        if let Some(on) = &self.0 {
            on.security_events.add(1, &[KeyValue::new("event", kind.as_str())]);
        }
    }

    /// What was seen when everything was looked at.
    pub(crate) fn observe(&self, observed: Observed) {
        if let Some(on) = &self.0 {
            on.observe(observed);
        }
    }
}

const fn kind(is_bot: bool) -> &'static str {
    if is_bot { "bot" } else { "user" }
}

/// A client that is connected.
pub struct McpSession {
    telemetry: Telemetry,
    transport: &'static str,
    since: tokio::time::Instant,
}

impl Drop for McpSession {
    fn drop(&mut self) {
        let Some(on) = &self.telemetry.0 else { return };
        on.mcp_connections.add(-1, &[KeyValue::new("transport", self.transport)]);
        let labels = [KeyValue::new("network.transport", self.transport)];
        on.mcp_session_duration.record(self.since.elapsed().as_secs_f64(), &labels);
    }
}
