//! Turning requests away while memory is short: before their bodies are read.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::desk::Desk;

/// Lets a request pass while there is room for what it brings.
pub(crate) async fn admit(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    match desk.app.bear_more() {
        Ok(()) => next.run(request).await,
        Err(failure) => desk.answer(Err(failure.into())),
    }
}
