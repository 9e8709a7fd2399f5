use std::collections::HashMap;

use grammers_tl_types as tl;
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::text::{self, Foreign, Formatted};
use telegraphist_application::views::{Author, MessageView, Reaction};
use telegraphist_domain::ChatId;

use super::{Directory, from_telegram, media, moment, service};
use crate::peers::chat_id;

/// The authors of an answer that were drawn already; few people write most messages.
type Authors = HashMap<ChatId, Author>;

/// How messages of one answer are to be shown.
#[derive(Clone, Copy)]
pub(crate) struct Rendering<'a> {
    /// Who is who.
    pub(crate) directory: &'a Directory<'a>,
    /// Concise leaves out what is not needed to act: formatting, edits, reactions, views, pixels.
    pub(crate) format: ResponseFormat,
    /// Whether each message says which chat it is from.
    pub(crate) names_chat: bool,
}

/// A message's id.
pub(crate) const fn id_of(message: &tl::enums::Message) -> i32 {
    match message {
        tl::enums::Message::Empty(message) => message.id,
        tl::enums::Message::Message(message) => message.id,
        tl::enums::Message::Service(message) => message.id,
    }
}

/// When a message was sent, Unix seconds; none for one that is gone.
pub(crate) const fn date_of(message: &tl::enums::Message) -> Option<i32> {
    match message {
        tl::enums::Message::Empty(_) => None,
        tl::enums::Message::Message(message) => Some(message.date),
        tl::enums::Message::Service(message) => Some(message.date),
    }
}

/// The chat of a message; none for one that is gone.
pub(crate) const fn peer_of(message: &tl::enums::Message) -> Option<&tl::enums::Peer> {
    match message {
        tl::enums::Message::Empty(_) => None,
        tl::enums::Message::Message(message) => Some(&message.peer_id),
        tl::enums::Message::Service(message) => Some(&message.peer_id),
    }
}

/// Who wrote a message: as Telegram says, else the only one who can have in a dialogue. Posts of a channel have none.
pub(crate) fn author_of(message: &tl::enums::Message, own_id: i64) -> Option<tl::enums::Peer> {
    let (from, peer, is_out) = match message {
        tl::enums::Message::Empty(_) => return None,
        tl::enums::Message::Message(message) => (&message.from_id, &message.peer_id, message.out),
        tl::enums::Message::Service(message) => (&message.from_id, &message.peer_id, message.out),
    };
    match (from, peer) {
        (Some(from), _) => Some(from.clone()),
        (None, tl::enums::Peer::User(_)) if is_out => Some(tl::types::PeerUser { user_id: own_id }.into()),
        (None, tl::enums::Peer::User(_)) => Some(peer.clone()),
        (None, tl::enums::Peer::Chat(_) | tl::enums::Peer::Channel(_)) => None,
    }
}

/// What a message answers and the topic it is in.
fn reply_header(header: Option<&tl::enums::MessageReplyHeader>) -> (Option<i32>, Option<i32>) {
    let Some(tl::enums::MessageReplyHeader::Header(header)) = header else {
        return (None, None);
    };
    if !header.forum_topic {
        return (header.reply_to_msg_id, None);
    }
    match header.reply_to_top_id {
        Some(topic) => (header.reply_to_msg_id, Some(topic)),
        // In a topic, but to nobody: the header names only the topic.
        None => (None, header.reply_to_msg_id),
    }
}

impl<'a> Rendering<'a> {
    /// A message as a view; none for one that is gone.
    pub(crate) fn view(&self, message: &tl::enums::Message) -> Option<MessageView> {
        let text = match message {
            tl::enums::Message::Message(message) => message.message.clone(),
            tl::enums::Message::Empty(_) | tl::enums::Message::Service(_) => String::new(),
        };
        self.view_of(message, text, &mut Authors::new())
    }

