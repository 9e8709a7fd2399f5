//! What a person does with bots: pressing their buttons, blocking them, giving them what they ask for.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use grammers_tl_types as tl;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Phone;
use super::acts::{Scene, refused};
use super::draw::links;
use super::pages::peer_of;
use crate::world::World;
use crate::world::callbacks::CallbackAnswer;
use crate::world::media::{Media, Place};
use crate::world::posting::Draft;
use crate::world::refusal::{Allowed, RpcError};
use crate::world::telling::Cause;

/// How long a pressed button waits for its bot, in milliseconds of the world's clock.
const PATIENCE: i64 = 10_000;

/// Where somebody of the box is when a bot asks.
const HERE: (f64, f64) = (46.051_37, 14.505_98);

pub(super) fn routes() -> Router<Phone> {
    Router::new()
        .route("/{account}/{chat}/press", post(press))
        .route("/{account}/{chat}/start", post(start))
        .route("/{account}/{chat}/block", post(block))
        .route("/{account}/{chat}/unblock", post(unblock))
        .route("/{account}/{chat}/share", post(share))
}

#[derive(Deserialize)]
struct Press {
    id: i32,
    /// What stands behind the button, in hexadecimal.
    data: String,
}

/// Presses a button, and answers with what the bot answers; with nothing if it takes too long.
async fn press(State(phone): State<Phone>, scene: Scene, Json(press): Json<Press>) -> Response {
    let Path((account, chat)) = &scene;
    let pressed = phone.hub.change(|state| {
        let peer = peer_of(&super::open(state, *account), chat);
        let peer = peer.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))?;
        let data = hex::decode(&press.data).map_err(|_| RpcError::bad_request("DATA_INVALID"))?;
        let query = state.world.press(&Cause::by(*account), peer, press.id, &data)?;
        Ok::<_, RpcError>((state.await_callback(query), state.world.clock.millis() + PATIENCE))
    });
    let (answer, patience_ends) = match pressed {
        Ok(pressed) => pressed,
        Err(refusal) => return refused(&refusal),
    };
    let answer = tokio::select! {
        answer = answer => answer.ok().flatten(),
        () = phone.hub.wait_until(patience_ends) => None,
        () = phone.hub.closing.cancelled() => None,
    };
    Json(json!({ "answer": answer.map(|answer| shown(&phone, *account, answer)) })).into_response()
}

/// A bot's answer as a page needs it: where an address leads on the phone, or in the world where it may be followed.
fn shown(phone: &Phone, account: i64, answer: CallbackAnswer) -> Value {
    let CallbackAnswer { text, alert, url, .. } = answer;
    let (inner, outer) = url.map_or((None, None), |url| {
        phone.see(account, |eyes| (links::inner_address(eyes, &url), links::web_address(&url)))
    });
    json!({ "text": text, "alert": alert, "inner": inner, "outer": outer })
}

#[derive(Deserialize)]
struct Start {
    /// The word of the link by which the bot was opened.
    #[serde(default)]
    word: String,
}

async fn start(State(phone): State<Phone>, scene: Scene, Json(start): Json<Start>) -> Response {
    phone.act(&scene, |world, cause, peer| world.start_bot(cause, peer.id(), &start.word).map(drop))
}

async fn block(State(phone): State<Phone>, scene: Scene) -> Response {
    phone.act(&scene, |world, cause, peer| world.set_blocked(cause, peer, true))
}

async fn unblock(State(phone): State<Phone>, scene: Scene) -> Response {
    phone.act(&scene, |world, cause, peer| world.set_blocked(cause, peer, false))
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Contact,
    Place,
}

#[derive(Deserialize)]
struct Share {
    what: What,
    reply_to: Option<i32>,
}

async fn share(State(phone): State<Phone>, scene: Scene, Json(share): Json<Share>) -> Response {
    phone.act(&scene, |world, cause, peer| {
        let media = match share.what {
            What::Contact => own_contact(world, cause)?,
            What::Place => Media::Place(Box::new(Place { lat: HERE.0, long: HERE.1, ..Place::default() })),
        };
        world.post(cause, peer, Draft { media: Some(media), reply_to: share.reply_to, ..Draft::default() }).map(drop)
    })
}

fn own_contact(world: &World, cause: &Cause) -> Allowed<Media> {
    let account = world.accounts.get(cause.account).ok_or_else(|| RpcError::bad_request("USER_ID_INVALID"))?;
    Ok(Media::Contact(Box::new(tl::types::MessageMediaContact {
        phone_number: account.phone.clone(),
        first_name: account.first_name.clone(),
        last_name: account.last_name.clone(),
        vcard: String::new(),
        user_id: account.user_id,
    })))
}
