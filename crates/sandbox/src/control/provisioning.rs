//! Who is there, keys and session strings, and the other side of a sign-in.

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::{Body, Reply, done, object};
use crate::provision::SessionKind;
use crate::sandbox::Sandbox;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/v1/info", get(info))
        .route("/v1/keys", post(keys))
        .route("/v1/provision", post(provision))
        .route("/v1/code", get(code))
        .route("/v1/qr/accept", post(accept_qr))
        .route("/v1/move", post(move_account))
        .route("/v1/reset", post(reset))
}

async fn info(State(sandbox): State<Sandbox>) -> Reply {
    Ok(object(&sandbox.info()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[serde(default)]
    account: Option<i64>,
}

async fn keys(State(sandbox): State<Sandbox>, Body(keys): Body<Keys>) -> Reply {
    Ok(object(&sandbox.keys_for(keys.account)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provision {
    account: i64,
    kind: SessionKind,
}

async fn provision(State(sandbox): State<Sandbox>, Body(wanted): Body<Provision>) -> Reply {
    let session = sandbox.session_string(wanted.account, wanted.kind)?;
    Ok(object(&json!({ "session": session })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phone {
    phone: String,
}

async fn code(State(sandbox): State<Sandbox>, Query(asked): Query<Phone>) -> Reply {
    Ok(object(&json!({ "code": sandbox.login_code(&asked.phone) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AcceptQr {
    account: i64,
    token: String,
}

async fn accept_qr(State(sandbox): State<Sandbox>, Body(scan): Body<AcceptQr>) -> Reply {
    sandbox.accept_qr(scan.account, &scan.token)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    account: i64,
    dc: i32,
}

async fn move_account(State(sandbox): State<Sandbox>, Body(wanted): Body<Move>) -> Reply {
    sandbox.move_account(wanted.account, wanted.dc)?;
    Ok(done())
}

async fn reset(State(sandbox): State<Sandbox>) -> Reply {
    sandbox.reset();
    Ok(done())
}
