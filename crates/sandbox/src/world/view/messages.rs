//! Messages as an account sees them.

use grammers_tl_types as tl;

use super::keyboards::view_keyboard;
use super::{Cast, blank, count};
use crate::world::World;
use crate::world::chats::Channel;
use crate::world::messages::{Action, Extra, Forward, MediaLook, Message, Reacted, Reply};
use crate::world::peers::Peer;
use crate::world::thread::Slice;
use crate::world::topics::TopicChange;

/// How many of the last reactions travel with a message.
const RECENT_REACTIONS: usize = 3;

impl World {
    /// One message of `peer`'s conversation with `viewer`.
    pub fn view_message(&self, viewer: i64, peer: Peer, message: &Message) -> tl::enums::Message {
        match message.extra.as_deref().and_then(|extra| extra.action.as_ref()) {
            Some(action) => view_service(viewer, peer, message, action).into(),
            None => self.view_words(viewer, peer, message).into(),
        }
    }

    fn view_words(&self, viewer: i64, peer: Peer, message: &Message) -> tl::types::Message {
        // Two flag words, the id, the peer, the date, an empty text.
        let mut view: tl::types::Message = blank(&[0, 0, 0, 0x5951_1722]);
        view.id = message.id;
        view.peer_id = peer.into();
        view.date = message.date;
        view.message.clone_from(&message.text.shown);
        view.out = message.writer() == Some(viewer);
        view.from_id = visible_author(peer, message, view.out);
        view.saved_peer_id = (peer == Peer::User(viewer)).then(|| saved_peer(viewer, message).into());
        if let Some(extra) = &message.extra {
            self.view_extra(viewer, extra, &mut view);
        }
        if let Peer::Channel(id) = peer
            && let Some(channel) = self.channels.get(&id)
        {
            self.view_as_post(viewer, channel, message, &mut view);
        }
        let dialog = self.mailbox(viewer).dialogs.get(&peer);
        view.media_unread = view.mentioned && dialog.is_some_and(|dialog| dialog.unread_mentions.contains(&message.id));
        view
    }

    fn view_extra(&self, viewer: i64, extra: &Extra, view: &mut tl::types::Message) {
        view.entities = (!extra.entities.is_empty()).then(|| extra.entities.clone());
        view.media = extra.media.as_ref().map(|media| hidden(self.view_media(viewer, media), extra.look));
        view.noforwards = extra.protected;
        view.invert_media = extra.look.caption_above || extra.preview.as_ref().is_some_and(|preview| preview.above);
        view.effect = extra.effect;
        view.reply_markup = extra.keyboard.as_deref().map(view_keyboard);
        view.reply_to = extra.reply.as_ref().map(view_reply);
        view.fwd_from = extra.forward.as_ref().map(view_forward);
        view.edit_date = extra.edited;
        view.edit_hide = extra.edit_hidden;
        view.grouped_id = extra.grouped_id;
        view.reactions = view_reactions(viewer, &extra.reactions);
        view.pinned = extra.pinned;
        view.silent = extra.silent;
        view.from_scheduled = extra.from_scheduled;
        view.mentioned = extra.mentions.contains(&viewer);
    }

    fn view_as_post(&self, viewer: i64, channel: &Channel, message: &Message, view: &mut tl::types::Message) {
        let extra = message.extra.as_deref();
        if channel.is_broadcast() {
            view.post = true;
            view.views = Some(extra.map_or(0, |extra| extra.views));
            view.forwards = Some(extra.map_or(0, |extra| extra.forwards));
            view.replies = extra.and_then(|extra| extra.discussion).and_then(|top| {
                let group = self.channels.get(&channel.linked?)?;
                Some(self.view_replies(viewer, group, top, true))
            });
        } else if !channel.strand(message.id).is_empty() && !channel.topics.contains_key(&message.id) {
            view.replies = Some(self.view_replies(viewer, channel, message.id, false));
        }
    }

