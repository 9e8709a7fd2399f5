//! Finding messages by words, author, date and kind.

use grammers_tl_types as tl;
use tl::enums::{DocumentAttribute, MessageEntity, MessagesFilter};

use super::World;
use super::files::Document;
use super::messages::{Media, Message};
use super::peers::Peer;
use super::thread::{Page, Slice, page_of};

/// What is looked for; absent parts match everything.
#[derive(Clone, Debug)]
pub struct Query {
    /// Words in lower case that must all stand in the text.
    pub words: Vec<String>,
    /// Only by this author.
    pub from: Option<Peer>,
    /// Only in this topic or thread.
    pub topic: Option<i32>,
    /// Only of this kind.
    pub filter: MessagesFilter,
    /// Not before this moment; 0 means any.
    pub min_date: i32,
    /// Not after this moment; 0 means any.
    pub max_date: i32,
}

impl Query {
    /// Looks for messages in which all these words stand, in any order and letter case.
    pub fn words(words: &str) -> Self {
        Self {
            words: words.split_whitespace().map(str::to_lowercase).collect(),
            from: None,
            topic: None,
            filter: MessagesFilter::InputMessagesFilterEmpty,
            min_date: 0,
            max_date: 0,
        }
    }

    /// Whether it would match every message.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && matches!(self.filter, MessagesFilter::InputMessagesFilterEmpty)
    }
}

impl World {
    /// The messages of one conversation that answer a query.
    pub fn search<'a>(&'a self, viewer: i64, peer: Peer, query: &Query, page: &Page) -> Slice<'a> {
        let channel = match peer {
            Peer::Channel(id) => self.channels.get(&id),
            Peer::User(_) | Peer::Group(_) => None,
        };
        let keep = |message: &&Message| self.matches(viewer, message, query);
        match (channel, query.topic) {
            (Some(channel), Some(topic)) => page_of(channel.strand_messages(topic).filter(keep), page),
            (_, Some(topic)) => {
                self.thread(viewer, peer).page_where(page, |message| message.thread() == Some(topic) && keep(&message))
            }
            (_, None) => self.thread(viewer, peer).page_where(page, |message| keep(&message)),
        }
    }

    /// Whether a message answers a query.
    pub fn matches(&self, viewer: i64, message: &Message, query: &Query) -> bool {
        let is_in_time = (query.min_date <= 0 || message.date >= query.min_date)
            && (query.max_date <= 0 || message.date <= query.max_date);
        is_in_time
            && query.from.is_none_or(|from| message.from == from)
            && query.words.iter().all(|word| message.text.folded.contains(word.as_str()))
            && (query.words.is_empty() || !message.is_service())
            && self.is_of_kind(viewer, message, &query.filter)
    }

    fn is_of_kind(&self, viewer: i64, message: &Message, filter: &MessagesFilter) -> bool {
        let document = |accept: fn(&Document) -> bool| match message.media() {
            Some(Media::Document(id)) => self.files.document(*id).is_some_and(accept),
            _ => false,
        };
        let is_photo = matches!(message.media(), Some(Media::Photo(_)));
        match filter {
            MessagesFilter::InputMessagesFilterEmpty => true,
            MessagesFilter::InputMessagesFilterPhotos => is_photo,
            MessagesFilter::InputMessagesFilterVideo => document(is_video),
            MessagesFilter::InputMessagesFilterPhotoVideo => is_photo || document(is_video),
            MessagesFilter::InputMessagesFilterDocument => document(is_plain_file),
            MessagesFilter::InputMessagesFilterUrl => has_link(message),
            MessagesFilter::InputMessagesFilterGif => {
                document(|file| file.mime_type == "image/gif" || is_animated(file))
            }
            MessagesFilter::InputMessagesFilterVoice => document(is_voice),
            MessagesFilter::InputMessagesFilterMusic => document(is_music),
            MessagesFilter::InputMessagesFilterRoundVideo => document(is_round),
            MessagesFilter::InputMessagesFilterRoundVoice => document(|file| is_round(file) || is_voice(file)),
            MessagesFilter::InputMessagesFilterMyMentions => message.mentions(viewer),
            MessagesFilter::InputMessagesFilterGeo => {
                matches!(message.media(), Some(Media::Place(_) | Media::Venue(_)))
            }
            MessagesFilter::InputMessagesFilterContacts => matches!(message.media(), Some(Media::Contact(_))),
            MessagesFilter::InputMessagesFilterPinned => message.is_pinned(),
            MessagesFilter::InputMessagesFilterPoll => matches!(message.media(), Some(Media::Poll(_))),
            // The box has neither calls nor changes of chat photos.
            MessagesFilter::InputMessagesFilterChatPhotos | MessagesFilter::InputMessagesFilterPhoneCalls(_) => false,
        }
    }
}

fn has_link(message: &Message) -> bool {
    let is_link = |entity: &MessageEntity| matches!(entity, MessageEntity::Url(_) | MessageEntity::TextUrl(_));
    matches!(message.media(), Some(Media::Page(_))) || message.entities().iter().any(is_link)
}

fn any_attribute(file: &Document, accept: impl Fn(&DocumentAttribute) -> bool) -> bool {
    file.attributes.iter().any(accept)
}

fn is_video(file: &Document) -> bool {
    any_attribute(file, |attribute| matches!(attribute, DocumentAttribute::Video(video) if !video.round_message))
}

fn is_round(file: &Document) -> bool {
    any_attribute(file, |attribute| matches!(attribute, DocumentAttribute::Video(video) if video.round_message))
}

fn is_voice(file: &Document) -> bool {
    any_attribute(file, |attribute| matches!(attribute, DocumentAttribute::Audio(audio) if audio.voice))
}

fn is_music(file: &Document) -> bool {
    any_attribute(file, |attribute| matches!(attribute, DocumentAttribute::Audio(audio) if !audio.voice))
}

fn is_animated(file: &Document) -> bool {
    any_attribute(file, |attribute| matches!(attribute, DocumentAttribute::Animated))
}

fn is_plain_file(file: &Document) -> bool {
    !(is_video(file) || is_round(file) || is_voice(file) || is_music(file) || is_animated(file))
}
