//! One message, stored small: a world may hold a million of them.
//!
//! A message in a private chat or a basic group exists once per participant, each copy with its own id, as on the real Telegram; `uid` is what the
//! copies share. In a channel there is one copy for all.

use std::fmt;
use std::sync::Arc;

use grammers_tl_types as tl;

use super::keyboards::Keyboard;
pub use super::media::Media;
use super::peers::Peer;
use super::topics::TopicChange;

/// Words, with the form that a search looks at. Shared by all copies and by generated messages that happen to say the same.
#[derive(PartialEq, Eq)]
pub struct Text {
    /// As written.
    pub shown: String,
    /// In lower case.
    pub folded: String,
}

impl Text {
    /// Keeps the words and their folded form.
    pub fn new(shown: impl Into<String>) -> Arc<Self> {
        let shown = shown.into();
        let folded = shown.to_lowercase();
        Arc::new(Self { shown, folded })
    }
}

/// What people wrote stays out of logs; its length is enough to tell messages apart.
impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Text({} bytes)", self.shown.len())
    }
}

/// A message as one owner's mailbox or one channel holds it.
#[derive(Clone)]
pub struct Message {
    /// The id in this mailbox or channel.
    pub id: i32,
    /// When it was sent.
    pub date: i32,
    /// The same for all copies; grows with every message of the world.
    pub uid: u64,
    /// Who appears as the author; the channel itself for posts.
    pub from: Peer,
    /// The words or the caption.
    pub text: Arc<Text>,
    /// All that most messages do not have.
    pub extra: Option<Box<Extra>>,
}

/// Neither words nor files; see [`Text`].
impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Message").field("id", &self.id).field("text", &self.text).finish_non_exhaustive()
    }
}

/// The rarer parts of a message.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of Telegram's own")]
pub struct Extra {
    /// Formatting, as it was sent and checked.
    pub entities: Vec<tl::enums::MessageEntity>,
    /// A file, a poll, a place.
    pub media: Option<Media>,
    /// What happened, in a service message.
    pub action: Option<Action>,
    /// The buttons that come with it.
    pub keyboard: Option<Box<Keyboard>>,
    /// What it answers.
    pub reply: Option<Reply>,
    /// Where it comes from.
    pub forward: Option<Forward>,
    /// When it was edited last.
    pub edited: Option<i32>,
    /// Only its buttons were changed, which people are not told.
    pub edit_hidden: bool,
    /// The album that it belongs to.
    pub grouped_id: Option<i64>,
    /// Who reacted and how, oldest first.
    pub reactions: Vec<Reacted>,
    /// Pinned in its chat.
    pub pinned: bool,
    /// Delivered without a sound.
    pub silent: bool,
    /// May not be passed on.
    pub protected: bool,
    /// How the file is shown.
    pub look: MediaLook,
    /// How the preview of a link is shown, if the author said so.
    pub preview: Option<Box<Preview>>,
    /// The effect that goes with it.
    pub effect: Option<i64>,
    /// Sent by the schedule.
    pub from_scheduled: bool,
    /// Users that it mentions.
    pub mentions: Vec<i64>,
    /// Who really wrote a post that appears in the name of its channel.
    pub posted_by: Option<i64>,
    /// How often a channel post was seen.
    pub views: i32,
    /// How often it was forwarded.
    pub forwards: i32,
    /// The copy of a channel post in the discussion group.
    pub discussion: Option<i32>,
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaLook {
    /// Hidden until it is tapped.
    pub spoiler: bool,
    /// Below its caption instead of above.
    pub caption_above: bool,
}

/// How the preview of a link is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Telegram's own")]
pub struct Preview {
    /// Not at all.
    pub disabled: bool,
    /// Of this link instead of the first one.
    pub url: Option<String>,
    /// With a small picture.
    pub small: bool,
    /// With a large picture.
    pub large: bool,
    /// Above the text.
    pub above: bool,
}

/// What a service message tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A basic group began.
    GroupCreated(String, Vec<i64>),
    /// A channel or supergroup began.
    ChannelCreated(String),
    /// A forum topic began.
    TopicCreated {
        /// Its name.
        title: String,
        /// Its colour.
        colour: i32,
        /// Its icon.
        icon: Option<i64>,
    },
    /// A forum topic was changed.
    TopicChanged(Box<TopicChange>),
    /// The chat has another name.
    Titled(String),
    /// These users were added.
    Added(Vec<i64>),
    /// This user left or was removed.
    Left(i64),
    /// Somebody came through an invite link of this user.
    JoinedByLink(i64),
    /// The message that this one answers was pinned.
    Pinned,
}

