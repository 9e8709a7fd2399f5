//! Sessions: looked at, disconnected, logged out.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use telegraphist_application::sessions::SessionError;
use telegraphist_application::views::SessionView;
use telegraphist_application::{Caller, Failure};

use super::AdminDesk;
use super::arguments::{Items, Named};
use crate::refusal::Refusal;

pub(super) async fn list(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let sessions = desk.app.sessions(&caller).await.map_err(refusal);
    desk.answer(sessions.map(|items| Json(Items { items }).into_response()))
}

pub(super) async fn show(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
    Named(session): Named,
) -> Response {
    desk.answer(told(desk.app.session(&caller, &session).await))
}

pub(super) async fn disconnect(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
    Named(session): Named,
) -> Response {
    desk.answer(told(desk.app.disconnect_session(&caller, &session).await))
}

pub(super) async fn close(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
    Named(session): Named,
) -> Response {
    desk.answer(told(desk.app.log_out(&caller, &session).await))
}

fn told(outcome: Result<SessionView, SessionError>) -> Result<Response, Refusal> {
    outcome.map(|view| Json(view).into_response()).map_err(refusal)
}

/// What a session cannot do in its state is nobody's wrong argument.
fn refusal(error: SessionError) -> Refusal {
    match error {
        SessionError::Refused(_) => Refusal::new(StatusCode::CONFLICT, Failure::from(error)),
        error => Failure::from(error).into(),
    }
}
