//! Small questions about conversations that clients ask on the way.

use grammers_tl_types as tl;
use tl::functions::messages;

use crate::rpc::{Caller, Outcome};
use crate::world::World;
use crate::world::peers::Peer;
use crate::world::view::{Cast, count, default_peer_settings};

pub(crate) fn get_peer_settings(
    world: &mut World,
    caller: &Caller,
    request: messages::GetPeerSettings,
) -> Outcome<messages::GetPeerSettings> {
    let me = caller.me()?;
    let cast = Cast::of_peers([world.peer_arg(me, &request.peer)?]);
    let answer = tl::types::messages::PeerSettings {
        settings: default_peer_settings(),
        chats: cast.chats(world, me),
        users: cast.users(world, me),
    };
    Ok(answer.into())
}

pub(crate) fn get_onlines(
    world: &mut World,
    caller: &Caller,
    request: messages::GetOnlines,
) -> Outcome<messages::GetOnlines> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let members: Vec<i64> = match peer {
        Peer::User(id) => vec![id],
        Peer::Group(id) => world.groups[&id].members.keys().copied().collect(),
        Peer::Channel(id) => world.channel(id)?.members.keys().copied().collect(),
    };
    let is_online = |id: &&i64| world.accounts.get(**id).is_some_and(|account| !account.bot && account.last_seen == 0);
    let onlines = count(members.iter().filter(is_online).count());
    Ok(tl::types::ChatOnlines { onlines }.into())
}
