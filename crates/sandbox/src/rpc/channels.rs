//! Supergroups and channels: what they are, who is in them, coming and going.

use grammers_tl_types as tl;
use tl::enums::ChannelParticipantsFilter as Filter;
use tl::functions::channels;

use super::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::chats::{Ban, Channel, GENERAL_TOPIC, Member, Role};
use crate::world::peers::Peer;
use crate::world::refusal::Allowed;
use crate::world::view::{Cast, count, no_restrictions};

pub(super) fn get_channels(
    world: &mut World,
    caller: &Caller,
    request: channels::GetChannels,
) -> Outcome<channels::GetChannels> {
    let me = caller.me()?;
    let chat = |channel| Ok(world.view_chat(me, Peer::Channel(world.met_channel_arg(me, channel)?)));
    let chats: Result<Vec<Option<tl::enums::Chat>>, RpcError> = request.id.iter().map(chat).collect();
    Ok(tl::types::messages::Chats { chats: chats?.into_iter().flatten().collect() }.into())
}

pub(super) fn get_full_channel(
    world: &mut World,
    caller: &Caller,
    request: channels::GetFullChannel,
) -> Outcome<channels::GetFullChannel> {
    let me = caller.me()?;
    let channel = world.channel(world.channel_arg(me, &request.channel)?)?;
    let linked = channel.linked.map(Peer::Channel);
    let cast = Cast::of_peers(linked.into_iter().chain([Peer::Channel(channel.id)]));
    let answer = tl::types::messages::ChatFull {
        full_chat: world.view_full_channel(me, channel).into(),
        chats: cast.chats(world, me),
        users: cast.users(world, me),
    };
    Ok(answer.into())
}

/// Whether somebody's name contains what is looked for.
fn is_named(world: &World, user: i64, wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    world.accounts.get(user).is_some_and(|account| {
        let username = account.username.as_deref().unwrap_or_default();
        account.full_name().to_lowercase().contains(&wanted) || username.to_lowercase().contains(&wanted)
    })
}

fn banned_member(user: i64, ban: &Ban) -> tl::enums::ChannelParticipant {
    let banned = tl::types::ChatBannedRights { view_messages: true, until_date: ban.until, ..no_restrictions() };
    tl::types::ChannelParticipantBanned {
        left: true,
        peer: Peer::User(user).into(),
        kicked_by: ban.by,
        date: ban.since,
        banned_rights: banned.into(),
        rank: None,
    }
    .into()
}

/// The members that a filter asks for, each with the form in which the caller sees them.
fn listed(
    world: &World,
    me: i64,
    channel: &Channel,
    filter: &Filter,
) -> Allowed<Vec<(i64, tl::enums::ChannelParticipant)>> {
    let is_admin = channel.is_admin(me);
    if channel.is_broadcast() && !is_admin {
        return Err(RpcError::bad_request("CHAT_ADMIN_REQUIRED"));
    }
    if let Filter::ChannelParticipantsKicked(_) | Filter::ChannelParticipantsBanned(_) = filter {
        if !is_admin {
            return Err(RpcError::bad_request("CHAT_ADMIN_REQUIRED"));
        }
        let banned = channel.banned.iter().map(|(user, ban)| (*user, banned_member(*user, ban)));
        return Ok(banned.collect());
    }
    let is_wanted = |user: i64, member: &Member| match filter {
        Filter::ChannelParticipantsAdmins => member.role != Role::Member,
        Filter::ChannelParticipantsBots => world.accounts.get(user).is_some_and(|account| account.bot),
        Filter::ChannelParticipantsSearch(search) => is_named(world, user, &search.q),
        Filter::ChannelParticipantsContacts(search) => {
            world.mailbox(me).contacts.contains_key(&user) && is_named(world, user, &search.q)
        }
        Filter::ChannelParticipantsMentions(search) => is_named(world, user, search.q.as_deref().unwrap_or_default()),
        Filter::ChannelParticipantsRecent
        | Filter::ChannelParticipantsKicked(_)
        | Filter::ChannelParticipantsBanned(_) => true,
    };
    let wanted = channel.members.iter().filter(|(user, member)| is_wanted(**user, member));
    Ok(wanted.map(|(user, member)| (*user, world.view_member(me, *user, member))).collect())
}

