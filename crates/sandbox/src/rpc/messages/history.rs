//! Reading messages: pages of a conversation, single messages, threads.

use grammers_tl_types as tl;
use tl::enums::InputMessage;
use tl::functions::{channels, messages};

use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::chats::GENERAL_TOPIC;
use crate::world::peers::Peer;
use crate::world::refusal::Allowed;
use crate::world::thread::{Page, page_of};
use crate::world::view::{Cast, count};

pub(crate) fn get_history(
    world: &mut World,
    caller: &Caller,
    request: messages::GetHistory,
) -> Outcome<messages::GetHistory> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let messages::GetHistory { offset_id, offset_date, add_offset, limit, max_id, min_id, .. } = request;
    let page = Page { offset_id, offset_date, add_offset, limit, max_id, min_id };
    Ok(world.view_page_of(me, peer, &world.thread(me, peer).page(&page)))
}

fn empty(id: i32) -> tl::enums::Message {
    tl::types::MessageEmpty { id, peer_id: None }.into()
}

/// Messages of one's mailbox: private chats and basic groups.
pub(crate) fn get_messages(
    world: &mut World,
    caller: &Caller,
    request: messages::GetMessages,
) -> Outcome<messages::GetMessages> {
    let me = caller.me()?;
    let mailbox = world.mailbox(me);
    let find = |id: i32| {
        let peer = mailbox.home_of(id)?;
        Some((peer, mailbox.thread(peer).get(id)?))
    };
    let draw = |wanted: &InputMessage| {
        let (id, found) = match wanted {
            InputMessage::Id(wanted) => (wanted.id, find(wanted.id)),
            InputMessage::ReplyTo(answer) => {
                (answer.id, find(answer.id).and_then(|(_, message)| find(message.reply()?.to)))
            }
            InputMessage::Pinned => (0, None),
            InputMessage::CallbackQuery(query) => (query.id, None),
        };
        found.map_or_else(|| empty(id), |(peer, message)| world.view_message(me, peer, message))
    };
    let drawn: Vec<_> = request.id.iter().map(draw).collect();
    let total = drawn.len();
    Ok(world.view_list(me, None, drawn, total))
}

/// Messages of a channel or supergroup.
pub(crate) fn get_channel_messages(
    world: &mut World,
    caller: &Caller,
    request: channels::GetMessages,
) -> Outcome<channels::GetMessages> {
    let me = caller.me()?;
    let peer = Peer::Channel(world.channel_arg(me, &request.channel)?);
    let thread = world.thread(me, peer);
    let draw = |wanted: &InputMessage| {
        let (id, found) = match wanted {
            InputMessage::Id(wanted) => (wanted.id, thread.get(wanted.id)),
            InputMessage::ReplyTo(answer) => {
                let answered = thread.get(answer.id).and_then(|message| thread.get(message.reply()?.to));
                (answer.id, answered)
            }
            InputMessage::Pinned => {
                let pinned = world.newest_pinned(me, peer);
                (pinned.unwrap_or(0), pinned.and_then(|id| thread.get(id)))
            }
            InputMessage::CallbackQuery(query) => (query.id, None),
        };
        found.map_or_else(|| empty(id), |message| world.view_message(me, peer, message))
    };
    let drawn: Vec<_> = request.id.iter().map(draw).collect();
    let total = drawn.len();
    Ok(world.view_list(me, Some(peer), drawn, total))
}

/// The thread that hangs on a message: of a channel post, the comments in its discussion group.
fn thread_of(world: &World, me: i64, peer: Peer, msg_id: i32) -> Allowed<(i64, i32)> {
    let invalid = || RpcError::bad_request("MSG_ID_INVALID");
    let Peer::Channel(id) = peer else { return Err(RpcError::bad_request("PEER_ID_INVALID")) };
    let channel = world.channel(id)?;
    if channel.is_forum() && msg_id == GENERAL_TOPIC {
        return Ok((id, msg_id));
    }
    let message = world.thread(me, peer).get(msg_id).ok_or_else(invalid)?;
    if !channel.is_broadcast() {
        return Ok((id, msg_id));
    }
    let top = message.extra.as_ref().and_then(|extra| extra.discussion);
    channel.linked.zip(top).ok_or_else(invalid)
}

pub(crate) fn get_replies(
    world: &mut World,
    caller: &Caller,
    request: messages::GetReplies,
) -> Outcome<messages::GetReplies> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let (group, top) = thread_of(world, me, peer, request.msg_id)?;
    let messages::GetReplies { offset_id, offset_date, add_offset, limit, max_id, min_id, .. } = request;
    let page = Page { offset_id, offset_date, add_offset, limit, max_id, min_id };
    let slice = page_of(world.channel(group)?.strand_messages(top), &page);
    Ok(world.view_page_of(me, Peer::Channel(group), &slice))
}

pub(crate) fn get_discussion_message(
    world: &mut World,
    caller: &Caller,
    request: messages::GetDiscussionMessage,
) -> Outcome<messages::GetDiscussionMessage> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let (group_id, top) = thread_of(world, me, peer, request.msg_id)?;
    let group = world.channel(group_id)?;
    let home = Peer::Channel(group_id);
    let message = group.thread.get(top).ok_or_else(|| RpcError::bad_request("MSG_ID_INVALID"))?;
    let messages = vec![world.view_message(me, home, message)];
    let read = world.topic_read_mark(me, group, top);
    let unread = group.strand(top).iter().filter(|id| **id > read).count();
    let mut cast = Cast::of_messages(&messages);
    cast.peer(peer);
    let answer = tl::types::messages::DiscussionMessage {
        messages,
        max_id: group.strand(top).last().copied(),
        read_inbox_max_id: Some(read).filter(|mark| *mark > 0),
        read_outbox_max_id: None,
        unread_count: count(unread),
        chats: cast.chats(world, me),
        users: cast.users(world, me),
    };
    Ok(answer.into())
}

pub(crate) fn read_discussion(
    world: &mut World,
    caller: &Caller,
    request: messages::ReadDiscussion,
) -> Outcome<messages::ReadDiscussion> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    let (group, top) = thread_of(world, cause.account, peer, request.msg_id)?;
    world.read_strand(&cause, group, top, request.read_max_id);
    world.take_echo();
    Ok(true)
}

pub(crate) fn get_messages_views(
    world: &mut World,
    caller: &Caller,
    request: messages::GetMessagesViews,
) -> Outcome<messages::GetMessagesViews> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    if let (Peer::Channel(channel), true) = (peer, request.increment) {
        world.count_views(channel, &request.id);
    }
    let view = |id: &i32| {
        let message = world.thread(me, peer).get(*id);
        let extra = message.and_then(|message| message.extra.as_deref());
        let views = extra.map(|extra| extra.views);
        let forwards = extra.map(|extra| extra.forwards);
        tl::types::MessageViews { views, forwards, replies: None }.into()
    };
    let cast = Cast::of_peers([peer]);
    let answer = tl::types::messages::MessageViews {
        views: request.id.iter().map(view).collect(),
        chats: cast.chats(world, me),
        users: cast.users(world, me),
    };
    Ok(answer.into())
}

impl World {
    fn count_views(&mut self, channel: i64, ids: &[i32]) {
        let Some(channel) = self.channels.get_mut(&channel).filter(|channel| channel.is_broadcast()) else { return };
        for id in ids {
            if let Some(message) = channel.thread.get_mut(*id) {
                message.extra_mut().views += 1;
            }
        }
    }
}
