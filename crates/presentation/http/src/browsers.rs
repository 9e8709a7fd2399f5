//! What browsers want to be told before they let a page that the operator listed read an answer.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

/// What clients of MCP and scripts send.
const HEADERS: &str = "accept, authorization, content-type, idempotency-key, last-event-id, mcp-method, mcp-name, \
                       mcp-protocol-version, mcp-session-id, x-mcp-exclude-tools, x-mcp-readonly, x-mcp-tools, \
                       x-mcp-toolsets";

/// What they read of an answer.
const EXPOSED: &str = "location, mcp-session-id, retry-after, www-authenticate";

/// The answer to a browser that asks whether it may.
pub(crate) fn permitted(page: Option<HeaderValue>) -> Response {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    told(answer, page)
}

/// An answer that a page may read.
pub(crate) fn told(mut answer: Response, page: Option<HeaderValue>) -> Response {
    if let Some(page) = page {
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, page);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        headers.append(VARY, HeaderValue::from_name(ORIGIN));
    }
    answer
}
