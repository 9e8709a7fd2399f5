//! Sending: who may write where, and how a message gets into every mailbox that it belongs to.

use std::sync::Arc;

use grammers_tl_types as tl;

use super::World;
use super::chats::{Channel, GENERAL_TOPIC};
use super::entities;
use super::keyboards::Keyboard;
use super::logs::Event;
use super::messages::{Action, Extra, Forward, Media, MediaLook, Message, Preview, Reply, Text};
use super::peers::Peer;
use super::refusal::{Allowed, RpcError};
use super::rights::Right;
use super::telling::Cause;

/// Longest text in UTF-16 units.
pub const TEXT_MAX: usize = 4_096;
/// Longest caption in UTF-16 units.
pub const CAPTION_MAX: usize = 1_024;

/// What somebody wants to send.
#[derive(Clone, Default)]
pub struct Draft {
    /// The words or the caption.
    pub text: String,
    /// Formatting of the words.
    pub entities: Vec<tl::enums::MessageEntity>,
    /// A file, a poll, a place.
    pub media: Option<Media>,
    /// An event instead of words.
    pub action: Option<Action>,
    /// The buttons that come with it; only bots' messages have some.
    pub keyboard: Option<Keyboard>,
    /// The message to answer.
    pub reply_to: Option<i32>,
    /// The words of it that are picked out.
    pub quote: Option<String>,
    /// The forum topic, or the message whose thread this belongs to.
    pub topic: Option<i32>,
    /// Delivered without a sound.
    pub silent: bool,
    /// May not be passed on.
    pub protected: bool,
    /// How the file is shown.
    pub look: MediaLook,
    /// How the preview of a link is shown, if the author says so.
    pub preview: Option<Preview>,
    /// The effect that goes with it.
    pub effect: Option<i64>,
    /// The album that it belongs to.
    pub grouped_id: Option<i64>,
    /// Where it comes from.
    pub forward: Option<Forward>,
    /// Sent by the schedule.
    pub from_scheduled: bool,
}

impl Draft {
    /// Plain words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Checks what Telegram checks of every message, wherever it goes.
    pub fn check(&self) -> Allowed<()> {
        if let Some(keyboard) = &self.keyboard {
            keyboard.check()?;
        }
        let units = self.text.encode_utf16().count();
        match (&self.media, &self.action) {
            (_, Some(_)) => return Ok(()),
            (None | Some(Media::Page(_)), None) => {
                if self.text.trim().is_empty() {
                    return Err(RpcError::bad_request("MESSAGE_EMPTY"));
                }
                if units > TEXT_MAX {
                    return Err(RpcError::bad_request("MESSAGE_TOO_LONG"));
                }
            }
            (Some(_), None) if units > CAPTION_MAX => {
                return Err(RpcError::bad_request("MEDIA_CAPTION_TOO_LONG"));
            }
            (Some(_), None) => {}
        }
        entities::check(&self.entities, units)
    }
}

/// One copy of a message that was just put somewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    /// Whose mailbox; none for a channel.
    pub owner: Option<i64>,
    /// The conversation's name there.
    pub peer: Peer,
    /// Its id there.
    pub id: i32,
}

impl World {
    /// Whether `author` may write into this conversation, and this topic of it.
    pub fn may_post(&self, author: i64, to: Peer, topic: Option<i32>) -> Allowed<()> {
        match to {
            Peer::User(other) => self.may_write_to_user(author, other),
            Peer::Group(id) => match self.groups.get(&id) {
                Some(group) if group.role(author).is_some() => Ok(()),
                Some(_) => Err(RpcError::forbidden("CHAT_WRITE_FORBIDDEN")),
                None => Err(RpcError::bad_request("PEER_ID_INVALID")),
            },
            Peer::Channel(id) => {
                let channel = self.channel(id)?;
                let may_post = self.may(author, to, Right::Post);
                may_post_in(channel, author, may_post)?;
                topic.map_or(Ok(()), |topic| may_post_in_topic(channel, author, topic))
            }
        }
    }

