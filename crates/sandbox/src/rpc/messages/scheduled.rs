//! Messages that wait for their moment.

use grammers_tl_types as tl;
use tl::functions::messages;

use crate::rpc::{Caller, Outcome};
use crate::world::World;
use crate::world::peers::Peer;

fn listed(world: &World, me: i64, peer: Peer, ids: &[i32]) -> tl::enums::messages::Messages {
    let messages: Vec<_> = ids.iter().filter_map(|id| world.view_scheduled(me, peer, *id)).collect();
    let total = messages.len();
    world.view_list(me, Some(peer), messages, total)
}

pub(crate) fn get_scheduled_history(
    world: &mut World,
    caller: &Caller,
    request: messages::GetScheduledHistory,
) -> Outcome<messages::GetScheduledHistory> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    Ok(listed(world, me, peer, &world.scheduled_ids(me, peer)))
}

pub(crate) fn get_scheduled_messages(
    world: &mut World,
    caller: &Caller,
    request: messages::GetScheduledMessages,
) -> Outcome<messages::GetScheduledMessages> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    Ok(listed(world, me, peer, &request.id))
}

pub(crate) fn send_scheduled_messages(
    world: &mut World,
    caller: &Caller,
    request: messages::SendScheduledMessages,
) -> Outcome<messages::SendScheduledMessages> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    world.send_scheduled(&cause, peer, &request.id)?;
    Ok(world.answer_echo(cause.account))
}

pub(crate) fn delete_scheduled_messages(
    world: &mut World,
    caller: &Caller,
    request: messages::DeleteScheduledMessages,
) -> Outcome<messages::DeleteScheduledMessages> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    world.unschedule(&cause, peer, &request.id);
    Ok(world.answer_echo(cause.account))
}
