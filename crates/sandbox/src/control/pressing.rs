//! What people do with bots.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde::Deserialize;
use serde_json::json;

use super::acting::Scene;
use super::{Body, Reply, done, object};
use crate::sandbox::Sandbox;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new().route("/v1/press", post(press)).route("/v1/start", post(start)).route("/v1/advance", post(advance))
}

#[derive(Deserialize)]
struct Press {
    #[serde(flatten)]
    scene: Scene,
    id: i32,
    button: String,
}

async fn press(State(sandbox): State<Sandbox>, Body(press): Body<Press>) -> Reply {
    let actor = sandbox.acting(press.scene.who, press.scene.chat)?;
    let answer = actor.press(press.id, &press.button).await?;
    Ok(object(&json!({ "answer": answer })))
}

#[derive(Deserialize)]
struct Start {
    #[serde(flatten)]
    scene: Scene,
    #[serde(default)]
    parameter: String,
}

async fn start(State(sandbox): State<Sandbox>, Body(start): Body<Start>) -> Reply {
    let id = sandbox.acting(start.scene.who, start.scene.chat)?.start(&start.parameter)?;
    Ok(object(&json!({ "id": id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    ms: u64,
}

async fn advance(State(sandbox): State<Sandbox>, Body(advance): Body<Advance>) -> Reply {
    sandbox.advance(Duration::from_millis(advance.ms));
    Ok(done())
}