    fn view_replies(&self, viewer: i64, channel: &Channel, top: i32, comments: bool) -> tl::enums::MessageReplies {
        let strand = channel.strand(top);
        let mut recent: Vec<Peer> = Vec::new();
        for message in strand.iter().rev().take(20).filter_map(|id| channel.thread.get(*id)) {
            if !recent.contains(&message.from) && recent.len() < 3 {
                recent.push(message.from);
            }
        }
        tl::types::MessageReplies {
            comments,
            replies: count(strand.len()),
            replies_pts: channel.log.pts(),
            recent_repliers: comments.then(|| recent.into_iter().map(Into::into).collect()),
            channel_id: comments.then_some(channel.id),
            max_id: strand.last().copied(),
            read_max_id: Some(self.topic_read_mark(viewer, channel, top)).filter(|mark| *mark > 0),
        }
        .into()
    }

    /// A page of messages with everybody whom they mention.
    pub fn view_page_of(&self, viewer: i64, peer: Peer, slice: &Slice<'_>) -> tl::enums::messages::Messages {
        let messages = slice.messages.iter().map(|message| self.view_message(viewer, peer, message)).collect();
        self.view_list(viewer, Some(peer), messages, slice.count)
    }

    /// Drawn messages as an answer. `peer` decides about the kind: channels tell their pts.
    pub fn view_list(
        &self,
        viewer: i64,
        peer: Option<Peer>,
        messages: Vec<tl::enums::Message>,
        total: usize,
    ) -> tl::enums::messages::Messages {
        let mut cast = Cast::of_messages(&messages);
        cast.peer(Peer::User(viewer));
        if let Some(peer) = peer {
            cast.peer(peer);
        }
        let (users, chats, topics) = (cast.users(self, viewer), cast.chats(self, viewer), Vec::new());
        let channel = match peer {
            Some(Peer::Channel(id)) => self.channels.get(&id),
            _ => None,
        };
        if let Some(channel) = channel {
            return tl::types::messages::ChannelMessages {
                inexact: false,
                pts: channel.log.pts(),
                count: count(total),
                offset_id_offset: None,
                messages,
                topics,
                chats,
                users,
            }
            .into();
        }
        if total <= messages.len() {
            return tl::types::messages::Messages { messages, topics, chats, users }.into();
        }
        let mut slice: tl::types::messages::MessagesSlice =
            blank(&[0, 0, 0x1cb5_c415, 0, 0x1cb5_c415, 0, 0x1cb5_c415, 0, 0x1cb5_c415]);
        slice.count = count(total);
        slice.messages = messages;
        slice.chats = chats;
        slice.users = users;
        slice.into()
    }
}

/// A file that is hidden until it is tapped.
fn hidden(mut media: tl::enums::MessageMedia, look: MediaLook) -> tl::enums::MessageMedia {
    match &mut media {
        tl::enums::MessageMedia::Photo(photo) => photo.spoiler = look.spoiler,
        tl::enums::MessageMedia::Document(document) => document.spoiler = look.spoiler,
        _ => {}
    }
    media
}

/// Private chats do not name the author of what comes in; channel posts have none.
fn visible_author(peer: Peer, message: &Message, out: bool) -> Option<tl::enums::Peer> {
    match peer {
        Peer::User(_) => out.then(|| message.from.into()),
        Peer::Group(_) => Some(message.from.into()),
        Peer::Channel(id) => (message.from != Peer::Channel(id)).then(|| message.from.into()),
    }
}

/// Under whose name a message is kept among the saved ones.
fn saved_peer(viewer: i64, message: &Message) -> Peer {
    let saved = message.forward().and_then(|forward| forward.saved);
    saved.map_or(Peer::User(viewer), |(peer, _)| peer)
}

fn view_service(viewer: i64, peer: Peer, message: &Message, action: &Action) -> tl::types::MessageService {
    // One flag word, the id, the peer, the date, an action.
    let mut view: tl::types::MessageService = blank(&[0, 0, 0x5951_1722, 0, 0, 0, 0xb6ae_f7b0]);
    view.id = message.id;
    view.peer_id = peer.into();
    view.date = message.date;
    view.out = message.writer() == Some(viewer);
    view.from_id = visible_author(peer, message, view.out);
    view.post = matches!(peer, Peer::Channel(_)) && message.from == peer;
    view.reply_to = message.reply().map(view_reply);
    view.action = view_action(action);
    view
}

