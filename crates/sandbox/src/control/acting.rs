//! Acting as anybody, and reading anybody's mailbox.

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::{Body, Reply, done, object};
use crate::sandbox::{Name, Sandbox, Words};

/// How many messages a mailbox shows unless told.
const MAILBOX_LIMIT: usize = 20;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/v1/say", post(say))
        .route("/v1/edit", post(edit))
        .route("/v1/delete", post(delete))
        .route("/v1/react", post(react))
        .route("/v1/read", post(read))
        .route("/v1/pin", post(pin))
        .route("/v1/typing", post(typing))
        .route("/v1/mailbox", get(mailbox))
}

/// Who acts, and where.
#[derive(Deserialize)]
pub(super) struct Scene {
    #[serde(rename = "as")]
    pub(super) who: Name,
    pub(super) chat: Name,
}

#[derive(Deserialize)]
struct Say {
    #[serde(flatten)]
    scene: Scene,
    text: String,
    #[serde(default)]
    reply_to: Option<i32>,
    #[serde(default)]
    topic: Option<i32>,
}

async fn say(State(sandbox): State<Sandbox>, Body(said): Body<Say>) -> Reply {
    let Say { scene, text, reply_to, topic } = said;
    let id = sandbox.acting(scene.who, scene.chat)?.say(Words { text, reply_to, topic })?;
    Ok(object(&json!({ "id": id })))
}

#[derive(Deserialize)]
struct Edit {
    #[serde(flatten)]
    scene: Scene,
    id: i32,
    text: String,
}

async fn edit(State(sandbox): State<Sandbox>, Body(edit): Body<Edit>) -> Reply {
    sandbox.acting(edit.scene.who, edit.scene.chat)?.edit(edit.id, &edit.text)?;
    Ok(done())
}

#[derive(Deserialize)]
struct Delete {
    #[serde(flatten)]
    scene: Scene,
    ids: Vec<i32>,
}

async fn delete(State(sandbox): State<Sandbox>, Body(delete): Body<Delete>) -> Reply {
    let count = sandbox.acting(delete.scene.who, delete.scene.chat)?.delete(&delete.ids)?;
    Ok(object(&json!({ "count": count })))
}

#[derive(Deserialize)]
struct React {
    #[serde(flatten)]
    scene: Scene,
    id: i32,
    emoji: String,
}

async fn react(State(sandbox): State<Sandbox>, Body(react): Body<React>) -> Reply {
    sandbox.acting(react.scene.who, react.scene.chat)?.react(react.id, &react.emoji)?;
    Ok(done())
}

#[derive(Deserialize)]
struct Read {
    #[serde(flatten)]
    scene: Scene,
    #[serde(default)]
    max_id: i32,
}

async fn read(State(sandbox): State<Sandbox>, Body(read): Body<Read>) -> Reply {
    sandbox.acting(read.scene.who, read.scene.chat)?.read(read.max_id)?;
    Ok(done())
}

#[derive(Deserialize)]
struct Pin {
    #[serde(flatten)]
    scene: Scene,
    id: i32,
    #[serde(default)]
    unpin: bool,
}

async fn pin(State(sandbox): State<Sandbox>, Body(pin): Body<Pin>) -> Reply {
    let actor = sandbox.acting(pin.scene.who, pin.scene.chat)?;
    if pin.unpin { actor.unpin(pin.id) } else { actor.pin(pin.id) }?;
    Ok(done())
}

async fn typing(State(sandbox): State<Sandbox>, Body(scene): Body<Scene>) -> Reply {
    sandbox.acting(scene.who, scene.chat)?.typing()?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mailbox {
    account: String,
    chat: String,
    #[serde(default)]
    limit: Option<usize>,
}

async fn mailbox(State(sandbox): State<Sandbox>, Query(asked): Query<Mailbox>) -> Reply {
    let limit = asked.limit.unwrap_or(MAILBOX_LIMIT);
    let messages = sandbox.mailbox(asked.account.as_str(), asked.chat.as_str(), limit)?;
    Ok(object(&json!({ "messages": messages })))
}
