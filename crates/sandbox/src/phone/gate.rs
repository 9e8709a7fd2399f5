//! Who may ask: only browsers on this machine that show a page of the phone, and nothing that was put into a page from elsewhere.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::Phone;

/// The header in which a page sends its token.
pub(super) const TOKEN_HEADER: &str = "x-phone-token";

/// Nothing from elsewhere, no script in a page, no page inside of another.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; \
connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Checks every request, and puts the rules for the browser on every answer.
pub(super) async fn guard(State(phone): State<Phone>, request: Request, next: Next) -> Response {
    let checked = check(&phone, request.method(), request.headers());
    let mut response = match checked {
        Ok(()) => next.run(request).await,
        Err(told) => (StatusCode::FORBIDDEN, told).into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What is served as a file has a stricter rule of its own.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn check(phone: &Phone, method: &Method, headers: &HeaderMap) -> Result<(), &'static str> {
    let host = text(headers, &header::HOST).unwrap_or_default();
    // A name that somebody else has pointed at this machine must not get an answer.
    if !is_own_host(host, phone.address.port()) {
        return Err("This host name is not the phone's. Open it by 127.0.0.1 or localhost.");
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let origin = text(headers, &header::ORIGIN).unwrap_or_default();
    if origin.strip_prefix("http://") != Some(host) {
        return Err("Only the phone's own pages may do this.");
    }
    let token = text(headers, &HeaderName::from_static(TOKEN_HEADER)).unwrap_or_default();
    let is_right: bool = token.as_bytes().ct_eq(phone.token.as_bytes()).into();
    if is_right { Ok(()) } else { Err("This page is from before the sandbox was started. Load it again.") }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn is_own_host(host: &str, port: u16) -> bool {
    let Some((name, given)) = host.rsplit_once(':') else { return false };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    given.parse() == Ok(port) && (is_loopback || name.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_the_phones_own() {
        for host in ["127.0.0.1:8088", "localhost:8088", "LOCALHOST:8088", "[::1]:8088", "127.3.2.1:8088"] {
            assert!(is_own_host(host, 8088), "{host}");
        }
        for host in [
            "",
            "localhost",
            "127.0.0.1",
            "127.0.0.1:80",
            "evil.example:8088",
            "127.0.0.1.evil.example:8088",
            "10.0.0.1:8088",
        ] {
            assert!(!is_own_host(host, 8088), "{host}");
        }
    }
}
