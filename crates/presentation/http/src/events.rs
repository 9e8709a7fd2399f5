//! `/v1/events`: telling people what happened.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use telegraphist_application::Caller;
use telegraphist_application::operations::SendTelegramEvent;

use crate::desk::Desk;
use crate::refusal::Refusal;

/// `POST /v1/events`: 202 when it is durably queued.
pub(crate) async fn send(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    desk.answer(sent(&desk, &caller, &headers, body).await)
}

async fn sent(desk: &Desk, caller: &Caller, headers: &HeaderMap, body: Body) -> Result<Response, Refusal> {
    let accepted = desk.perform_body::<SendTelegramEvent>(caller, headers, body).await?;
    Ok((StatusCode::ACCEPTED, Json(accepted)).into_response())
}
