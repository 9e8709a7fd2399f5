//! Which chats a caller may touch, and how.
//!
//! A policy is a list of layers, one for each time it was narrowed; a chat is open where every layer lets it through.
//! So narrowing adds a layer and can never open anything. Rules name chats by id: a public name may change hands. What
//! is not certain about a folder closes a chat and never opens one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use telegraphist_domain::ChatId;

use super::circle::{Circle, Membership};
use crate::ports::PeerKind;

/// What is done with a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Looking at it, also at that it is there.
    Read,
    /// Changing anything in it.
    Write,
}

impl Verb {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Which chats a rule is about. `C` is how one of them is named: by id, or as somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChatTarget<C = ChatId> {
    /// One.
    Chat(C),
    /// Each account's own "Saved Messages".
    Own,
    /// Those in a folder of the account, by the folder's name.
    Folder(Arc<str>),
}

/// A rule of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChatRule<C = ChatId> {
    /// Only this is meant; both if left out.
    pub verb: Option<Verb>,
    /// Which chats.
    pub target: ChatTarget<C>,
}

/// A chat, as far as rules ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub chat: ChatId,
    /// What kind of chat it is.
    pub kind: PeerKind,
    /// Whether it is the account's own.
    pub is_own: bool,
}

impl<C> ChatRule<C> {
    fn means(&self, verb: Verb) -> bool {
        self.verb.is_none_or(|meant| meant == verb)
    }

    /// The same rule, with the chat named in another way.
    pub fn with<D>(self, chat: D) -> ChatRule<D> {
        let target = match self.target {
            ChatTarget::Chat(_) => ChatTarget::Chat(chat),
            ChatTarget::Own => ChatTarget::Own,
            ChatTarget::Folder(name) => ChatTarget::Folder(name),
        };
        ChatRule { verb: self.verb, target }
    }
}

impl ChatRule {
    /// Whether it is about the chat; not certain only where it goes by a folder.
    fn holds(&self, verb: Verb, place: Place, circle: &Circle) -> Membership {
        let is_it = match &self.target {
            _ if !self.means(verb) => false,
            ChatTarget::Chat(chat) => *chat == place.chat,
            ChatTarget::Own => place.is_own,
            ChatTarget::Folder(name) => return circle.membership(name, place),
        };
        if is_it { Membership::In } else { Membership::Out }
    }

    /// Whether reading what somebody wrote is allowed by naming them, not by their kind.
    fn names(&self, chat: ChatId, circle: &Circle) -> bool {
        self.means(Verb::Read)
            && match &self.target {
                ChatTarget::Chat(named) => *named == chat,
                ChatTarget::Own => false,
                ChatTarget::Folder(name) => circle.names(name, chat),
            }
    }
}

/// One pair of lists. What is denied is denied; where there is an allow list, what is not on it is denied, too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatLists {
    /// If there are any, only these.
    pub allow: Vec<ChatRule>,
    /// Never these.
    pub deny: Vec<ChatRule>,
}

impl ChatLists {
    fn permits(&self, verb: Verb, place: Place, circle: &Circle) -> bool {
        let is_denied = self.deny.iter().any(|rule| rule.holds(verb, place, circle) != Membership::Out);
        let is_allowed = self.allow.iter().any(|rule| rule.holds(verb, place, circle) == Membership::In);
        !is_denied && (self.allow.is_empty() || is_allowed)
    }

    fn rules(&self) -> impl Iterator<Item = &ChatRule> {
        self.allow.iter().chain(&self.deny)
    }
}

/// Which chats a caller may touch. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatPolicy {
    layers: Arc<[ChatLists]>,
}

impl ChatPolicy {
    /// The policy of two lists.
    pub fn of(allow: Vec<ChatRule>, deny: Vec<ChatRule>) -> Self {
        let lists = ChatLists { allow, deny };
        if lists == ChatLists::default() { Self::default() } else { Self { layers: [lists].into() } }
    }

    /// Whether every chat is open.
    pub fn is_open(&self) -> bool {
        self.layers.is_empty()
    }

    /// Whether this may be done with that chat of an account with this circle.
    pub fn permits(&self, verb: Verb, place: Place, circle: &Circle) -> bool {
        self.layers.iter().all(|lists| lists.permits(verb, place, circle))
    }

    /// Whether the folders of the account have to be known to say so.
    pub fn needs_folders(&self) -> bool {
        let mut rules = self.layers.iter().flat_map(ChatLists::rules);
        rules.any(|rule| matches!(rule.target, ChatTarget::Folder(_)))
    }

    /// Whether the lists allow a chat by naming it, not only by leaving it open or by its kind.
    pub fn names(&self, chat: ChatId, circle: &Circle) -> bool {
        let mut allowing = self.layers.iter().filter(|lists| !lists.allow.is_empty()).peekable();
        allowing.peek().is_some() && allowing.all(|lists| lists.allow.iter().any(|rule| rule.names(chat, circle)))
    }

    /// What both let through.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let more: Vec<_> = other.layers.iter().filter(|lists| !self.layers.contains(lists)).cloned().collect();
        if more.is_empty() {
            return self.clone();
        }
        Self { layers: self.layers.iter().cloned().chain(more).collect() }
    }

    /// Its lists, one pair for each time it was narrowed.
    pub fn layers(&self) -> &[ChatLists] {
        &self.layers
    }
}

/// Why a text is no rule about chats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a chat: give an id, @name, t.me link, me or folder:NAME, with read: or write: in front if only one is meant"
)]
pub struct NotAChatRule;

impl FromStr for ChatRule<String> {
    type Err = NotAChatRule;

    fn from_str(text: &str) -> Result<Self, NotAChatRule> {
        let (verb, target) = match text.split_once(':') {
            Some(("read", rest)) => (Some(Verb::Read), rest),
            Some(("write", rest)) => (Some(Verb::Write), rest),
            Some(_) | None => (None, text),
        };
        let target = match target.trim() {
            "" => return Err(NotAChatRule),
            "me" => ChatTarget::Own,
            target => match target.strip_prefix("folder:").map(str::trim) {
                Some("") => return Err(NotAChatRule),
                Some(name) => ChatTarget::Folder(name.into()),
                None => ChatTarget::Chat(target.to_owned()),
            },
        };
        Ok(Self { verb, target })
    }
}

impl<C: fmt::Display> fmt::Display for ChatRule<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(verb) = self.verb {
            write!(f, "{}:", verb.as_str())?;
        }
        match &self.target {
            ChatTarget::Chat(chat) => chat.fmt(f),
            ChatTarget::Own => f.write_str("me"),
            ChatTarget::Folder(name) => write!(f, "folder:{name}"),
        }
    }
}