    /// Begins to draw messages of one answer, so many at most.
    pub(crate) fn drawing(self, messages_max: usize) -> Drawing<'a> {
        Drawing { rendering: self, authors: Authors::new(), views: Vec::with_capacity(messages_max) }
    }

    /// `text` is the message's own.
    fn view_of(&self, message: &tl::enums::Message, text: String, authors: &mut Authors) -> Option<MessageView> {
        match message {
            tl::enums::Message::Empty(_) => None,
            tl::enums::Message::Message(inner) => Some(self.plain(message, inner, text, authors)),
            tl::enums::Message::Service(inner) => Some(self.service(message, inner, authors)),
        }
    }

    fn is_detailed(&self) -> bool {
        self.format == ResponseFormat::Detailed
    }

    /// Who wrote it, and whether that is this account.
    fn author(&self, message: &tl::enums::Message, authors: &mut Authors) -> (Option<Author>, bool) {
        let own_id = self.directory.own_id();
        let Some(author) = author_of(message, own_id) else { return (None, false) };
        let id = chat_id(&author);
        let drawn = authors.entry(id).or_insert_with(|| Author::new(self.directory.sender(&author)));
        (Some(drawn.clone()), id == ChatId(own_id))
    }

    fn plain(
        &self,
        message: &tl::enums::Message,
        inner: &tl::types::Message,
        text: String,
        authors: &mut Authors,
    ) -> MessageView {
        let (reply_to, topic) = reply_header(inner.reply_to.as_ref());
        let (from, is_by_me) = self.author(message, authors);
        let is_detailed = self.is_detailed();
        MessageView {
            id: inner.id,
            chat: self.names_chat.then(|| self.directory.brief(&inner.peer_id)),
            date: moment(inner.date),
            edited: inner.edit_date.filter(|_| is_detailed && !inner.edit_hide).map(moment),
            is_mine: inner.out || is_by_me,
            from,
            text: self.text(text, inner.entities.as_deref()),
            media: inner.media.as_ref().and_then(|media| media::view(media, self.format)).map(Box::new),
            service: None,
            reply_to,
            topic,
            forwarded_from: inner.fwd_from.as_ref().and_then(|header| self.origin(header)),
            album: inner.grouped_id.map(|album| album.to_string()),
            reactions: inner.reactions.as_ref().filter(|_| is_detailed).map(reactions).unwrap_or_default(),
            views: inner.views.filter(|_| is_detailed),
            replies: inner.replies.as_ref().and_then(reply_count),
            is_pinned: inner.pinned,
            is_hit: None,
        }
    }

    fn service(
        &self,
        message: &tl::enums::Message,
        inner: &tl::types::MessageService,
        authors: &mut Authors,
    ) -> MessageView {
        let (reply_to, topic) = reply_header(inner.reply_to.as_ref());
        let (from, is_by_me) = self.author(message, authors);
        MessageView {
            id: inner.id,
            chat: self.names_chat.then(|| self.directory.brief(&inner.peer_id)),
            date: moment(inner.date),
            edited: None,
            is_mine: inner.out || is_by_me,
            from,
            text: None,
            media: None,
            service: Some(service::line(&inner.action, self.directory, reply_to)),
            reply_to,
            topic,
            forwarded_from: None,
            album: None,
            reactions: Vec::new(),
            views: None,
            replies: None,
            is_pinned: false,
            is_hit: None,
        }
    }

    fn text(&self, text: String, entities: Option<&[tl::enums::MessageEntity]>) -> Option<Foreign> {
        if text.is_empty() {
            return None;
        }
        match entities {
            Some(entities) if self.is_detailed() => {
                let formatted = Formatted { text, entities: from_telegram(entities) };
                Some(Foreign::new(text::to_markdown(&formatted)))
            }
            Some(_) | None => Some(Foreign::new(text)),
        }
    }

    fn origin(&self, header: &tl::enums::MessageFwdHeader) -> Option<Foreign> {
        let tl::enums::MessageFwdHeader::Header(header) = header;
        let name = match (&header.from_id, &header.from_name) {
            (Some(peer), _) => self.directory.name(peer),
            (None, Some(name)) => name.clone(),
            (None, None) => header.post_author.clone()?,
        };
        Some(Foreign::new(name))
    }
}

/// Messages of one answer on their way to views.
pub(crate) struct Drawing<'a> {
    rendering: Rendering<'a>,
    authors: Authors,
    views: Vec<MessageView>,
}

impl Drawing<'_> {
    /// Adds a message, unless it is gone. Its text goes into the view; nobody needs it twice.
    pub(crate) fn add(&mut self, message: &mut tl::enums::Message) {
        let text = match message {
            tl::enums::Message::Message(message) => std::mem::take(&mut message.message),
            tl::enums::Message::Empty(_) | tl::enums::Message::Service(_) => String::new(),
        };
        self.views.extend(self.rendering.view_of(message, text, &mut self.authors));
    }

    /// Adds messages.
    pub(crate) fn add_all<'m>(&mut self, messages: impl IntoIterator<Item = &'m mut tl::enums::Message>) {
        for message in messages {
            self.add(message);
        }
    }

    /// The views, in the order of their messages.
    pub(crate) fn views(self) -> Vec<MessageView> {
        self.views
    }
}

fn reply_count(replies: &tl::enums::MessageReplies) -> Option<i32> {
    let tl::enums::MessageReplies::Replies(replies) = replies;
    (replies.replies > 0 || replies.comments).then_some(replies.replies)
}