    fn may_write_to_user(&self, author: i64, other: i64) -> Allowed<()> {
        let account = self.accounts.get(other).ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))?;
        if self.mailbox(author).has_blocked(Peer::User(other)) {
            return Err(RpcError::bad_request("YOU_BLOCKED_USER"));
        }
        if account.bot && self.accounts.get(author).is_some_and(|author| author.bot) {
            return Err(RpcError::bad_request("USER_IS_BOT"));
        }
        if self.mailbox(other).has_blocked(Peer::User(author)) {
            return Err(RpcError::bad_request("USER_IS_BLOCKED"));
        }
        if self.is_bot(author) && !self.has_started(author, other) {
            return Err(RpcError::bad_request("PEER_ID_INVALID"));
        }
        Ok(())
    }

    /// Sends a message; returns its id in the author's mailbox or in the channel.
    pub fn post(&mut self, cause: &Cause, to: Peer, draft: Draft) -> Allowed<i32> {
        self.may_post(cause.account, to, draft.topic)?;
        self.may_say(cause.account, to, &draft)?;
        draft.check()?;
        let message = self.compose(cause.account, to, draft)?;
        let placed = self.place(cause.account, to, message);
        self.announce(cause, &placed);
        Ok(placed[0].id)
    }

    /// Tells an event in a chat, whoever may write there.
    pub(crate) fn post_event(&mut self, cause: &Cause, to: Peer, draft: Draft) -> Allowed<()> {
        let message = self.compose(cause.account, to, draft)?;
        let placed = self.place(cause.account, to, message);
        self.announce(cause, &placed);
        Ok(())
    }

    /// Makes the message that will be placed.
    fn compose(&mut self, author: i64, to: Peer, draft: Draft) -> Allowed<Message> {
        let reply = self.resolve_reply(author, to, &draft)?;
        let as_channel = matches!(to, Peer::Channel(id) if self.channels[&id].is_broadcast());
        let mut mentions = self.mentioned_users(&draft.text, &draft.entities);
        mentions.extend(reply.as_ref().and_then(|reply| self.answered_user(author, to, reply)));
        mentions.retain(|user| *user != author);
        let entities = entities::complete(&draft.text, draft.entities);
        let extra = Extra {
            entities,
            media: draft.media,
            action: draft.action,
            keyboard: draft.keyboard.filter(|_| self.is_bot(author)).map(Box::new),
            reply,
            forward: draft.forward,
            grouped_id: draft.grouped_id,
            silent: draft.silent,
            protected: draft.protected,
            look: draft.look,
            preview: draft.preview.map(Box::new),
            effect: draft.effect,
            from_scheduled: draft.from_scheduled,
            mentions,
            posted_by: as_channel.then_some(author),
            views: i32::from(as_channel),
            ..Extra::default()
        };
        let from = if as_channel { to } else { Peer::User(author) };
        Ok(Message {
            id: 0,
            date: self.now(),
            uid: 0,
            from,
            text: Text::new(draft.text),
            extra: extra.is_worth_keeping().then(|| Box::new(extra)),
        })
    }

    fn resolve_reply(&self, author: i64, to: Peer, draft: &Draft) -> Allowed<Option<Reply>> {
        let thread = self.thread(author, to);
        let quote = draft.quote.clone().filter(|quote| !quote.is_empty());
        let forum = matches!(to, Peer::Channel(id) if self.channels[&id].is_forum());
        let topic = draft.topic.filter(|topic| *topic != GENERAL_TOPIC);
        let Some(answered) = draft.reply_to.filter(|id| !forum || Some(*id) != topic) else {
            return Ok(topic.map(|top| Reply { to: top, top: None, forum, quote: None }));
        };
        if forum && answered == GENERAL_TOPIC {
            return Ok(None);
        }
        let found = thread.get(answered).ok_or_else(|| RpcError::bad_request("REPLY_MESSAGE_ID_INVALID"))?;
        if let Some(quote) = &quote
            && !found.text.shown.contains(quote.as_str())
        {
            return Err(RpcError::bad_request("QUOTE_TEXT_INVALID"));
        }
        let in_channel = matches!(to, Peer::Channel(_));
        // In a supergroup every answer hangs on the message that began the thread; in a forum that message is the topic.
        let begins = if forum { None } else { Some(answered) };
        let is_topic = matches!(to, Peer::Channel(id) if self.channels[&id].topics.contains_key(&answered));
        let top = if is_topic { Some(answered) } else { found.thread().or(topic).or(begins) };
        Ok(Some(Reply { to: answered, top: top.filter(|_| in_channel), forum: forum && top.is_some(), quote }))
    }

    fn answered_user(&self, author: i64, to: Peer, reply: &Reply) -> Option<i64> {
        let is_private = matches!(to, Peer::User(_));
        let answered = self.thread(author, to).get(reply.to)?;
        answered.from.user().filter(|_| !is_private && !answered.is_service())
    }

    /// Puts a message into every mailbox that it belongs to, without telling anybody; the author's copy comes first.
    pub(crate) fn place(&mut self, author: i64, to: Peer, mut message: Message) -> Vec<Placed> {
        message.uid = self.next_uid();
        self.note_start(author, to);
        if let Peer::Channel(id) = to {
            return self.place_in_channel(id, message);
        }
        let answered = message.reply().and_then(|reply| self.thread(author, to).get(reply.to)).map(|found| found.uid);
        let mut placed = Vec::new();
        for (owner, peer) in self.audience(author, to) {
            let mut copy = message.clone();
            let mailbox = self.mailbox_mut(owner);
            if owner != author && copy.reply().is_some() {
                // The answered message has another id there, or is gone.
                let local = answered.and_then(|uid| mailbox.thread(peer).by_uid(uid)).map(|found| found.id);
                let extra = copy.extra_mut();
                extra.reply = extra.reply.take().zip(local).map(|(reply, to)| Reply { to, ..reply });
            }
            let is_mentioned = copy.mentions(owner);
            let id = mailbox.receive(peer, copy);
            let dialog = mailbox.dialog(peer);
            if is_mentioned {
                dialog.unread_mentions.insert(id);
            }
            placed.push(Placed { owner: Some(owner), peer, id });
        }
        placed
    }

    fn place_in_channel(&mut self, channel_id: i64, mut message: Message) -> Vec<Placed> {
        let peer = Peer::Channel(channel_id);
        let channel = self.channels.get_mut(&channel_id).expect("the caller has found the channel");
        let id = channel.next_id;
        channel.next_id += 1;
        message.id = id;
        if let Some(top) = message.thread() {
            channel.strands.entry(top).or_default().push(id);
        }
        let mentioned: Vec<i64> = channel.members.keys().copied().filter(|user| message.mentions(*user)).collect();
        let discussion = channel.linked.filter(|_| channel.is_broadcast() && !message.is_service());
        let copy = discussion.map(|_| message.clone());
        channel.thread.push(message);
        for user in mentioned {
            self.mailbox_mut(user).dialog(peer).unread_mentions.insert(id);
        }
        let mut placed = vec![Placed { owner: None, peer, id }];
        if let Some((group, copy)) = discussion.zip(copy) {
            placed.extend(self.place_in_discussion(group, peer, copy));
        }
        placed
    }

    /// Every post of a channel with comments appears in its discussion group, where the comments hang on it.
    fn place_in_discussion(&mut self, group: i64, channel: Peer, mut post: Message) -> Vec<Placed> {
        let (post_id, date) = (post.id, post.date);
        post.uid = self.next_uid();
        post.extra_mut().forward =
            Some(Forward { from: channel, date, post: Some(post_id), saved: Some((channel, post_id)) });
        let placed = self.place_in_channel(group, post);
        if let Some(post) = self.channels.get_mut(&channel.id()).and_then(|channel| channel.thread.get_mut(post_id)) {
            post.extra_mut().discussion = Some(placed[0].id);
        }
        placed
    }

    /// Writes newly placed copies into the logs and tells everybody.
    pub(crate) fn announce(&mut self, cause: &Cause, placed: &[Placed]) {
        for Placed { owner, peer, id } in placed {
            match (owner, peer) {
                (Some(owner), _) => self.happen_to(cause, *owner, Event::New(*peer, *id)),
                (None, Peer::Channel(channel)) => self.happen_in(cause, *channel, Event::New(*peer, *id)),
                (None, Peer::User(_) | Peer::Group(_)) => unreachable!("only channels have no owner"),
            }
        }
    }

    fn next_uid(&mut self) -> u64 {
        self.last_uid += 1;
        self.last_uid
    }

    /// Puts a message of the past into the world, without events.
    pub(crate) fn remember(&mut self, author: i64, to: Peer, date: i32, text: Arc<Text>, extra: Option<Extra>) -> i32 {
        let as_channel = matches!(to, Peer::Channel(id) if self.channels[&id].is_broadcast());
        let from = if as_channel { to } else { Peer::User(author) };
        let mut extra = extra.map(Box::new);
        if as_channel {
            extra.get_or_insert_default().posted_by = Some(author);
        }
        let message = Message { id: 0, date, uid: 0, from, text, extra };
        self.place(author, to, message)[0].id
    }
}

