//! What belongs together: one correlation id for everything that one request causes, and the trace that it is part of.
//!
//! The id comes with the request or is made for it, and goes with the task that answers it; whoever is asked deeper down
//! takes it from there. What callers send is checked, because it is written into logs.

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The longest id that a caller may bring.
const ID_MAX: usize = 64;

/// What a request belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// Finds everything about the request.
    pub correlation_id: String,
}

tokio::task_local! {
    static TRAIL: Trail;
}

impl Trail {
    /// The trail of the request that this task answers.
    pub fn current() -> Option<Self> {
        TRAIL.try_with(Clone::clone).ok()
    }

    /// The id that a caller brought, if it is one: letters, digits, dots, dashes and underscores.
    pub fn brought(id: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let is_id = !id.is_empty() && id.len() <= ID_MAX && id.bytes().all(is_plain);
        is_id.then(|| Self { correlation_id: id.to_owned() })
    }

    /// Does something that belongs to it.
    pub async fn follow<F: Future>(self, what: F) -> F::Output {
        TRAIL.scope(self, what).await
    }
}

/// Where a trace context is carried (W3C).
#[derive(Debug, Clone, Copy, Default)]
pub struct TraceParent<'a> {
    /// `traceparent`
    pub parent: Option<&'a str>,
    /// `tracestate`
    pub state: Option<&'a str>,
}

/// Lets `span` go on the trace that was sent along. Where another span is its parent already, that one is linked.
pub fn adopt(span: &Span, sent: TraceParent<'_>) {
    let Some(parent) = sent.parent else { return };
    // Only where traces are exported; and what cannot be read is no trace.
    if span.is_disabled() {
        return;
    }
    let ambient = Span::current().context().span().span_context().clone();
    let mut carried = HashMap::from([("traceparent".to_owned(), parent.to_owned())]);
    if let Some(state) = sent.state {
        carried.insert("tracestate".to_owned(), state.to_owned());
    }
    let context = TraceContextPropagator::new().extract_with_context(&opentelemetry::Context::new(), &carried);
    if context.span().span_context().is_valid() && span.set_parent(context).is_ok() && ambient.is_valid() {
        span.add_link(ambient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_would_break_a_line_of_the_log_is_not_taken() {
        for id in ["", "a b", "a\nb", "a\"b", "ü", &"x".repeat(65)] {
            assert_eq!(Trail::brought(id), None, "{id}");
        }
        for id in ["req-1", "0af7651916cd43dd8448eb211c80319c", "a.b_c"] {
            assert_eq!(Trail::brought(id).expect("it is plain").correlation_id, id);
        }
    }

    #[tokio::test]
    async fn what_belongs_to_a_request_finds_its_id() {
        let trail = Trail::brought("req-1").expect("it is plain");
        let seen = trail.clone().follow(async { Trail::current() }).await;
        assert_eq!(seen, Some(trail));
        assert_eq!(Trail::current(), None);
    }
}
