//! Reactions and polls.

use grammers_tl_types as tl;
use tl::enums::Reaction;
use tl::functions::messages;

use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::messages::Reacted;
use crate::world::peers::Peer;
use crate::world::refusal::Allowed;
use crate::world::view::messages::view_reacted;
use crate::world::view::{Cast, count};

fn emoji_of(reaction: &Reaction) -> Allowed<Option<String>> {
    match reaction {
        Reaction::Empty => Ok(None),
        Reaction::Emoji(emoji) => Ok(Some(emoji.emoticon.clone())),
        Reaction::CustomEmoji(_) | Reaction::Paid => Err(RpcError::bad_request("REACTION_INVALID")),
    }
}

pub(crate) fn send_reaction(
    world: &mut World,
    caller: &Caller,
    request: messages::SendReaction,
) -> Outcome<messages::SendReaction> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    let emoji: Result<Vec<Option<String>>, RpcError> = request.reaction.iter().flatten().map(emoji_of).collect();
    let emoji: Vec<String> = emoji?.into_iter().flatten().collect();
    world.react(&cause, peer, request.msg_id, &emoji)?;
    Ok(world.answer_echo(cause.account))
}

pub(crate) fn get_messages_reactions(
    world: &mut World,
    caller: &Caller,
    request: messages::GetMessagesReactions,
) -> Outcome<messages::GetMessagesReactions> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let known = request.id.iter().filter(|id| world.thread(me, peer).get(**id).is_some());
    let updates = known.map(|id| world.view_reactions_update(me, peer, *id)).collect();
    Ok(world.view_updates(me, updates))
}

/// Who reacted, newest first; the offset is the number of those who were listed before.
pub(crate) fn get_message_reactions_list(
    world: &mut World,
    caller: &Caller,
    request: messages::GetMessageReactionsList,
) -> Outcome<messages::GetMessageReactionsList> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let message = world.thread(me, peer).get(request.id);
    let message = message.ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
    let emoji = request.reaction.as_ref().map(emoji_of).transpose()?.flatten();
    let is_wanted = |reacted: &&Reacted| emoji.as_ref().is_none_or(|emoji| reacted.emoji == *emoji);
    let wanted: Vec<&Reacted> = message.reactions().iter().rev().filter(is_wanted).collect();
    let start = match request.offset.as_deref() {
        None | Some("") => 0,
        Some(offset) => offset.parse().map_err(|_| RpcError::bad_request("OFFSET_INVALID"))?,
    };
    let limit = usize::try_from(request.limit.clamp(1, 100)).unwrap_or(1);
    let page: Vec<&Reacted> = wanted.iter().skip(start).take(limit).copied().collect();
    let next = start + page.len();
    let cast = Cast::of_peers(page.iter().map(|reacted| Peer::User(reacted.by)));
    let answer = tl::types::messages::MessageReactionsList {
        count: count(wanted.len()),
        reactions: page.iter().map(|reacted| view_reacted(me, reacted)).collect(),
        chats: cast.chats(world, me),
        users: cast.users(world, me),
        next_offset: (next < wanted.len()).then(|| next.to_string()),
    };
    Ok(answer.into())
}

/// Clients ask for it at start; the animations of real reactions are no part of the box.
pub(crate) fn get_available_reactions(
    _world: &mut World,
    caller: &Caller,
    _request: messages::GetAvailableReactions,
) -> Outcome<messages::GetAvailableReactions> {
    caller.me()?;
    Ok(tl::types::messages::AvailableReactions { hash: 0, reactions: Vec::new() }.into())
}

pub(crate) fn send_vote(
    world: &mut World,
    caller: &Caller,
    request: messages::SendVote,
) -> Outcome<messages::SendVote> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    world.vote(&cause, peer, request.msg_id, &request.options)?;
    Ok(world.answer_echo(cause.account))
}

pub(crate) fn get_poll_results(
    world: &mut World,
    caller: &Caller,
    request: messages::GetPollResults,
) -> Outcome<messages::GetPollResults> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let poll = world.poll_of(me, peer, request.msg_id)?;
    let updates = world.view_poll_update(me, poll).into_iter().collect();
    Ok(world.view_updates(me, updates))
}
