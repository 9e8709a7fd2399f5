//! The routes.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::Response;
use axum::routing::{any, get, post};
use telegraphist_application::{Code, Failure};

use crate::desk::Desk;
use crate::mcp::Mount;
use crate::refusal::Refusal;
use crate::{approvals, events, guard, health, login, mcp, resource, seen, shedding, webhook};

/// How long whoever finds no place is told to stay away.
pub(crate) const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// Everything that is answered. What Telegram brings has a secret of its own, and comes over proxies.
pub(crate) fn open(desk: Desk, mount: Mount) -> Router {
    let pass = move |state, request| mount.pass(state, request);
    Router::new()
        .route(mcp::PATH, any(pass.clone()))
        .route(&format!("{}/", mcp::PATH), any(pass.clone()))
        .route(&format!("{}/{{*below}}", mcp::PATH), any(pass))
        .route("/v1/events", post(events::send))
        .route("/v1/approvals", post(approvals::request).get(approvals::list))
        .route("/v1/approvals/{id}", get(approvals::show).delete(approvals::cancel))
        // Whoever may look at how the server does may look also then.
        .route_layer(middleware::from_fn_with_state(desk.clone(), shedding::admit))
        .merge(health::closed())
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(desk.clone(), guard::admit))
        .layer(middleware::from_fn(mcp::speak))
        .merge(
            Router::new()
                .route(&format!("{}/{{session}}", webhook::WEBHOOK_PATH), post(webhook::take))
                .method_not_allowed_fallback(wrong_method),
        )
        .merge(login::routes(&desk))
        .merge(
            resource::open()
                .method_not_allowed_fallback(wrong_method)
                .layer(middleware::from_fn_with_state(desk.clone(), guard::receive)),
        )
        .merge(health::open())
        .layer(middleware::from_fn_with_state(desk.clone(), seen::observe))
        .with_state(desk)
}

/// The answer to whoever finds no place.
pub(crate) fn full(desk: Desk) -> Router {
    Router::new().fallback(overloaded).layer(middleware::from_fn(mcp::speak)).with_state(desk)
}

pub(crate) async fn unknown_path(State(desk): State<Desk>) -> Response {
    let failure = Failure::new(
        Code::InvalidArgument,
        "There is no such path.",
        "Use /mcp, /v1/events, /v1/approvals or /v1/approvals/ID; docs/HTTP.md has all of them.",
    );
    desk.answer(Err(Refusal::new(StatusCode::NOT_FOUND, failure)))
}

/// Which methods there are stands in `Allow`, which the router adds.
async fn wrong_method(State(desk): State<Desk>) -> Response {
    let failure =
        Failure::new(Code::InvalidArgument, "This path takes other methods.", "Use one of those in the header Allow.");
    desk.answer(Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, failure)))
}

async fn overloaded(State(desk): State<Desk>) -> Response {
    let failure = Failure::new(
        Code::Overloaded,
        "Too many connections are open.",
        "Wait as long as Retry-After says, then send it again; close connections that you do not use.",
    );
    desk.answer(Err(failure.retry_after(PAUSE).into()))
}
