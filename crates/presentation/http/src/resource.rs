//! What this server says about itself as a protected resource, to clients that have no token yet.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::auth::Auth;
use crate::desk::Desk;
use crate::{mcp, routes};

/// Where clients look.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Its routes: for the whole server, and for what is at `/mcp`, which is the same. Whoever uses a narrower path below it
/// looks there, too.
pub(crate) fn open() -> Router<Desk> {
    Router::new()
        .route(WELL_KNOWN, get(tell))
        .route(&format!("{WELL_KNOWN}{}", mcp::PATH), get(tell))
        .route(&format!("{WELL_KNOWN}{}/{{*below}}", mcp::PATH), get(tell))
}

async fn tell(State(desk): State<Desk>) -> Response {
    match &desk.options.auth {
        Auth::OAuth(oauth) => Json(oauth.metadata()).into_response(),
        Auth::None | Auth::Bearer(_) => routes::unknown_path(State(desk)).await,
    }
}
