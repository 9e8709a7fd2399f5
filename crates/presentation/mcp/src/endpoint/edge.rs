//! What stands before the library: bodies that are no messages are answered here, with the status and the error that the
//! protocol has for them.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, HeaderName, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty, Full};
use rmcp::model::{ClientRequest, ErrorCode, JsonRpcMessage, ProtocolVersion, RequestId};

use telegraphist_application::access::LacksScope;
use telegraphist_application::operation::Scope;

use super::Answer;
use crate::lines::BrokenText;
use crate::lines::message::{self, Checked, Refusal};

/// The header of the era of sessions.
const SESSION: &str = "mcp-session-id";

/// Whoever finds no place is told to come again after so many seconds.
const PAUSE_SECONDS: &str = "5";

/// What a body is, as far as the way it goes depends on it.
pub(super) enum Post {
    /// The beginning of a session.
    Initialize,
    /// A request, and the tool that it calls, if it does.
    Request(RequestId, Option<String>),
    /// A notification or an answer.
    Other,
    /// A notification that nobody here knows.
    Nothing,
}

/// A request that the library does not see.
pub(super) struct Refused {
    status: StatusCode,
    refusal: Box<Refusal>,
    header: Option<(HeaderName, HeaderValue)>,
    lacks: Option<LacksScope>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, refusal: Refusal) -> Self {
        Self { status, refusal: Box::new(refusal), header: None, lacks: None }
    }

    /// Something besides the body cannot be used.
    pub(super) fn unusable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Refusal::new(None, ErrorCode::INVALID_REQUEST, message))
    }

    /// A session is initialized once.
    pub(super) fn again() -> Self {
        Self::unusable("this session is initialized already; leave Mcp-Session-Id out to open another one")
    }

    /// The library would lose one of the two answers.
    pub(super) fn used_twice(id: RequestId) -> Self {
        let message = "an earlier request of this session with this id is not answered yet";
        Self::new(StatusCode::BAD_REQUEST, Refusal::invalid_request(Some(id), message))
    }

    /// There is no such session, or it is somebody else's, which is the same to whoever asks.
    pub(super) fn unknown_session() -> Self {
        let message = "there is no such session; initialize another one";
        Self::new(StatusCode::NOT_FOUND, Refusal::new(None, ErrorCode::INVALID_REQUEST, message))
    }

    /// There is no place for another session.
    pub(super) fn full() -> Self {
        let message = "too many sessions are open; close some, or come again after Retry-After";
        let refusal = Refusal::new(None, ErrorCode::INTERNAL_ERROR, message);
        let header = Some((RETRY_AFTER, HeaderValue::from_static(PAUSE_SECONDS)));
        Self { header, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, refusal) }
    }

    /// The caller was not granted what a tool needs; a client that can, gets itself a token that was. How it is told so in
    /// headers is the business of who knows how tokens are got.
    pub(super) fn lacking(id: RequestId, scope: Scope) -> Self {
        let message = format!("this tool needs the scope {}, which the token does not have", scope.as_str());
        let refusal = Refusal::new(Some(id), ErrorCode::INVALID_REQUEST, message);
        Self { lacks: Some(LacksScope(scope)), ..Self::new(StatusCode::FORBIDDEN, refusal) }
    }

    #[cfg(test)]
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn answer(&self) -> Answer {
        tracing::debug!(status = self.status.as_u16(), code = self.refusal.code.0, "refused a request");
        let mut answer = Response::new(Full::new(Bytes::from(self.refusal.answer().body())).boxed());
        *answer.status_mut() = self.status;
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        answer.headers_mut().extend(self.header.clone());
        if let Some(lacks) = self.lacks {
            answer.extensions_mut().insert(lacks);
        }
        answer
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::new(StatusCode::BAD_REQUEST, refusal)
    }
}

/// What the protocol answers to a notification.
pub(super) fn accepted() -> Answer {
    let mut answer = Response::new(Empty::new().boxed());
    *answer.status_mut() = StatusCode::ACCEPTED;
    answer
}

/// An answer of the library: what it says in plain text about a failure, said as the protocol does.
pub(super) async fn spoken(answer: Answer) -> Answer {
    let status = answer.status();
    let kind = answer.headers().get(CONTENT_TYPE);
    if kind.is_some_and(|kind| kind == "application/json") || !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let said = body.collect().await.unwrap_or_else(|never| match never {}).to_bytes();
    let said = String::from_utf8_lossy(&said).into_owned();
    let refusal = if status.is_server_error() {
        tracing::error!(problem = said, "the library failed");
        Refusal::new(None, ErrorCode::INTERNAL_ERROR, "this server failed; repeat it in a moment")
    } else {
        Refusal::new(None, ErrorCode::INVALID_REQUEST, said)
    };
    head.headers.remove(CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response::from_parts(head, Full::new(Bytes::from(refusal.answer().body())).boxed())
}

/// The session that a request names.
pub(super) fn session_of(headers: &HeaderMap) -> Option<String> {
    headers.get(SESSION)?.to_str().ok().map(str::to_owned)
}

/// What the era of sessions had and this one has not; the path is the same, so a client has to be told.
const REMOVED: [&str; 5] = ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];

/// Whether the head of a request says that it is of the era without sessions.
pub(super) fn is_stateless(headers: &HeaderMap) -> bool {
    let version = headers.get("mcp-protocol-version").and_then(|version| version.to_str().ok());
    version.is_some_and(|version| version >= ProtocolVersion::V_2026_07_28.as_str())
}

/// A refusal as this era has it: a method that it does not know has no params that could be odd.
fn told(refusal: Refusal, request: &Request<Bytes>) -> Refused {
    if refusal.code == ErrorCode::INVALID_PARAMS && is_stateless(request.headers()) {
        let method = message::method_of(request.body()).filter(|method| REMOVED.contains(&method.as_str()));
        if let Some(method) = method {
            let refusal = Refusal::new(refusal.id, ErrorCode::METHOD_NOT_FOUND, method);
            return Refused::new(StatusCode::NOT_FOUND, refusal);
        }
    }
    refusal.into()
}

/// Reads a body; what the library could not read is mended or refused.
pub(super) fn check(request: &mut Request<Bytes>) -> Result<Post, Refused> {
    let Checked { message, bytes, is_repaired } =
        message::check(request.body()).map_err(|refusal| told(refusal, request))?;
    let repaired = match bytes {
        Cow::Owned(repaired) => Some(Bytes::from(repaired)),
        Cow::Borrowed(same) if same.len() != request.body().len() => Some(Bytes::copy_from_slice(same)),
        Cow::Borrowed(_) => None,
    };
    if let Some(repaired) = repaired {
        *request.body_mut() = repaired;
    }
    if is_repaired {
        request.extensions_mut().insert(BrokenText);
    }
    Ok(match message {
        Some(JsonRpcMessage::Request(request)) => match request.request {
            ClientRequest::InitializeRequest(_) => Post::Initialize,
            ClientRequest::CallToolRequest(call) => Post::Request(request.id, Some(call.params.name.into_owned())),
            _ => Post::Request(request.id, None),
        },
        Some(_) => Post::Other,
        None => Post::Nothing,
    })
}
