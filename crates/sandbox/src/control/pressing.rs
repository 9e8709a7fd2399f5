//! What people do with bots.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::acting::Scene;
use super::{Body, Reply, done, object};
use crate::sandbox::{Name, Sandbox, SandboxError};
use crate::world::company::{FileKind, Sending};
use crate::world::refusal::RpcError;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/v1/press", post(press))
        .route("/v1/forge", post(forge))
        .route("/v1/document", post(document))
        .route("/v1/start", post(start))
        .route("/v1/advance", post(advance))
        .route("/v1/block", post(block))
        .route("/v1/tap", post(tap))
        .route("/v1/stop", post(stop))
        .route("/v1/draft", post(draft))
        .route("/v1/vote", post(vote))
        .route("/v1/send", post(send))
        .route("/v1/bring", post(bring))
        .route("/v1/ban", post(ban))
        .route("/v1/appoint", post(appoint))
        .route("/v1/come", post(come))
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
struct Forge {
    #[serde(flatten)]
    scene: Scene,
    id: i32,
    data: String,
}

async fn forge(State(sandbox): State<Sandbox>, Body(forged): Body<Forge>) -> Reply {
    let actor = sandbox.acting(forged.scene.who, forged.scene.chat)?;
    let answer = actor.forge(forged.id, &forged.data).await?;
    Ok(object(&json!({ "answer": answer })))
}

#[derive(Deserialize)]
struct Which {
    #[serde(flatten)]
    scene: Scene,
    id: i32,
}

async fn document(State(sandbox): State<Sandbox>, Body(which): Body<Which>) -> Reply {
    let (name, bytes) = sandbox.acting(which.scene.who, which.scene.chat)?.document(which.id)?;
    Ok(object(&json!({ "name": name, "base64": STANDARD.encode(bytes) })))
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

#[derive(Deserialize)]
struct Block {
    #[serde(flatten)]
    scene: Scene,
    #[serde(default)]
    unblock: bool,
}

async fn block(State(sandbox): State<Sandbox>, Body(block): Body<Block>) -> Reply {
    let actor = sandbox.acting(block.scene.who, block.scene.chat)?;
    if block.unblock { actor.unblock() } else { actor.block() }?;
    Ok(done())
}

#[derive(Deserialize)]
struct Tap {
    #[serde(flatten)]
    scene: Scene,
    button: String,
}

async fn tap(State(sandbox): State<Sandbox>, Body(tap): Body<Tap>) -> Reply {
    let id = sandbox.acting(tap.scene.who, tap.scene.chat)?.tap(&tap.button)?;
    Ok(object(&json!({ "id": id })))
}

async fn stop(State(sandbox): State<Sandbox>, Body(scene): Body<Scene>) -> Reply {
    sandbox.acting(scene.who, scene.chat)?.stop()?;
    Ok(done())
}

async fn draft(State(sandbox): State<Sandbox>, Body(scene): Body<Scene>) -> Reply {
    let text = sandbox.acting(scene.who, scene.chat)?.draft()?;
    Ok(object(&json!({ "text": text })))
}

#[derive(Deserialize)]
struct Vote {
    #[serde(flatten)]
    scene: Scene,
    id: i32,
    options: Vec<usize>,
}

async fn vote(State(sandbox): State<Sandbox>, Body(vote): Body<Vote>) -> Reply {
    sandbox.acting(vote.scene.who, vote.scene.chat)?.vote(vote.id, &vote.options)?;
    Ok(done())
}

#[derive(Deserialize)]
struct Send {
    #[serde(flatten)]
    scene: Scene,
    #[serde(default)]
    kind: FileKind,
    #[serde(default)]
    name: String,
    base64: String,
    #[serde(default)]
    caption: String,
    #[serde(default)]
    seconds: i32,
    #[serde(default)]
    reply_to: Option<i32>,
    #[serde(default)]
    topic: Option<i32>,
}

async fn send(State(sandbox): State<Sandbox>, Body(sent): Body<Send>) -> Reply {
    let Send { scene, kind, name, base64, caption, seconds, reply_to, topic } = sent;
    let broken = |_| SandboxError::Refused(RpcError::bad_request("FILE_BASE64_INVALID"));
    let bytes = STANDARD.decode(base64).map_err(broken)?;
    let file = Sending { kind, name, bytes, caption, seconds, reply_to, topic };
    let id = sandbox.acting(scene.who, scene.chat)?.send(file)?;
    Ok(object(&json!({ "id": id })))
}

#[derive(Deserialize)]
struct Somebody {
    #[serde(flatten)]
    scene: Scene,
    user: Name,
}

async fn bring(State(sandbox): State<Sandbox>, Body(whom): Body<Somebody>) -> Reply {
    sandbox.acting(whom.scene.who, whom.scene.chat)?.bring(whom.user)?;
    Ok(done())
}

async fn ban(State(sandbox): State<Sandbox>, Body(whom): Body<Somebody>) -> Reply {
    sandbox.acting(whom.scene.who, whom.scene.chat)?.ban(whom.user)?;
    Ok(done())
}

#[derive(Deserialize)]
struct Appoint {
    #[serde(flatten)]
    scene: Scene,
    user: Name,
    #[serde(default)]
    dismiss: bool,
}

async fn appoint(State(sandbox): State<Sandbox>, Body(whom): Body<Appoint>) -> Reply {
    sandbox.acting(whom.scene.who, whom.scene.chat)?.appoint(whom.user, !whom.dismiss)?;
    Ok(done())
}

#[derive(Deserialize)]
struct Come {
    #[serde(rename = "as")]
    who: Name,
    link: String,
}

async fn come(State(sandbox): State<Sandbox>, Body(come): Body<Come>) -> Reply {
    sandbox.acting(come.who, "me")?.come(&come.link)?;
    Ok(done())
}
