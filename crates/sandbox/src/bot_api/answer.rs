//! How the Bot API answers: a result, or an error in its own words.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::json::{Node, Object};
use crate::world::refusal::RpcError;

/// What a method returns.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The result.
    pub(crate) result: Node,
    /// Words that a few methods add to it.
    pub(crate) description: Option<&'static str>,
}

impl<T: Into<Node>> From<T> for Answer {
    fn from(result: T) -> Self {
        Self { result: result.into(), description: None }
    }
}

/// What a method says instead of its result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} {description}")]
pub(crate) struct ApiError {
    /// Also the status of the HTTP answer.
    pub(crate) code: u16,
    /// For people, and in practice for programs.
    pub(crate) description: String,
    /// How many seconds to wait.
    pub(crate) retry_after: Option<i32>,
    /// The supergroup that the group has become.
    pub(crate) migrate_to: Option<i64>,
}

/// What performing a method comes to.
pub(crate) type Outcome = Result<Answer, ApiError>;

impl ApiError {
    /// Any error.
    pub(crate) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None, migrate_to: None }
    }

    /// 400, with the words that the real server puts before it.
    pub(crate) fn bad_request(reason: &str) -> Self {
        Self::new(400, format!("Bad Request: {reason}"))
    }

    /// 403, likewise.
    pub(crate) fn forbidden(reason: &str) -> Self {
        Self::new(403, format!("Forbidden: {reason}"))
    }

    /// 409, likewise.
    pub(crate) fn conflict(reason: &str) -> Self {
        Self::new(409, format!("Conflict: {reason}"))
    }

    /// 401 for a token that nobody has.
    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }
}

/// What the world refuses, in the words of the Bot API: most names pass as they are, some have a sentence of their own.
impl From<RpcError> for ApiError {
    fn from(refusal: RpcError) -> Self {
        let bad = Self::bad_request;
        match (refusal.code, refusal.text.as_str()) {
            (_, "USER_IS_BLOCKED") => Self::forbidden("bot was blocked by the user"),
            (_, "USER_IS_BOT") => Self::forbidden("the bot can't send messages to the bot"),
            (_, "MESSAGE_NOT_MODIFIED") => bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
            ),
            (_, "MESSAGE_EMPTY") => bad("message text is empty"),
            (_, "MESSAGE_TOO_LONG") => bad("message is too long"),
            (_, "MEDIA_CAPTION_TOO_LONG") => bad("message caption is too long"),
            (_, "REPLY_MESSAGE_ID_INVALID") => bad("message to be replied not found"),
            (_, "QUERY_ID_INVALID") => bad("query is too old and response timeout expired or query ID is invalid"),
            (403, text) => Self::forbidden(text),
            (401, _) => Self::unauthorized(),
            (_, text) => bad(text),
        }
    }
}

/// Writes an outcome as the real server does.
pub(crate) fn write(outcome: &Outcome) -> Response {
    let body = match outcome {
        Ok(answer) => Object::new()
            .with("ok", true)
            .with("result", answer.result.clone())
            .with_some("description", answer.description),
        Err(error) => Object::new()
            .with("ok", false)
            .with("error_code", u32::from(error.code))
            .with("description", error.description.as_str())
            .with_some("parameters", parameters(error)),
    };
    let text = serde_json::to_string(&body).expect("the box's own objects have string keys");
    let status = outcome.as_ref().err().and_then(|error| StatusCode::from_u16(error.code).ok()).unwrap_or_default();
    let mut response = (status, Body::from(text)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(wait) = outcome.as_ref().err().and_then(|error| error.retry_after) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
    }
    response
}

fn parameters(error: &ApiError) -> Option<Object> {
    let parameters =
        Object::new().with_some("migrate_to_chat_id", error.migrate_to).with_some("retry_after", error.retry_after);
    (!parameters.is_empty()).then_some(parameters)
}
