//! `/v1/events`: telling people what happened.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use telegraphist_application::Caller;
use telegraphist_application::operations::SendTelegramEvent;

use crate::auth::told;
use crate::desk::Desk;
use crate::refusal::Refusal;
use crate::{arguments, body};

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
    let mut given = body::arguments(headers, body).await?;
    arguments::take_key(headers, &mut given)?;
    let event: SendTelegramEvent = arguments::of_body(&given)?;
    let accepted = desk.app.perform_here(caller, event, desk.context(headers)).await;
    let accepted = accepted.map_err(|failure| told::<SendTelegramEvent>(caller, failure))?;
    Ok((StatusCode::ACCEPTED, Json(accepted)).into_response())
}
