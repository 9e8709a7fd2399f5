//! Basic groups, and the invite links of all kinds of chats.

use grammers_tl_types as tl;
use tl::functions::messages;

use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::chats::Role;
use crate::world::peers::Peer;
use crate::world::refusal::Allowed;
use crate::world::view::{Cast, blank, count};

pub(crate) fn get_chats(
    world: &mut World,
    caller: &Caller,
    request: messages::GetChats,
) -> Outcome<messages::GetChats> {
    let me = caller.me()?;
    let chat = |id: &i64| world.view_chat(me, world.peer_arg(me, &world.input_peer(me, Peer::Group(*id))).ok()?);
    let chats: Option<Vec<_>> = request.id.iter().map(chat).collect();
    let chats = chats.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))?;
    Ok(tl::types::messages::Chats { chats }.into())
}

pub(crate) fn get_full_chat(
    world: &mut World,
    caller: &Caller,
    request: messages::GetFullChat,
) -> Outcome<messages::GetFullChat> {
    let me = caller.me()?;
    let group = world.groups.get(&request.chat_id).filter(|group| group.role(me).is_some());
    let group = group.ok_or_else(|| RpcError::bad_request("CHAT_ID_INVALID"))?;
    let members = group.members.keys().map(|id| Peer::User(*id));
    let cast = Cast::of_peers(members.chain([Peer::Group(group.id)]));
    let answer = tl::types::messages::ChatFull {
        full_chat: world.view_full_group(me, group).into(),
        chats: cast.chats(world, me),
        users: cast.users(world, me),
    };
    Ok(answer.into())
}

pub(crate) fn get_common_chats(
    world: &mut World,
    caller: &Caller,
    request: messages::GetCommonChats,
) -> Outcome<messages::GetCommonChats> {
    let me = caller.me()?;
    let user = world.user_arg(me, &request.user_id)?;
    let common = world.common_chats(me, user);
    let limit = usize::try_from(request.limit).unwrap_or(0);
    let chats = common.iter().take(limit).filter_map(|peer| world.view_chat(me, *peer)).collect();
    Ok(tl::types::messages::Chats { chats }.into())
}

pub(crate) fn add_chat_user(
    world: &mut World,
    caller: &Caller,
    request: messages::AddChatUser,
) -> Outcome<messages::AddChatUser> {
    let cause = caller.cause()?;
    let user = world.user_arg(cause.account, &request.user_id)?;
    world.add_to_group(&cause, request.chat_id, user, false)?;
    let updates = world.answer_echo(cause.account);
    Ok(tl::types::messages::InvitedUsers { updates, missing_invitees: Vec::new() }.into())
}

pub(crate) fn delete_chat_user(
    world: &mut World,
    caller: &Caller,
    request: messages::DeleteChatUser,
) -> Outcome<messages::DeleteChatUser> {
    let cause = caller.cause()?;
    let user = world.user_arg(cause.account, &request.user_id)?;
    world.remove_from_group(&cause, request.chat_id, user)?;
    Ok(world.answer_echo(cause.account))
}

pub(crate) fn export_chat_invite(
    world: &mut World,
    caller: &Caller,
    request: messages::ExportChatInvite,
) -> Outcome<messages::ExportChatInvite> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let (role, invite, date) = match peer {
        Peer::User(_) => return Err(RpcError::bad_request("PEER_ID_INVALID")),
        Peer::Group(id) => {
            let group = &world.groups[&id];
            (group.role(me), &group.invite, group.date)
        }
        Peer::Channel(id) => {
            let channel = world.channel(id)?;
            (channel.role(me), &channel.invite, channel.date)
        }
    };
    if !matches!(role, Some(Role::Admin | Role::Creator)) {
        return Err(RpcError::bad_request("CHAT_ADMIN_REQUIRED"));
    }
    let mut view: tl::types::ChatInviteExported = blank(&[]);
    view.permanent = true;
    view.link = format!("https://t.me/+{invite}");
    view.admin_id = me;
    view.date = date;
    Ok(view.into())
}

fn invited_to(world: &World, hash: &str) -> Allowed<Peer> {
    if hash.is_empty() {
        return Err(RpcError::bad_request("INVITE_HASH_EMPTY"));
    }
    world.by_invite(hash).map(|(peer, _)| peer)
}

pub(crate) fn check_chat_invite(
    world: &mut World,
    caller: &Caller,
    request: messages::CheckChatInvite,
) -> Outcome<messages::CheckChatInvite> {
    let me = caller.me()?;
    let peer = invited_to(world, &request.hash)?;
    // A flag word, an empty title, an absent photo, a counter, a colour.
    let mut invite: tl::types::ChatInvite = blank(&[0, 0, 0x2331_b22d]);
    let is_member = match peer {
        Peer::User(_) => false,
        Peer::Group(id) => {
            let group = &world.groups[&id];
            invite.title.clone_from(&group.title);
            invite.about = Some(group.about.clone());
            invite.participants_count = count(group.members.len());
            group.role(me).is_some()
        }
        Peer::Channel(id) => {
            let channel = world.channel(id)?;
            invite.channel = true;
            invite.broadcast = channel.is_broadcast();
            invite.megagroup = !channel.is_broadcast();
            invite.public = channel.username.is_some();
            invite.title.clone_from(&channel.title);
            invite.about = Some(channel.about.clone());
            invite.participants_count = count(channel.members.len());
            channel.role(me).is_some()
        }
    };
    match world.view_chat(me, peer).filter(|_| is_member) {
        Some(chat) => Ok(tl::types::ChatInviteAlready { chat }.into()),
        None => Ok(invite.into()),
    }
}

pub(crate) fn import_chat_invite(
    world: &mut World,
    caller: &Caller,
    request: messages::ImportChatInvite,
) -> Outcome<messages::ImportChatInvite> {
    let cause = caller.cause()?;
    if request.hash.is_empty() {
        return Err(RpcError::bad_request("INVITE_HASH_EMPTY"));
    }
    world.come_by_invite(&cause, &request.hash)?;
    let updates = world.answer_echo(cause.account);
    Ok(tl::types::messages::ChatInviteJoinResultOk { updates }.into())
}
