//! Where Telegram brings the updates of bots.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use telegraphist_application::ports::BroughtError;
use telegraphist_application::security::NotLetIn;
use telegraphist_application::{Code, Failure};
use telegraphist_domain::SessionId;

use crate::body;
use crate::desk::Desk;
use crate::refusal::Refusal;

/// The path below which each bot has its own; what a proxy has to pass on.
pub const WEBHOOK_PATH: &str = "/telegram/webhook";

/// The header by which Telegram is known.
const SECRET: &str = "x-telegram-bot-api-secret-token";

/// `POST /telegram/webhook/{session}`: 200 when the update is stored, and not before.
pub(crate) async fn take(
    State(desk): State<Desk>,
    session: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    desk.answer(taken(&desk, session, &headers, body).await)
}

async fn taken(
    desk: &Desk,
    session: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let session = session.ok().and_then(|Path(session)| session.parse::<SessionId>().ok()).ok_or_else(unknown)?;
    // Before the body: whoever is not Telegram makes this server hold nothing.
    let secret = headers.get(SECRET).and_then(|secret| secret.to_str().ok()).ok_or_else(wrong_secret)?;
    let update = body::read(headers, body, body::BODY_BYTES_MAX).await?;
    match desk.app.ports().bots.take_brought(session, secret, &update).await {
        Ok(()) => Ok(Json(json!({})).into_response()),
        Err(BroughtError::UnknownBot) => Err(unknown()),
        Err(BroughtError::WrongSecret) => {
            desk.app.authentication_failed(NotLetIn::WebhookSecret, None);
            Err(wrong_secret())
        }
        Err(BroughtError::NotAnUpdate) => Err(Refusal::argument("This is no update.", "Bring updates of the Bot API.")),
        Err(BroughtError::Store(error)) => {
            tracing::error!(%session, error = &error as &dyn std::error::Error, "an update that was brought was not stored");
            Err(Failure::from(error).into())
        }
    }
}

fn wrong_secret() -> Refusal {
    let failure = Failure::new(Code::Forbidden, "The secret is not right.", "Only Telegram may bring updates.");
    Refusal::new(StatusCode::UNAUTHORIZED, failure)
}

fn unknown() -> Refusal {
    let failure = Failure::new(
        Code::UnknownSession,
        "No bot here waits for updates to be brought.",
        "Bring them to where `setWebhook` was told.",
    );
    failure.into()
}
