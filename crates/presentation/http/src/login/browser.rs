//! What is asked of browsers, and told to them: whose page a form is from, what may be loaded, and the cookie.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use secrecy::{ExposeSecret as _, SecretString};

use super::{answer, pages};
use crate::desk::Desk;
use crate::guard::{self, From};
use crate::options::GatewayOptions;

/// Nothing from elsewhere, no script or style in a page, no page inside of another.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// How long a browser keeps the cookie, in seconds; the enrolment ends no later.
const COOKIE_LIFE: u32 = 900;

/// Where nobody can read along, browsers hold the cookie to this host and to TLS by its name.
const SAFE_NAME: &str = "__Host-telegraphist-login";

/// On loopback without TLS not every browser takes a cookie that is for TLS.
const PLAIN_NAME: &str = "telegraphist-login";

/// Checks every request, and puts the rules for the browser on every answer.
pub(super) async fn guard(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let is_let_in = match *request.method() {
        // A link may be followed from any page: it changes nothing, and opens nothing that can be read elsewhere.
        Method::GET | Method::HEAD => guard::check_way(request.headers(), desk.over, &desk.options).is_ok(),
        _ => guard::check(request.headers(), desk.over, &desk.options).is_ok_and(|from| from == From::Here),
    };
    let mut answer =
        if is_let_in { next.run(request).await } else { answer(StatusCode::FORBIDDEN, pages::not_from_here()) };
    let headers = answer.headers_mut();
    // Not `no-referrer`: with that, browsers give the origin of a page's own forms as `null`.
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// The key that the page's cookie holds.
pub(super) fn key(headers: &HeaderMap, options: &GatewayOptions) -> Option<SecretString> {
    let name = name(headers, options);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut found = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| {
        let (called, value) = cookie.trim().split_once('=')?;
        (called == name).then(|| SecretString::from(value))
    });
    // Two of one name mean that somebody has put one there.
    let key = found.next()?;
    found.next().is_none().then_some(key)
}

/// The cookie with this key.
pub(super) fn cookie(key: &SecretString, headers: &HeaderMap, options: &GatewayOptions) -> String {
    let name = name(headers, options);
    let (path, secure) = if name == SAFE_NAME { ("/", "; Secure") } else { (super::LOGIN_PATH, "") };
    format!("{name}={}; Path={path}; Max-Age={COOKIE_LIFE}; HttpOnly; SameSite=Strict{secure}", key.expose_secret())
}

fn name(headers: &HeaderMap, options: &GatewayOptions) -> &'static str {
    if guard::scheme(headers, options) == "https" { SAFE_NAME } else { PLAIN_NAME }
}
