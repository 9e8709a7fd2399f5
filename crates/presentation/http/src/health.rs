//! `/health`, `/ready` and what stands behind them.
//!
//! Whoever asks whether the server is alive or ready learns that and nothing else. The rest is for whoever may see it.

use axum::extract::{Extension, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use telegraphist_application::Caller;
use telegraphist_application::health::HealthStatus;

use crate::desk::Desk;
use crate::refusal::Refusal;

/// The form of the answer (draft-inadarei-api-health-check).
const HEALTH_JSON: HeaderValue = HeaderValue::from_static("application/health+json");

/// How long whoever finds it not ready is told to wait, in seconds.
const PAUSE: &str = "5";

/// What is answered to everybody; outside authentication.
pub(crate) fn open() -> Router<Desk> {
    Router::new().route("/health", get(alive)).route("/ready", get(ready)).route("/health/ready", get(ready))
}

/// What is answered to who may see it; behind authentication.
pub(crate) fn closed() -> Router<Desk> {
    Router::new().route("/v1/health", get(details))
}

async fn alive() -> Response {
    said(StatusCode::OK, HealthStatus::Pass)
}

async fn ready(State(desk): State<Desk>) -> Response {
    if !desk.stop.is_cancelled() && desk.app.is_ready().await {
        return said(StatusCode::OK, HealthStatus::Pass);
    }
    let mut response = said(StatusCode::SERVICE_UNAVAILABLE, HealthStatus::Fail);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(PAUSE));
    response
}

async fn details(State(desk): State<Desk>, Extension(caller): Extension<Caller>, headers: HeaderMap) -> Response {
    desk.answer(looked(&desk, &caller, &headers).await)
}

async fn looked(desk: &Desk, caller: &Caller, headers: &HeaderMap) -> Result<Response, Refusal> {
    let health = desk.app.health(caller, &desk.context(headers)).await?;
    let status = if health.status == HealthStatus::Fail { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    Ok(formed((status, Json(&health)).into_response()))
}

fn said(status: StatusCode, health: HealthStatus) -> Response {
    formed((status, Json(json!({ "status": health }))).into_response())
}

fn formed(mut response: Response) -> Response {
    response.headers_mut().insert(CONTENT_TYPE, HEALTH_JSON);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
