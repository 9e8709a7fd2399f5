//! What a person does on a page, beside sending: each verb is one route.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use grammers_tl_types as tl;
use serde::Deserialize;
use serde_json::json;

use super::Phone;
use super::pages::peer_of;
use super::refusals::sentence;
use crate::world::World;
use crate::world::editing::Change;
use crate::world::messages::Message;
use crate::world::peers::Peer;
use crate::world::pins::Pin;
use crate::world::refusal::{Allowed, RpcError};
use crate::world::telling::Cause;

pub(super) fn routes() -> Router<Phone> {
    Router::new()
        .route("/{account}/{chat}/edit", post(edit))
        .route("/{account}/{chat}/delete", post(delete))
        .route("/{account}/{chat}/react", post(react))
        .route("/{account}/{chat}/pin", post(pin))
        .route("/{account}/{chat}/vote", post(vote))
        .route("/{account}/{chat}/read", post(read))
        .route("/{account}/{chat}/typing", post(typing))
        .route("/{account}/{chat}/join", post(join))
}

/// Who acts in which chat, as the address says.
pub(super) type Scene = Path<(i64, String)>;

/// A refusal as a page shows it.
pub(super) fn refused(refusal: &RpcError) -> Response {
    (StatusCode::CONFLICT, Json(json!({ "error": sentence(refusal) }))).into_response()
}

impl Phone {
    /// Lets the person of an address do something in its chat.
    pub(super) fn act(
        &self,
        Path((account, chat)): &Scene,
        act: impl FnOnce(&mut World, &Cause, Peer) -> Allowed<()>,
    ) -> Response {
        let done = self.hub.change(|state| {
            let eyes = super::open(state, *account);
            let is_person = eyes.account(*account).is_some_and(|account| !account.bot);
            let peer = peer_of(&eyes, chat).filter(|_| is_person);
            let peer = peer.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))?;
            act(&mut state.world, &Cause::by(*account), peer)
        });
        match done {
            Ok(()) => Json(json!({ "ok": true })).into_response(),
            Err(refusal) => refused(&refusal),
        }
    }
}

#[derive(Deserialize)]
struct Edit {
    id: i32,
    text: String,
}

async fn edit(State(phone): State<Phone>, scene: Scene, Json(edit): Json<Edit>) -> Response {
    phone.act(&scene, |world, cause, peer| {
        let words = Some((edit.text, Vec::new()));
        world.edit(cause, peer, edit.id, Change { words, ..Change::default() })
    })
}

#[derive(Deserialize)]
struct Delete {
    ids: Vec<i32>,
}

async fn delete(State(phone): State<Phone>, scene: Scene, Json(delete): Json<Delete>) -> Response {
    phone.act(&scene, |world, cause, peer| {
        match peer {
            Peer::Channel(channel) => world.delete_from_channel(cause, channel, &delete.ids)?,
            Peer::User(_) | Peer::Group(_) => world.delete_from_mailbox(cause, &delete.ids, true)?,
        };
        Ok(())
    })
}

#[derive(Deserialize)]
struct React {
    id: i32,
    emoji: String,
}

/// The same reaction again takes it back.
async fn react(State(phone): State<Phone>, scene: Scene, Json(react): Json<React>) -> Response {
    phone.act(&scene, |world, cause, peer| {
        let reactions = world.thread(cause.account, peer).get(react.id).map(|message| message.reactions().to_vec());
        let mine = reactions.into_iter().flatten().find(|reacted| reacted.by == cause.account);
        let is_taken_back = mine.is_some_and(|mine| mine.emoji == react.emoji);
        let emoji = if is_taken_back { Vec::new() } else { vec![react.emoji] };
        world.react(cause, peer, react.id, &emoji)
    })
}

#[derive(Deserialize)]
struct OneMessage {
    id: i32,
}

/// What is pinned already is taken off.
async fn pin(State(phone): State<Phone>, scene: Scene, Json(wanted): Json<OneMessage>) -> Response {
    phone.act(&scene, |world, cause, peer| {
        let unpin = world.thread(cause.account, peer).get(wanted.id).is_some_and(Message::is_pinned);
        world.pin(cause, peer, wanted.id, Pin { unpin, ..Pin::default() })
    })
}

#[derive(Deserialize)]
struct Vote {
    id: i32,
    /// The places of the chosen answers; none takes the vote back.
    answers: Vec<usize>,
}

async fn vote(State(phone): State<Phone>, scene: Scene, Json(vote): Json<Vote>) -> Response {
    phone.act(&scene, |world, cause, peer| {
        let poll = world.poll_of(cause.account, peer, vote.id)?;
        let answers = world.polls.get(poll).map(|poll| poll.answers.as_slice()).unwrap_or_default();
        let option = |place: &usize| answers.get(*place).map(|(_, option)| option.clone());
        let options: Option<Vec<Vec<u8>>> = vote.answers.iter().map(option).collect();
        let options = options.ok_or_else(|| RpcError::bad_request("OPTION_INVALID"))?;
        world.vote(cause, peer, vote.id, &options)
    })
}

#[derive(Deserialize)]
struct Read {
    max_id: i32,
    topic: Option<i32>,
}

async fn read(State(phone): State<Phone>, scene: Scene, Json(read): Json<Read>) -> Response {
    phone.act(&scene, |world, cause, peer| {
        let seen: Vec<i32> = world
            .mailbox(cause.account)
            .dialogs
            .get(&peer)
            .map(|dialog| dialog.unread_mentions.iter().copied().filter(|id| *id <= read.max_id).collect())
            .unwrap_or_default();
        if !seen.is_empty() {
            world.read_mentions(cause, peer, Some(&seen));
        }
        match (peer, read.topic) {
            (Peer::Channel(channel), Some(topic)) => {
                world.read_strand(cause, channel, topic, read.max_id);
                Ok(())
            }
            _ => world.read(cause, peer, read.max_id),
        }
    })
}

#[derive(Deserialize)]
struct Typing {
    topic: Option<i32>,
    /// Speaking instead of typing.
    #[serde(default)]
    aloud: bool,
}

async fn typing(State(phone): State<Phone>, scene: Scene, Json(typing): Json<Typing>) -> Response {
    phone.act(&scene, |world, cause, peer| {
        world.may_post(cause.account, peer, typing.topic)?;
        let action = if typing.aloud {
            tl::enums::SendMessageAction::SendMessageRecordAudioAction
        } else {
            tl::enums::SendMessageAction::SendMessageTypingAction
        };
        world.show_typing(cause, peer, typing.topic, &action);
        Ok(())
    })
}

async fn join(State(phone): State<Phone>, scene: Scene) -> Response {
    phone.act(&scene, |world, cause, peer| world.join(cause, peer.id(), None))
}
