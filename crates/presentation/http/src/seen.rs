//! Every request as an operator sees it: a correlation id, a span, and two numbers.
//!
//! The id is what the client sent as `x-request-id`, if it is one, else a fresh one; it goes with everything that the
//! request causes and back in the answer. Neither path nor query is written down: the route is, and its placeholders stay
//! placeholders.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use telegraphist_application::telemetry::trail::{self, TraceParent, Trail};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::desk::Desk;

/// Where a client says by what id it finds the request in its own logs.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The route of what matched none.
const UNMATCHED: &str = "unmatched";

/// Answers a request, and tells how it went.
pub(crate) async fn observe(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method_word(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
    let trail = text(request.headers(), REQUEST_ID.as_str()).and_then(Trail::brought);
    let trail = trail.unwrap_or_else(|| Trail { correlation_id: desk.app.ports().ids.correlation() });
    let span = tracing::info_span!(
        "http",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        correlation_id = trail.correlation_id.as_str(),
        http.request.method = method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
    );
    let sent =
        TraceParent { parent: text(request.headers(), "traceparent"), state: text(request.headers(), "tracestate") };
    trail::adopt(&span, sent);
    // For services that answer in a task of their own.
    request.extensions_mut().insert(trail.clone());
    request.extensions_mut().insert(span.clone());
    let id = HeaderValue::from_str(&trail.correlation_id);
    let mut response = trail.follow(next.run(request)).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    desk.app.telemetry().http_request(method, route, status, started.elapsed());
    if let Ok(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A client may send any word as a method; a label must not have any value.
fn method_word(method: &Method) -> &'static str {
    let known = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS];
    let words = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
    known.iter().position(|one| one == method).map_or("OTHER", |at| words[at])
}
