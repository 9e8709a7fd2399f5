//! The control port: every verb of [`Sandbox`] as an HTTP route with JSON, for tests in other languages.
//!
//! Success is 200 with a JSON object; failure is 400 with `{"error": "…"}`. The port has no authentication: it is on loopback, and what it
//! guards is invented.

mod acting;
mod pressing;
mod provisioning;
mod trouble;

use std::fmt;

use axum::Json;
use axum::Router;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tracing::warn;

use crate::sandbox::{Sandbox, SandboxError};

/// Serves until `closing` resolves.
pub(crate) async fn serve(listener: TcpListener, sandbox: Sandbox, closing: impl Future<Output = ()> + Send + 'static) {
    let router = Router::new()
        .merge(provisioning::routes())
        .merge(acting::routes())
        .merge(pressing::routes())
        .merge(trouble::routes())
        .fallback(unknown_route)
        .with_state(sandbox);
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(closing).await {
        warn!(%error, "the control port has ended");
    }
}

async fn unknown_route() -> Response {
    refuse(StatusCode::NOT_FOUND, "there is no such route; GET /v1/info works")
}

/// What a route answers.
type Reply = Result<Json<Value>, Refused>;

/// An error of the box as an HTTP answer.
struct Refused(SandboxError);

impl From<SandboxError> for Refused {
    fn from(error: SandboxError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        refuse(StatusCode::BAD_REQUEST, self.0)
    }
}

/// A JSON body, whatever the content type says; a wrong one is answered in this API's own form.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let bytes = axum::body::Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        // A route whose fields are all optional may be called without a body.
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(text).map(Self).map_err(|error| refuse(StatusCode::BAD_REQUEST, error))
    }
}

fn refuse(status: StatusCode, error: impl fmt::Display) -> Response {
    (status, Json(json!({ "error": error.to_string() }))).into_response()
}

/// The answer of a verb that returns nothing.
fn done() -> Json<Value> {
    Json(json!({ "ok": true }))
}

/// The answer of a verb that returns something.
fn object(value: &impl Serialize) -> Json<Value> {
    Json(serde_json::to_value(value).expect("the box's own types have string keys"))
}
