//! Editing, deleting, pinning, reading, typing.

use grammers_tl_types as tl;
use tl::enums::InputMedia;
use tl::functions::{channels, messages};

use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::editing::Change;
use crate::world::messages::Media;
use crate::world::peers::Peer;
use crate::world::pins::Pin;
use crate::world::refusal::Allowed;
use crate::world::telling::Cause;

pub(crate) fn edit_message(
    world: &mut World,
    caller: &Caller,
    request: messages::EditMessage,
) -> Outcome<messages::EditMessage> {
    let cause = caller.cause()?;
    let me = cause.account;
    let peer = world.peer_arg(me, &request.peer)?;
    if request.schedule_date.is_some() {
        return edit_scheduled(world, &cause, peer, request);
    }
    if let Some(InputMedia::Poll(poll)) = &request.media
        && let tl::enums::Poll::Poll(poll) = &poll.poll
        && poll.closed
    {
        return close_poll(world, &cause, peer, request.id);
    }
    world.may_edit(me, peer, request.id)?;
    let entities = world.entities_arg(me, request.entities)?;
    let media = request.media.map(|media| world.media_arg(me, media)).transpose()?;
    let words = request.message.map(|text| (text, entities));
    let keyboard = world.keyboard_arg(me, request.reply_markup)?;
    let without_page = request.no_webpage;
    let change = Change { words, media, without_page, keyboard, ..Change::default() };
    world.edit(&cause, peer, request.id, change)?;
    Ok(world.answer_echo(me))
}

fn edit_scheduled(
    world: &mut World,
    cause: &Cause,
    peer: Peer,
    request: messages::EditMessage,
) -> Outcome<messages::EditMessage> {
    let due = world.is_later(request.schedule_date)?.ok_or_else(|| RpcError::bad_request("SCHEDULE_DATE_INVALID"))?;
    let entities = world.entities_arg(cause.account, request.entities)?;
    let words = request.message.map(|text| (text, entities));
    world.reschedule(cause, peer, request.id, due, words)?;
    Ok(world.answer_echo(cause.account))
}

fn close_poll(world: &mut World, cause: &Cause, peer: Peer, id: i32) -> Outcome<messages::EditMessage> {
    world.may_edit(cause.account, peer, id)?;
    let poll = world.poll_of(cause.account, peer, id)?;
    world.close_poll(cause, peer, poll)?;
    Ok(world.answer_echo(cause.account))
}

pub(crate) fn get_message_edit_data(
    world: &mut World,
    caller: &Caller,
    request: messages::GetMessageEditData,
) -> Outcome<messages::GetMessageEditData> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let message = world.may_edit(me, peer, request.id)?;
    let caption = !matches!(message.media(), None | Some(Media::Page(_)));
    Ok(tl::types::messages::MessageEditData { caption }.into())
}

pub(crate) fn delete_messages(
    world: &mut World,
    caller: &Caller,
    request: messages::DeleteMessages,
) -> Outcome<messages::DeleteMessages> {
    let cause = caller.cause()?;
    let deleted = world.delete_from_mailbox(&cause, &request.id, request.revoke)?;
    world.take_echo();
    Ok(world.affected(cause.account, Peer::User(cause.account), deleted).into())
}

pub(crate) fn delete_channel_messages(
    world: &mut World,
    caller: &Caller,
    request: channels::DeleteMessages,
) -> Outcome<channels::DeleteMessages> {
    let cause = caller.cause()?;
    let channel = world.channel_arg(cause.account, &request.channel)?;
    let deleted = world.delete_from_channel(&cause, channel, &request.id)?;
    world.take_echo();
    Ok(world.affected(cause.account, Peer::Channel(channel), deleted).into())
}

pub(crate) fn delete_history(
    world: &mut World,
    caller: &Caller,
    request: messages::DeleteHistory,
) -> Outcome<messages::DeleteHistory> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    let deleted = world.delete_history(&cause, peer, request.max_id, request.revoke)?;
    world.take_echo();
    Ok(world.affected_history(cause.account, peer, deleted))
}

pub(crate) fn update_pinned_message(
    world: &mut World,
    caller: &Caller,
    request: messages::UpdatePinnedMessage,
) -> Outcome<messages::UpdatePinnedMessage> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    let pin = Pin { unpin: request.unpin, silent: request.silent, one_sided: request.pm_oneside };
    world.pin(&cause, peer, request.id, pin)?;
    Ok(world.answer_echo(cause.account))
}

