//! `/v1/approvals`: asking people, and hearing what they say.

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::{
    CancelApproval, GetApproval, ListApprovals, RequestApproval, WaitForApproval,
};
use telegraphist_application::{Caller, Here, Operation as _};

use crate::arguments;
use crate::desk::Desk;
use crate::refusal::Refusal;

/// `POST /v1/approvals`: 201, and where it is.
pub(crate) async fn request(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    desk.answer(requested(&desk, &caller, &headers, body).await)
}

async fn requested(desk: &Desk, caller: &Caller, headers: &HeaderMap, body: Body) -> Result<Response, Refusal> {
    let asked = desk.perform_body::<RequestApproval>(caller, headers, body).await?;
    let place = format!("/v1/approvals/{}", asked.approval_id);
    Ok((StatusCode::CREATED, [(LOCATION, place)], Json(asked)).into_response())
}

/// `GET /v1/approvals`: the questions that this caller asked.
pub(crate) async fn list(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let outcome = match arguments::of_query::<ListApprovals>(&uri) {
        Ok(query) => performed(&desk, &caller, &headers, query).await,
        Err(refusal) => Err(refusal),
    };
    desk.answer(outcome)
}

/// How long a client waits for a decision.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    /// Seconds.
    wait: Option<u64>,
}

/// `GET /v1/approvals/{id}`: how a question stands; with `wait`, as soon as it is decided.
pub(crate) async fn show(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    desk.answer(shown(&desk, &caller, named(id), &headers, &uri).await)
}

async fn shown(
    desk: &Desk,
    caller: &Caller,
    approval_id: String,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Response, Refusal> {
    let Ok(Query(Waiting { wait })) = Query::try_from_uri(uri) else {
        return Err(Refusal::argument("The query cannot be read.", "Give wait=SECONDS, 0 to 50, or nothing."));
    };
    let Some(seconds) = wait else {
        return performed(desk, caller, headers, GetApproval { approval_id }).await;
    };
    let waiting = WaitForApproval { approval_id, timeout_seconds: Some(seconds) };
    // Here the argument has another name.
    waiting.check().map_err(|Refused { problem, .. }| Refused { argument: "wait", problem })?;
    performed(desk, caller, headers, waiting).await
}

/// `DELETE /v1/approvals/{id}`: takes a question back. The answer says who was faster, if somebody was.
pub(crate) async fn cancel(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let outcome = performed(&desk, &caller, &headers, CancelApproval { approval_id: named(id) }).await;
    desk.answer(outcome)
}

/// What is no text names no question.
fn named(id: Result<Path<String>, PathRejection>) -> String {
    id.map(|Path(id)| id).unwrap_or_default()
}

async fn performed<O: Here>(
    desk: &Desk,
    caller: &Caller,
    headers: &HeaderMap,
    operation: O,
) -> Result<Response, Refusal> {
    Ok(Json(desk.perform(caller, headers, operation).await?).into_response())
}
