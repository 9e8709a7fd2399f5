//! The server on its port: addresses, tokens, and the way of a call from its request to its answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State as Shared};
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
use super::line::{Port, Scissors};
use super::request::{self, Given};
use super::{flood, methods, polling, trouble, webhooks};
use crate::server::{Hub, State};
use crate::world::peers::Peer;

/// Longer tokens are not looked up.
const TOKEN_MAX: usize = 80;

/// Serves until the box shuts down.
pub(crate) async fn serve(listener: TcpListener, hub: Arc<Hub>) {
    let closing = hub.closing.clone().cancelled_owned();
    // Requests are limited where they are read, in this API's own words.
    let router = Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(hub);
    let service = router.into_make_service_with_connect_info::<Scissors>();
    if let Err(error) = axum::serve(Port(listener), service).with_graceful_shutdown(closing).await {
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

async fn handle(
    Shared(hub): Shared<Arc<Hub>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request<Body>,
) -> Response {
    match answer(&hub, &scissors, request).await {
        Ok(response) => response,
        Err(error) => write(&Err(error)),
    }
}

async fn answer(hub: &Arc<Hub>, scissors: &Scissors, request: Request<Body>) -> Result<Response, ApiError> {
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
            let known = Catalogue::get().method(&method).map(|method| format!("bot.{}", method.name));
            let Some(label) = known else { return Err(unknown_method()) };
            if let Some(trouble) = trouble::before(hub, &label, bot, scissors).await {
                hub.change(|state| state.counters.note_bot_call(&method, &[]));
                return Ok(trouble);
            }
            let answer = write(&perform(hub, bot, &method, given).await);
            Ok(trouble::after(hub, &label, bot, scissors, answer))
        }
    }
}

fn bot_of(hub: &Hub, token: &str) -> Result<i64, ApiError> {
    let bot = hub.change(|state| state.world.accounts.by_bot_token(token).map(|bot| bot.user_id));
    bot.ok_or_else(ApiError::unauthorized)
}

fn unknown_method() -> ApiError {
    ApiError::new(404, "Not Found: method not found")
}

/// Lets a send pass, or refuses it because there are too many.
fn pass(state: &mut State, bot: i64, given: &Given) -> Result<(), ApiError> {
    let name = given.text("chat_id").unwrap_or_default();
    let named = || state.world.by_username(name).map(Peer::marked);
    let chat = name.parse().ok().or_else(named).unwrap_or(0);
    let now = state.world.clock.millis();
    state.desk.meter.pass(bot, chat, now).map_err(ApiError::too_many)
}

/// Performs one call of a bot.
pub(super) async fn perform(hub: &Arc<Hub>, bot: i64, name: &str, given: Given) -> Outcome {
    let outcome = check_and_perform(hub, bot, name, given).await;
    if let Err(error) = &outcome {
        hub.change(|state| state.counters.note_error(&error.description));
    }
    outcome
}

async fn check_and_perform(hub: &Arc<Hub>, bot: i64, name: &str, given: Given) -> Outcome {
    let method = Catalogue::get().method(name).ok_or_else(unknown_method)?;
    let unknown = check(method, &given);
    hub.change(|state| {
        state.counters.note_bot_call(&method.name, unknown.as_deref().unwrap_or_default());
    });
    unknown?;
    if flood::counts(&method.name) {
        hub.change(|state| pass(state, bot, &given))?;
    }
    let answer = match method.name.as_str() {
        "getUpdates" => polling::get_updates(hub, bot, &given).await?,
        "setWebhook" => webhooks::set(hub, bot, &given)?,
        "deleteWebhook" => webhooks::remove(hub, bot, &given),
        "getWebhookInfo" => webhooks::info(hub, bot),
        name => hub.change(|state| methods::perform(state, bot, name, given))?,
    };
    if let Some(difference) = difference(&answer.result, &method.returns) {
        let what = format!("{}: {difference}", method.name);
        error!(what, "an answer is not as documented");
        hub.change(|state| state.counters.note_malformed(&what));
    }
    Ok(answer)
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
