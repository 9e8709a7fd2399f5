//! Failures as HTTP says them: the one shape of this server, with a status that fits. Where MCP is spoken, the same in
//! words of its protocol.

use axum::Json;
use axum::body::Body;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use telegraphist_application::access::LacksScope;
use telegraphist_application::operation::Refused;
use telegraphist_application::{Application, Code, Failure};

/// JSON-RPC's word for a request that cannot be used.
const INVALID_REQUEST: i32 = -32_600;

/// Its word for a failure of the server.
const INTERNAL_ERROR: i32 = -32_603;

/// What an answer tells, for whoever tells it in other words.
#[derive(Clone)]
struct Told(Box<Failure>);

/// An answer in words of MCP: what failed is an error without an id, because nobody has read one, and has the failure
/// with it.
pub(crate) fn in_words_of_mcp(mut answer: Response) -> Response {
    let Some(Told(failure)) = answer.extensions_mut().remove() else { return answer };
    let code = if answer.status().is_server_error() { INTERNAL_ERROR } else { INVALID_REQUEST };
    let message = format!("{} {}", failure.message, failure.action);
    let error = json!({ "code": code, "message": message, "data": failure });
    *answer.body_mut() = Body::from(json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string());
    answer
}

/// A failure that is about to be told.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    failure: Box<Failure>,
    header: Option<(HeaderName, HeaderValue)>,
    lacks: Option<LacksScope>,
}

impl Refusal {
    /// A failure of HTTP itself, for which there is no code of its own.
    pub(crate) fn new(status: StatusCode, failure: Failure) -> Self {
        Self { status, failure: Box::new(failure), header: None, lacks: None }
    }

    /// The same, with a header besides.
    pub(crate) fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// The same, and whoever words it for the client knows which scope is missing.
    pub(crate) fn for_want_of(self, scope: LacksScope) -> Self {
        Self { lacks: Some(scope), ..self }
    }

    /// An argument that cannot be used.
    pub(crate) fn argument(message: impl Into<String>, action: impl Into<String>) -> Self {
        Failure::new(Code::InvalidArgument, message, action).into()
    }

    /// As an answer; what never reached the pipeline gets an id here.
    pub(crate) fn answer(self, app: &Application) -> Response {
        let Self { status, mut failure, header, lacks } = self;
        if failure.correlation_id.is_empty() {
            failure.correlation_id = app.correlation();
        }
        tracing::debug!(
            code = failure.code.as_str(),
            status = status.as_u16(),
            correlation_id = failure.correlation_id,
            "refused a request"
        );
        let wait = failure.retry_after_ms.map(|milliseconds| milliseconds.div_ceil(1_000).to_string());
        let answer = (status, Json(&failure));
        let mut answer = match wait {
            Some(seconds) => ([(RETRY_AFTER, seconds)], answer).into_response(),
            None => answer.into_response(),
        };
        answer.headers_mut().extend(header);
        answer.extensions_mut().insert(Told(failure));
        if let Some(lacks) = lacks {
            answer.extensions_mut().insert(lacks);
        }
        answer
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::new(status(failure.code), failure)
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let Refused { argument, problem } = refused;
        Self::argument(format!("`{argument}`: {problem}."), format!("Correct `{argument}` and send it again."))
    }
}

/// The status that says the same as a code.
fn status(code: Code) -> StatusCode {
    match code {
        Code::InvalidArgument | Code::InvalidCursor => StatusCode::BAD_REQUEST,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::UnknownTool | Code::UnknownSession | Code::UnknownChat | Code::UnknownMessage | Code::UnknownApproval => {
            StatusCode::NOT_FOUND
        }
        Code::ConfirmationRequired | Code::NeedsLogin | Code::NobodyThere | Code::ApprovalRequired => {
            StatusCode::CONFLICT
        }
        Code::IdempotencyKeyReused | Code::UnsupportedForBots | Code::FileRefused => StatusCode::UNPROCESSABLE_ENTITY,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::TelegramRefused | Code::OutcomeUnknown | Code::PartiallySent => StatusCode::BAD_GATEWAY,
        Code::Overloaded | Code::Unavailable | Code::VaultLocked | Code::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_an_error_of_the_client_or_of_the_server() {
        for (code, _) in Code::ALL {
            let status = status(*code);
            assert!(status.is_client_error() || status.is_server_error(), "{}", code.as_str());
        }
    }
}
