//! How the server stands and is configured.

use axum::Json;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse as _, Response};
use telegraphist_application::Caller;

use super::AdminDesk;
use crate::refusal::Refusal;

pub(super) async fn stats(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let stats = desk.app.stats(&caller).await;
    desk.answer(stats.map(|stats| Json(stats).into_response()).map_err(Refusal::from))
}

pub(super) async fn configuration(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let configuration = desk.app.configuration(&caller).await;
    desk.answer(configuration.map(|keys| Json(keys).into_response()).map_err(Refusal::from))
}
