//! Catching up: what happened while a client was away.

use grammers_tl_types as tl;
use tl::functions::updates;

use super::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::logs::{Event, Logged, Missed};
use crate::world::peers::Peer;
use crate::world::view::Cast;

/// So many events are told at once.
const EVENTS_MAX: usize = 500;
/// So many messages stand in for a channel's history that is too long to tell.
const NEWEST_MESSAGES: usize = 20;

/// Where a mailbox stands now.
pub(super) fn state_of(world: &World, me: i64) -> tl::enums::updates::State {
    let unread: i32 = world.conversations(me).iter().map(|peer| world.unread_count(me, *peer).min(1)).sum();
    let pts = world.mailbox(me).log.pts();
    tl::types::updates::State { pts, qts: 0, date: world.now(), seq: 1, unread_count: unread }.into()
}

pub(super) fn get_state(world: &mut World, caller: &Caller, _request: updates::GetState) -> Outcome<updates::GetState> {
    Ok(state_of(world, caller.me()?))
}

/// Events as messages and other updates, with everybody whom they mention. What has been deleted since is left out.
struct Told {
    messages: Vec<tl::enums::Message>,
    others: Vec<tl::enums::Update>,
    chats: Vec<tl::enums::Chat>,
    users: Vec<tl::enums::User>,
}

fn told(world: &World, me: i64, events: &[&Logged]) -> Told {
    let (mut messages, mut others, mut cast) = (Vec::new(), Vec::new(), Cast::default());
    for logged in events {
        if let Event::New(peer, id) = &logged.event {
            let seen = world.thread(me, *peer).get(*id).filter(|message| world.sees(me, *peer, message));
            messages.extend(seen.map(|message| world.view_message(me, *peer, message)));
        } else {
            others.extend(world.view_event(me, logged));
        }
    }
    for message in &messages {
        cast.message(message);
    }
    for update in &others {
        cast.update(update);
    }
    let (chats, users) = (cast.chats(world, me), cast.users(world, me));
    Told { messages, others, chats, users }
}

pub(super) fn get_difference(
    world: &mut World,
    caller: &Caller,
    request: updates::GetDifference,
) -> Outcome<updates::GetDifference> {
    let me = caller.me()?;
    if request.pts <= 0 {
        return Err(RpcError::bad_request("PERSISTENT_TIMESTAMP_EMPTY"));
    }
    let log = &world.mailbox(me).log;
    let (events, more) = match log.since(request.pts, EVENTS_MAX) {
        Missed::Nothing => return Ok(tl::types::updates::DifferenceEmpty { date: world.now(), seq: 1 }.into()),
        Missed::TooMuch => return Ok(tl::types::updates::DifferenceTooLong { pts: log.pts() }.into()),
        Missed::Events(events, more) => (events, more),
    };
    let Told { messages: new_messages, others: other_updates, chats, users } = told(world, me, &events);
    let tl::enums::updates::State::State(mut state) = state_of(world, me);
    let new_encrypted_messages = Vec::new();
    if !more {
        let state = state.into();
        let whole =
            tl::types::updates::Difference { new_messages, new_encrypted_messages, other_updates, chats, users, state };
        return Ok(whole.into());
    }
    state.pts = events.last().map_or(state.pts, |last| last.pts);
    let slice = tl::types::updates::DifferenceSlice {
        new_messages,
        new_encrypted_messages,
        other_updates,
        chats,
        users,
        intermediate_state: state.into(),
    };
    Ok(slice.into())
}

pub(super) fn get_channel_difference(
    world: &mut World,
    caller: &Caller,
    request: updates::GetChannelDifference,
) -> Outcome<updates::GetChannelDifference> {
    let me = caller.me()?;
    let id = world.channel_arg(me, &request.channel)?;
    if request.pts <= 0 {
        return Err(RpcError::bad_request("PERSISTENT_TIMESTAMP_EMPTY"));
    }
    let log = &world.channel(id)?.log;
    let limit = usize::try_from(request.limit).unwrap_or(0).clamp(1, EVENTS_MAX);
    let (events, more) = match log.since(request.pts, limit) {
        Missed::Nothing => {
            let empty = tl::types::updates::ChannelDifferenceEmpty { r#final: true, pts: log.pts(), timeout: Some(30) };
            return Ok(empty.into());
        }
        Missed::TooMuch => return Ok(too_long(world, me, Peer::Channel(id))),
        Missed::Events(events, more) => (events, more),
    };
    let Told { messages: new_messages, others: other_updates, chats, users } = told(world, me, &events);
    let difference = tl::types::updates::ChannelDifference {
        r#final: !more,
        pts: events.last().map_or(log.pts(), |last| last.pts),
        timeout: Some(30),
        new_messages,
        other_updates,
        chats,
        users,
    };
    Ok(difference.into())
}

fn too_long(world: &World, me: i64, peer: Peer) -> tl::enums::updates::ChannelDifference {
    let newest = world.thread(me, peer).newest_first().take(NEWEST_MESSAGES);
    let messages: Vec<_> = newest.map(|message| world.view_message(me, peer, message)).collect();
    let mut cast = Cast::of_messages(&messages);
    cast.peer(peer);
    tl::types::updates::ChannelDifferenceTooLong {
        r#final: true,
        timeout: Some(30),
        dialog: world.view_dialog(me, peer),
        messages,
        chats: cast.chats(world, me),
        users: cast.users(world, me),
    }
    .into()
}