pub(super) fn get_participants(
    world: &mut World,
    caller: &Caller,
    request: channels::GetParticipants,
) -> Outcome<channels::GetParticipants> {
    let me = caller.me()?;
    let channel = world.channel(world.channel_arg(me, &request.channel)?)?;
    let all = listed(world, me, channel, &request.filter)?;
    let total = count(all.len());
    let start = usize::try_from(request.offset).map_err(|_| RpcError::bad_request("OFFSET_INVALID"))?;
    let limit = usize::try_from(request.limit.clamp(0, 200)).unwrap_or(0);
    let (users, participants): (Vec<i64>, Vec<_>) = all.into_iter().skip(start).take(limit).unzip();
    let cast = Cast::of_peers(users.into_iter().map(Peer::User).chain([Peer::Channel(channel.id)]));
    let answer = tl::types::channels::ChannelParticipants {
        count: total,
        participants,
        chats: cast.chats(world, me),
        users: cast.users(world, me),
    };
    Ok(answer.into())
}

pub(super) fn get_participant(
    world: &mut World,
    caller: &Caller,
    request: channels::GetParticipant,
) -> Outcome<channels::GetParticipant> {
    let me = caller.me()?;
    let channel = world.channel(world.channel_arg(me, &request.channel)?)?;
    let user = world.peer_arg(me, &request.participant)?.user();
    let user = user.ok_or_else(|| RpcError::bad_request("PARTICIPANT_ID_INVALID"))?;
    let participant = match (channel.members.get(&user), channel.banned.get(&user)) {
        (Some(member), _) => world.view_member(me, user, member),
        (None, Some(ban)) if channel.is_admin(me) => banned_member(user, ban),
        (None, _) => return Err(RpcError::bad_request("USER_NOT_PARTICIPANT")),
    };
    let cast = Cast::of_peers([Peer::User(user), Peer::Channel(channel.id)]);
    let answer = tl::types::channels::ChannelParticipant {
        participant,
        chats: cast.chats(world, me),
        users: cast.users(world, me),
    };
    Ok(answer.into())
}

/// Public channels are linked by name, private ones by number; both open for members only where they are private.
pub(super) fn export_message_link(
    world: &mut World,
    caller: &Caller,
    request: channels::ExportMessageLink,
) -> Outcome<channels::ExportMessageLink> {
    let me = caller.me()?;
    let channel = world.channel(world.channel_arg(me, &request.channel)?)?;
    let message = channel.thread.get(request.id).ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
    let base = match &channel.username {
        Some(name) => format!("https://t.me/{name}"),
        None => format!("https://t.me/c/{}", channel.id),
    };
    let topic = message.thread().filter(|top| channel.is_forum() && *top != GENERAL_TOPIC);
    let link = match topic {
        Some(topic) => format!("{base}/{topic}/{}", request.id),
        None => format!("{base}/{}", request.id),
    };
    Ok(tl::types::ExportedMessageLink { link, html: String::new() }.into())
}

pub(super) fn join_channel(
    world: &mut World,
    caller: &Caller,
    request: channels::JoinChannel,
) -> Outcome<channels::JoinChannel> {
    let cause = caller.cause()?;
    let channel = world.met_channel_arg(cause.account, &request.channel)?;
    world.join(&cause, channel, None)?;
    let updates = world.answer_echo(cause.account);
    Ok(tl::types::messages::ChatInviteJoinResultOk { updates }.into())
}

pub(super) fn leave_channel(
    world: &mut World,
    caller: &Caller,
    request: channels::LeaveChannel,
) -> Outcome<channels::LeaveChannel> {
    let cause = caller.cause()?;
    let channel = world.channel_arg(cause.account, &request.channel)?;
    world.leave(&cause, channel)?;
    Ok(world.answer_echo(cause.account))
}

pub(super) fn invite_to_channel(
    world: &mut World,
    caller: &Caller,
    request: channels::InviteToChannel,
) -> Outcome<channels::InviteToChannel> {
    let cause = caller.cause()?;
    let channel = world.channel_arg(cause.account, &request.channel)?;
    if request.users.is_empty() {
        return Err(RpcError::bad_request("USERS_TOO_FEW"));
    }
    for user in &request.users {
        let user = world.user_arg(cause.account, user)?;
        world.invite(&cause, channel, user)?;
    }
    let updates = world.answer_echo(cause.account);
    Ok(tl::types::messages::InvitedUsers { updates, missing_invitees: Vec::new() }.into())
}