fn view_action(action: &Action) -> tl::enums::MessageAction {
    match action.clone() {
        Action::GroupCreated(title, users) => tl::types::MessageActionChatCreate { title, users }.into(),
        Action::ChannelCreated(title) => tl::types::MessageActionChannelCreate { title }.into(),
        Action::TopicCreated { title, colour, icon } => {
            tl::types::MessageActionTopicCreate { title_missing: false, title, icon_color: colour, icon_emoji_id: icon }
                .into()
        }
        Action::TopicChanged(change) => {
            let TopicChange { title, icon, closed, hidden } = *change;
            tl::types::MessageActionTopicEdit { title, icon_emoji_id: icon, closed, hidden }.into()
        }
        Action::Titled(title) => tl::types::MessageActionChatEditTitle { title }.into(),
        Action::Added(users) => tl::types::MessageActionChatAddUser { users }.into(),
        Action::Left(user_id) => tl::types::MessageActionChatDeleteUser { user_id }.into(),
        Action::JoinedByLink(inviter_id) => tl::types::MessageActionChatJoinedByLink { inviter_id }.into(),
        Action::Pinned => tl::enums::MessageAction::PinMessage,
    }
}

fn view_reply(reply: &Reply) -> tl::enums::MessageReplyHeader {
    let mut header: tl::types::MessageReplyHeader = blank(&[]);
    header.reply_to_msg_id = Some(reply.to);
    header.reply_to_top_id = reply.top.filter(|top| *top != reply.to);
    header.forum_topic = reply.forum;
    header.quote = reply.quote.is_some();
    header.quote_text.clone_from(&reply.quote);
    header.into()
}

fn view_forward(forward: &Forward) -> tl::enums::MessageFwdHeader {
    let mut header: tl::types::MessageFwdHeader = blank(&[]);
    header.from_id = Some(forward.from.into());
    header.date = forward.date;
    header.channel_post = forward.post;
    header.saved_from_peer = forward.saved.map(|(peer, _)| peer.into());
    header.saved_from_msg_id = forward.saved.map(|(_, id)| id);
    header.into()
}

/// Reactions counted by emoji, the most frequent first.
pub(crate) fn view_reactions(viewer: i64, reactions: &[Reacted]) -> Option<tl::enums::MessageReactions> {
    if reactions.is_empty() {
        return None;
    }
    let mut counts: Vec<(&str, i32, bool)> = Vec::new();
    for Reacted { by, emoji, .. } in reactions {
        match counts.iter_mut().find(|(known, ..)| known == emoji) {
            Some((_, count, mine)) => {
                *count += 1;
                *mine |= *by == viewer;
            }
            None => counts.push((emoji, 1, *by == viewer)),
        }
    }
    counts.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    let result = |(place, (emoji, count, mine)): (usize, (&str, i32, bool))| {
        tl::types::ReactionCount {
            chosen_order: mine.then(|| super::count(place)),
            reaction: tl::types::ReactionEmoji { emoticon: emoji.to_owned() }.into(),
            count,
        }
        .into()
    };
    let recent = reactions.iter().rev().take(RECENT_REACTIONS);
    let view = tl::types::MessageReactions {
        min: false,
        can_see_list: true,
        reactions_as_tags: false,
        results: counts.into_iter().enumerate().map(result).collect(),
        recent_reactions: Some(recent.map(|reacted| view_reacted(viewer, reacted)).collect()),
        top_reactors: None,
    };
    Some(view.into())
}

/// One person's reaction.
pub(crate) fn view_reacted(viewer: i64, reacted: &Reacted) -> tl::enums::MessagePeerReaction {
    tl::types::MessagePeerReaction {
        big: false,
        unread: false,
        my: reacted.by == viewer,
        peer_id: Peer::User(reacted.by).into(),
        date: reacted.date,
        reaction: tl::types::ReactionEmoji { emoticon: reacted.emoji.clone() }.into(),
    }
    .into()
}
