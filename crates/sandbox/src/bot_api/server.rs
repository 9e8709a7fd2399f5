//! The server on its port: addresses, tokens, and the way of a call from its request to its answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Request, Uri};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tracing::{error, warn};

use super::answer::{ApiError, Outcome, write};
use super::arguments::check;
use super::catalogue::conforming::{Rigour, conforms};
use super::catalogue::{Catalogue, Kind};
use super::json::Node;
use super::request::{self, Given};
use super::{methods, polling};
use crate::server::Hub;

/// Longer tokens are not looked up.
const TOKEN_MAX: usize = 80;

/// Serves until the box shuts down.
pub(crate) async fn serve(listener: TcpListener, hub: Arc<Hub>) {
    let closing = hub.closing.clone().cancelled_owned();
    // Requests are limited where they are read, in this API's own words.
    let router = Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(hub);
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(closing).await {
        warn!(%error, "the Bot API port has ended");
    }
}

/// What an address asks for.
#[derive(Debug, PartialEq, Eq)]
enum Address {
    /// A method for a token.
    Method { token: String, method: String },
    /// A file for a token.
    File { token: String, path: String },
}

impl Address {
    fn parse(uri: &Uri) -> Result<Self, ApiError> {
        let not_found = || ApiError::new(404, "Not Found");
        let path = percent_decode_str(uri.path()).decode_utf8().map_err(|_| not_found())?;
        if let Some(rest) = path.strip_prefix("/file/bot") {
            let (token, path) = split_token(rest)?;
            return Ok(Self::File { token, path: path.to_owned() });
        }
        let (token, method) = split_token(path.strip_prefix("/bot").ok_or_else(not_found)?)?;
        let method = method.strip_prefix("test/").unwrap_or(method);
        Ok(Self::Method { token, method: method.trim_end_matches('/').to_owned() })
    }
}

fn split_token(rest: &str) -> Result<(String, &str), ApiError> {
    let (token, rest) = rest.split_once('/').ok_or_else(|| ApiError::new(404, "Not Found"))?;
    if token.len() > TOKEN_MAX || token.starts_with('0') || !token.contains(':') {
        return Err(ApiError::new(401, "Unauthorized: invalid token specified"));
    }
    Ok((token.to_owned(), rest))
}

async fn handle(State(hub): State<Arc<Hub>>, request: Request<Body>) -> Response {
    match answer(&hub, request).await {
        Ok(response) => response,
        Err(error) => write(&Err(error)),
    }
}

async fn answer(hub: &Arc<Hub>, request: Request<Body>) -> Result<Response, ApiError> {
    let address = Address::parse(request.uri())?;
    match address {
        Address::File { token, path } => {
            bot_of(hub, &token)?;
            let found = hub.change(|state| methods::download(&state.world, &path));
            let bytes = found.ok_or_else(|| ApiError::new(404, "Not Found"))?;
            let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))];
            Ok((headers, bytes).into_response())
        }
        Address::Method { token, method } => {
            let bot = bot_of(hub, &token)?;
            let given = request::read(request).await?;
            let method = if method.is_empty() { given.text("method").unwrap_or_default().to_owned() } else { method };
            Ok(write(&perform(hub, bot, &method, given).await))
        }
    }
}

fn bot_of(hub: &Hub, token: &str) -> Result<i64, ApiError> {
    let bot = hub.change(|state| state.world.accounts.by_bot_token(token).map(|bot| bot.user_id));
    bot.ok_or_else(ApiError::unauthorized)
}

/// Performs one call of a bot.
pub(super) async fn perform(hub: &Arc<Hub>, bot: i64, name: &str, given: Given) -> Outcome {
    let method = Catalogue::get().method(name).ok_or_else(|| ApiError::new(404, "Not Found: method not found"))?;
    let unknown = check(method, &given);
    hub.change(|state| {
        state.counters.note_bot_call(&method.name, unknown.as_deref().unwrap_or_default());
    });
    unknown?;
    let outcome = match method.name.as_str() {
        "getUpdates" => polling::get_updates(hub, bot, &given).await,
        name => hub.change(|state| methods::perform(state, bot, name, given)),
    };
    if let Ok(answer) = &outcome
        && let Some(difference) = difference(&answer.result, &method.returns)
    {
        let what = format!("{}: {difference}", method.name);
        error!(what, "an answer is not as documented");
        hub.change(|state| state.counters.note_malformed(&what));
    }
    outcome
}

/// Where something differs from what is documented. Only debug builds look.
pub(super) fn difference(node: &Node, kind: &Kind) -> Option<String> {
    if !cfg!(debug_assertions) {
        return None;
    }
    let value = serde_json::to_value(node).expect("the box's own objects have string keys");
    let mismatch = conforms(&value, kind, Rigour::Answer).err()?;
    Some(format!("{} should be {}", mismatch.path, mismatch.wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str) -> Result<Address, (u16, String)> {
        let uri = path.parse().expect("an address");
        Address::parse(&uri).map_err(|error| (error.code, error.description))
    }

    #[test]
    fn methods_and_files_are_found_by_their_address() {
        let method = |method: &str| Ok(Address::Method { token: "42:A".to_owned(), method: method.to_owned() });
        assert_eq!(parse("/bot42:A/getMe"), method("getMe"));
        assert_eq!(parse("/bot42%3AA/test/getMe"), method("getMe"));
        assert_eq!(parse("/bot42:A/"), method(""));
        let file = Address::File { token: "42:A".to_owned(), path: "photos/file 1.jpg".to_owned() };
        assert_eq!(parse("/file/bot42%3AA/photos%2Ffile%201.jpg"), Ok(file));
    }

    #[test]
    fn what_cannot_be_a_token_is_refused() {
        let invalid = (401, "Unauthorized: invalid token specified".to_owned());
        assert_eq!(parse("/botnothing/getMe"), Err(invalid.clone()));
        assert_eq!(parse("/bot0:x/getMe"), Err(invalid.clone()));
        assert_eq!(parse(&format!("/bot1:{}/getMe", "x".repeat(80))), Err(invalid));
        assert_eq!(parse("/robots.txt"), Err((404, "Not Found".to_owned())));
    }
}
