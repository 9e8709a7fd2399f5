//! The operator's door: sessions, tokens, people and how the server stands, over a listener of its own.
//!
//! Nobody is let in but who has a token with the scope `admin`, and the gateway answers none of these routes. Each route
//! is one line of a table, from which both the router and the OpenAPI document are made, so that neither can have what
//! the other lacks. To read: [`table`], then any of the others.

mod arguments;
mod document;
mod people;
mod server;
mod sessions;
mod table;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use telegraphist_application::{Application, Caller, Code, Effect, Failure, Scope};
use tokio_util::sync::CancellationToken;

use crate::auth::told_with;
use crate::desk::{Desk, Over};
use crate::gateway::Gateway;
use crate::listen::Listen;
use crate::refusal::Refusal;
use crate::{guard, routes, seen};

pub use document::openapi;

/// Where everything is.
const PREFIX: &str = "/admin/v1";

/// What the door has to be told.
#[derive(Clone)]
pub struct AdminOptions {
    /// Whether there is a tool of this name; quotas name tools.
    pub is_tool: fn(&str) -> bool,
}

/// What its handlers are given.
#[derive(Clone)]
struct AdminDesk {
    desk: Desk,
    options: AdminOptions,
}

impl Gateway {
    /// Serves the operator here, and nobody else, until `stop` fires.
    pub async fn serve_admin(self, app: Application, options: AdminOptions, stop: CancellationToken) {
        let over = match self.address() {
            Listen::Tcp(_) => Over::Tcp,
            Listen::Unix(_) => Over::Unix,
        };
        let desk = Desk { app, over, options: Arc::new(self.options().clone()), stop: stop.clone() };
        self.attend(open(desk.clone(), options), routes::full(desk), stop).await;
    }
}

fn open(desk: Desk, options: AdminOptions) -> Router {
    let router = table::routes().into_iter().fold(Router::new(), |router, route| {
        let path = format!("{PREFIX}{}", route.path);
        router.route(&path, route.handler)
    });
    router
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(desk.clone(), admit))
        .layer(middleware::from_fn_with_state(desk.clone(), guard::admit))
        .layer(middleware::from_fn_with_state(desk.clone(), seen::observe))
        .layer(middleware::from_fn(unkept))
        .with_state(AdminDesk { desk, options })
}

/// Lets only administrators pass; who may change nothing only looks.
async fn admit(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>().cloned() else {
        return desk.answer(Err(forbidden().into()));
    };
    let looks = [Method::GET, Method::HEAD].contains(request.method());
    let effect = if looks { Effect::Reads } else { Effect::Writes };
    match desk.app.admit_administrator(&caller, effect).await {
        Ok(()) => next.run(request).await,
        Err(failure) => desk.answer(Err(told_with(Scope::Admin, &caller, failure))),
    }
}

/// Nothing that is said here is kept on the way: there are secrets in it.
async fn unkept(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn forbidden() -> Failure {
    Failure::new(Code::Forbidden, "Nobody knows who asks.", "Send a token with the scope admin.")
}

async fn unknown_path(State(AdminDesk { desk, .. }): State<AdminDesk>) -> Response {
    let failure = Failure::new(
        Code::InvalidArgument,
        "There is no such path.",
        "Use one of those that /admin/v1/openapi.json lists.",
    );
    desk.answer(Err(Refusal::new(StatusCode::NOT_FOUND, failure)))
}

async fn wrong_method(State(AdminDesk { desk, .. }): State<AdminDesk>) -> Response {
    let action = format!("Use one of those in the header {ALLOW}.");
    let failure = Failure::new(Code::InvalidArgument, "This path takes other methods.", action);
    desk.answer(Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, failure)))
}