/// What a message answers.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The id of the message that is answered, in the same mailbox or channel.
    pub to: i32,
    /// The beginning of the thread, where it is not the answered message itself.
    pub top: Option<i32>,
    /// The thread is a forum topic.
    pub forum: bool,
    /// The words that were picked out.
    pub quote: Option<String>,
}

impl Reply {
    /// The message that the whole thread hangs on.
    pub fn thread(&self) -> i32 {
        self.top.unwrap_or(self.to)
    }
}

/// Where a forwarded message comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Who wrote it first.
    pub from: Peer,
    /// When.
    pub date: i32,
    /// Its id, if it was a channel post.
    pub post: Option<i32>,
    /// The chat and the id that "show original" leads to: saved messages and automatic forwards to a discussion.
    pub saved: Option<(Peer, i32)>,
}

/// One person's reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reacted {
    /// Who.
    pub by: i64,
    /// When.
    pub date: i32,
    /// The emoji.
    pub emoji: String,
}

impl Message {
    /// The rarer parts, made when they are first needed.
    pub fn extra_mut(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    /// What it carries beside the words.
    pub fn media(&self) -> Option<&Media> {
        self.extra.as_ref()?.media.as_ref()
    }

    /// The buttons that come with it.
    pub fn keyboard(&self) -> Option<&Keyboard> {
        self.extra.as_ref()?.keyboard.as_deref()
    }

    /// Whether it may not be passed on.
    pub fn is_protected(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.protected)
    }

    /// How its file is shown.
    pub fn look(&self) -> MediaLook {
        self.extra.as_ref().map(|extra| extra.look).unwrap_or_default()
    }

    /// What it answers.
    pub fn reply(&self) -> Option<&Reply> {
        self.extra.as_ref()?.reply.as_ref()
    }

    /// Where it comes from.
    pub fn forward(&self) -> Option<&Forward> {
        self.extra.as_ref()?.forward.as_ref()
    }

    /// Everybody's reactions.
    pub fn reactions(&self) -> &[Reacted] {
        self.extra.as_ref().map_or(&[], |extra| &extra.reactions)
    }

    /// Whether people see that it was edited.
    pub fn is_edited(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.edited.is_some() && !extra.edit_hidden)
    }

    /// Formatting.
    pub fn entities(&self) -> &[tl::enums::MessageEntity] {
        self.extra.as_ref().map_or(&[], |extra| &extra.entities)
    }

    /// Whether it is pinned in its chat.
    pub fn is_pinned(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.pinned)
    }

    /// Whether it tells an event rather than words.
    pub fn is_service(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.action.is_some())
    }

    /// Whether it mentions this user.
    pub fn mentions(&self, user: i64) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.mentions.contains(&user))
    }

    /// The thread that it hangs on: a forum topic, or the message under which people answer.
    pub fn thread(&self) -> Option<i32> {
        self.reply().map(Reply::thread)
    }

    /// Whoever may edit it: the author, or who posted it in the name of a channel.
    pub fn writer(&self) -> Option<i64> {
        self.extra.as_ref().and_then(|extra| extra.posted_by).or(self.from.user())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_words() {
        assert_eq!(format!("{:?}", Text::new("between us")), "Text(10 bytes)");
    }

    #[test]
    fn a_plain_message_stays_small() {
        assert!(size_of::<Message>() <= 56, "{}", size_of::<Message>());
    }
}