impl Extra {
    fn is_worth_keeping(&self) -> bool {
        !self.entities.is_empty()
            || self.media.is_some()
            || self.action.is_some()
            || self.keyboard.is_some()
            || self.reply.is_some()
            || self.forward.is_some()
            || self.grouped_id.is_some()
            || self.silent
            || self.protected
            || self.look != MediaLook::default()
            || self.preview.is_some()
            || self.effect.is_some()
            || self.from_scheduled
            || !self.mentions.is_empty()
            || self.posted_by.is_some()
    }
}

fn may_post_in(channel: &Channel, author: i64, may_post: bool) -> Allowed<()> {
    if channel.banned.contains_key(&author) {
        return Err(RpcError::bad_request("USER_BANNED_IN_CHANNEL"));
    }
    if channel.role(author).is_none() && channel.username.is_none() {
        return Err(RpcError::bad_request("CHANNEL_PRIVATE"));
    }
    // A discussion group also takes comments of people who are not in it.
    let is_discussion = !channel.is_broadcast() && channel.linked.is_some();
    let may = if channel.is_broadcast() { may_post } else { channel.role(author).is_some() || is_discussion };
    may.then_some(()).ok_or_else(|| RpcError::forbidden("CHAT_WRITE_FORBIDDEN"))
}

fn may_post_in_topic(channel: &Channel, author: i64, topic: i32) -> Allowed<()> {
    if !channel.is_forum() {
        return Ok(());
    }
    match channel.topics.get(&topic) {
        None if channel.thread.get(topic).is_some() => Ok(()),
        None => Err(RpcError::bad_request("TOPIC_DELETED")),
        Some(found) if found.closed && !channel.owns_topic(author, topic) => Err(RpcError::bad_request("TOPIC_CLOSED")),
        Some(_) => Ok(()),
    }
}