fn reactions(reactions: &tl::enums::MessageReactions) -> Vec<Reaction> {
    let tl::enums::MessageReactions::Reactions(reactions) = reactions;
    reactions
        .results
        .iter()
        .filter_map(|count| {
            let tl::enums::ReactionCount::Count(count) = count;
            Some(Reaction { emoji: emoji(&count.reaction)?, count: count.count, is_mine: count.chosen_order.is_some() })
        })
        .collect()
}

fn emoji(reaction: &tl::enums::Reaction) -> Option<String> {
    match reaction {
        tl::enums::Reaction::Empty => None,
        tl::enums::Reaction::Emoji(emoji) => Some(emoji.emoticon.clone()),
        tl::enums::Reaction::CustomEmoji(emoji) => Some(format!("custom:{}", emoji.document_id)),
        tl::enums::Reaction::Paid => Some("⭐".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use grammers_tl_types::Deserializable as _;

    use super::*;

    const OWN: i64 = 1001;

    /// A message with nothing set: all flags zero, the peer a user.
    fn blank() -> tl::types::Message {
        let mut bytes = vec![0_u8; 12];
        bytes.extend(0x5951_1722_u32.to_le_bytes());
        bytes.extend([0_u8; 64]);
        tl::types::Message::from_bytes(&bytes).unwrap()
    }

    fn from_bob() -> tl::types::Message {
        tl::types::Message {
            id: 3001,
            peer_id: tl::types::PeerUser { user_id: 1002 }.into(),
            date: 1_700_000_000,
            message: "hello **you**".to_owned(),
            ..blank()
        }
    }

    fn view(message: tl::types::Message, format: ResponseFormat) -> MessageView {
        let directory = Directory::new(&[], &[], OWN);
        let rendering = Rendering { directory: &directory, format, names_chat: false };
        rendering.view(&message.into()).unwrap()
    }

    #[test]
    fn in_a_dialogue_the_sender_is_the_other_side_or_me() {
        let theirs = view(from_bob(), ResponseFormat::Concise);
        assert_eq!(theirs.from.unwrap().id, "1002");
        assert!(!theirs.is_mine);
        let mine = tl::types::Message { out: true, ..from_bob() };
        let mine = view(mine, ResponseFormat::Concise);
        assert_eq!(mine.from.unwrap().id, OWN.to_string());
        assert!(mine.is_mine);
    }

    #[test]
    fn a_message_in_a_topic_tells_the_topic_from_the_reply() {
        let header = |reply_to_msg_id, reply_to_top_id| {
            let header = tl::types::MessageReplyHeader {
                reply_to_scheduled: false,
                forum_topic: true,
                quote: false,
                reply_to_ephemeral: false,
                reply_to_msg_id: Some(reply_to_msg_id),
                reply_to_peer_id: None,
                reply_from: None,
                reply_media: None,
                reply_to_top_id,
                quote_text: None,
                quote_entities: None,
                quote_offset: None,
                todo_item_id: None,
                poll_option: None,
            };
            tl::enums::MessageReplyHeader::Header(header)
        };
        assert_eq!(reply_header(Some(&header(7, None))), (None, Some(7)));
        assert_eq!(reply_header(Some(&header(9, Some(7)))), (Some(9), Some(7)));
        assert_eq!(reply_header(None), (None, None));
    }

    #[test]
    fn reactions_and_edits_are_for_detail() {
        let message = || tl::types::Message {
            edit_date: Some(1_700_000_100),
            views: Some(12),
            reactions: Some(
                tl::types::MessageReactions {
                    min: false,
                    can_see_list: false,
                    reactions_as_tags: false,
                    results: vec![
                        tl::types::ReactionCount {
                            chosen_order: Some(0),
                            reaction: tl::types::ReactionEmoji { emoticon: "👍".to_owned() }.into(),
                            count: 3,
                        }
                        .into(),
                    ],
                    recent_reactions: None,
                    top_reactors: None,
                }
                .into(),
            ),
            ..from_bob()
        };
        let concise = view(message(), ResponseFormat::Concise);
        assert!(concise.reactions.is_empty() && concise.edited.is_none() && concise.views.is_none());
        let detailed = view(message(), ResponseFormat::Detailed);
        assert_eq!(detailed.reactions[0].emoji, "👍");
        assert!(detailed.reactions[0].is_mine);
        assert_eq!(detailed.views, Some(12));
    }

    #[test]
    fn a_message_that_is_gone_has_no_view() {
        let directory = Directory::new(&[], &[], OWN);
        let rendering = Rendering { directory: &directory, format: ResponseFormat::Concise, names_chat: false };
        let gone = tl::types::MessageEmpty { id: 5, peer_id: None };
        assert!(rendering.view(&gone.into()).is_none());
    }
}