pub(crate) fn unpin_all_messages(
    world: &mut World,
    caller: &Caller,
    request: messages::UnpinAllMessages,
) -> Outcome<messages::UnpinAllMessages> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    let unpinned = world.unpin_all(&cause, peer, request.top_msg_id)?;
    world.take_echo();
    Ok(world.affected_history(cause.account, peer, unpinned))
}

pub(crate) fn read_history(
    world: &mut World,
    caller: &Caller,
    request: messages::ReadHistory,
) -> Outcome<messages::ReadHistory> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    let before = world.pts_of(cause.account, peer);
    world.read(&cause, peer, request.max_id)?;
    world.take_echo();
    let moved = world.pts_of(cause.account, peer) - before;
    Ok(world.affected(cause.account, peer, usize::try_from(moved).unwrap_or(0)).into())
}

pub(crate) fn read_channel_history(
    world: &mut World,
    caller: &Caller,
    request: channels::ReadHistory,
) -> Outcome<channels::ReadHistory> {
    let cause = caller.cause()?;
    let channel = world.channel_arg(cause.account, &request.channel)?;
    world.read(&cause, Peer::Channel(channel), request.max_id)?;
    world.take_echo();
    Ok(true)
}

pub(crate) fn read_mentions(
    world: &mut World,
    caller: &Caller,
    request: messages::ReadMentions,
) -> Outcome<messages::ReadMentions> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    let read = world.read_mentions(&cause, peer, None);
    world.take_echo();
    Ok(world.affected_history(cause.account, peer, read))
}

pub(crate) fn read_message_contents(
    world: &mut World,
    caller: &Caller,
    request: messages::ReadMessageContents,
) -> Outcome<messages::ReadMessageContents> {
    let cause = caller.cause()?;
    let me = cause.account;
    let mut peers: Vec<Peer> = request.id.iter().filter_map(|id| world.mailbox(me).home_of(*id)).collect();
    peers.sort_unstable();
    peers.dedup();
    let read = peers.iter().map(|peer| world.read_mentions(&cause, *peer, Some(&request.id))).sum();
    world.take_echo();
    Ok(world.affected(me, Peer::User(me), read).into())
}

pub(crate) fn read_channel_message_contents(
    world: &mut World,
    caller: &Caller,
    request: channels::ReadMessageContents,
) -> Outcome<channels::ReadMessageContents> {
    let cause = caller.cause()?;
    let channel = world.channel_arg(cause.account, &request.channel)?;
    world.read_mentions(&cause, Peer::Channel(channel), Some(&request.id));
    world.take_echo();
    Ok(true)
}

/// The unread mentions of a conversation, newest first.
pub(crate) fn get_unread_mentions(
    world: &mut World,
    caller: &Caller,
    request: messages::GetUnreadMentions,
) -> Outcome<messages::GetUnreadMentions> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let unread = world.mailbox(me).dialogs.get(&peer).map(|dialog| &dialog.unread_mentions);
    let messages::GetUnreadMentions { offset_id, add_offset, limit, max_id, min_id, top_msg_id, .. } = request;
    let page = crate::world::thread::Page { offset_id, offset_date: 0, add_offset, limit, max_id, min_id };
    let slice = world.thread(me, peer).page_where(&page, |message| {
        unread.is_some_and(|unread| unread.contains(&message.id))
            && (top_msg_id.is_none() || message.thread() == top_msg_id)
    });
    Ok(world.view_page_of(me, peer, &slice))
}

pub(crate) fn set_typing(
    world: &mut World,
    caller: &Caller,
    request: messages::SetTyping,
) -> Outcome<messages::SetTyping> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    world.may_post(cause.account, peer, request.top_msg_id)?;
    world.show_typing(&cause, peer, request.top_msg_id, &request.action);
    world.take_echo();
    Ok(true)
}

impl World {
    /// Gives a waiting message another moment, and other words if there are any.
    fn reschedule(
        &mut self,
        cause: &Cause,
        peer: Peer,
        id: i32,
        due: i32,
        words: Option<(String, Vec<tl::enums::MessageEntity>)>,
    ) -> Allowed<()> {
        let waiting = self.mailbox_mut(cause.account).scheduled.entry(peer).or_default();
        let found = waiting.iter_mut().find(|scheduled| scheduled.id == id);
        let scheduled = found.ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
        let mut draft = scheduled.draft.clone();
        if let Some((text, entities)) = words {
            (draft.text, draft.entities) = (text, entities);
        }
        draft.check()?;
        (scheduled.draft, scheduled.due) = (draft, due);
        self.will_be_due(due);
        if let Some(message) = self.view_scheduled(cause.account, peer, id) {
            self.tell(cause, cause.account, tl::types::UpdateNewScheduledMessage { message }.into());
        }
        Ok(())
    }
}
