//! How people and agents refer to chats and messages, as values that parse.

use std::fmt;
use std::str::FromStr;

use crate::{ChatId, MessageId};

/// A chat as somebody named it; resolving it to a peer is the adapter's work.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum ChatRef {
    /// The account's own "Saved Messages".
    Me,
    /// A marked id, see [`ChatId`].
    Id(ChatId),
    /// A public name, without `@`, in lower case.
    Username(String),
    /// A phone number: digits only, without `+`.
    Phone(String),
    /// The hash of an invitation link (`t.me/+hash`, `t.me/joinchat/hash`).
    Invite(String),
}

impl fmt::Debug for ChatRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("Me"),
            Self::Id(id) => write!(f, "Id({id})"),
            Self::Username(name) => write!(f, "Username({name})"),
            Self::Phone(_) => f.write_str("Phone(..)"),
            Self::Invite(_) => f.write_str("Invite(..)"),
        }
    }
}

/// Telegram's ids have 52 bits; more could not be marked and unmarked without running over.
const ID_MAX: u64 = 1 << 52;

/// Why a text is no chat reference.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a chat: give an id, @name, a t.me link, +phone or me")]
pub struct NotAChat;

impl FromStr for ChatRef {
    type Err = NotAChat;

    fn from_str(text: &str) -> Result<Self, NotAChat> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("me") || text.eq_ignore_ascii_case("self") {
            return Ok(Self::Me);
        }
        if let Some(phone) = text.strip_prefix('+') {
            return phone_digits(phone).map(Self::Phone).ok_or(NotAChat);
        }
        if let Some(path) = link_path(text) {
            return chat_of_path(path).ok_or(NotAChat);
        }
        if let Ok(id) = text.parse::<i64>() {
            return if id == 0 || id.unsigned_abs() > ID_MAX { Err(NotAChat) } else { Ok(Self::Id(ChatId(id))) };
        }
        username(text.strip_prefix('@').unwrap_or(text)).map(Self::Username).ok_or(NotAChat)
    }
}

/// A message named by a link: a chat and what the link points at within it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageRef {
    /// The chat of the link.
    pub chat: ChatRef,
    /// The forum topic, where the link names one.
    pub topic: Option<MessageId>,
    /// The message.
    pub message: MessageId,
    /// The comment below the message, where the link names one; it lives in the discussion group.
    pub comment: Option<MessageId>,
}

/// Why a text is no message link.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "not a link to a message: expected https://t.me/name/123, https://t.me/c/1234567890/123 or tg://resolve?domain=name&post=123"
)]
pub struct NotAMessageLink;

impl FromStr for MessageRef {
    type Err = NotAMessageLink;

    fn from_str(text: &str) -> Result<Self, NotAMessageLink> {
        let text = text.trim();
        if let Some(query) = text.strip_prefix("tg://resolve?") {
            return resolve_query(query).ok_or(NotAMessageLink);
        }
        if let Some(query) = text.strip_prefix("tg://privatepost?") {
            return private_post_query(query).ok_or(NotAMessageLink);
        }
        link_path(text).and_then(message_of_path).ok_or(NotAMessageLink)
    }
}

/// What follows the host of a Telegram web link, without the leading slash.
fn link_path(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    ["t.me/", "telegram.me/", "www.t.me/", "telegram.dog/"].iter().find_map(|host| rest.strip_prefix(host))
}

fn chat_of_path(path: &str) -> Option<ChatRef> {
    let path = path.split(['?', '#']).next()?;
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let first = parts.next()?;
    match first {
        "c" => private_channel(parts.next()?),
        "joinchat" => invite(parts.next()?),
        "s" => username(parts.next()?).map(ChatRef::Username),
        _ if first.starts_with('+') => {
            let hash = &first[1..];
            // `t.me/+4915…` is a phone number, `t.me/+AbC…` an invitation.
            phone_digits(hash).map(ChatRef::Phone).or_else(|| invite(hash))
        }
        _ => username(first).map(ChatRef::Username),
    }
}

fn message_of_path(path: &str) -> Option<MessageRef> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path = path.split('#').next()?;
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if parts.first() == Some(&"s") {
        parts.remove(0);
    }
    let (chat, rest) = match parts.as_slice() {
        ["c", channel, rest @ ..] => (private_channel(channel)?, rest),
        [name, rest @ ..] => (ChatRef::Username(username(name)?), rest),
        [] => return None,
    };
    let (topic, message) = match rest {
        [message] => (query_value(query, "thread").and_then(message_id), message_id(message)?),
        [topic, message] => (Some(message_id(topic)?), message_id(message)?),
        _ => return None,
    };
    Some(MessageRef { chat, topic, message, comment: query_value(query, "comment").and_then(message_id) })
}

fn resolve_query(query: &str) -> Option<MessageRef> {
    Some(MessageRef {
        chat: ChatRef::Username(username(query_value(query, "domain")?)?),
        topic: query_value(query, "thread").and_then(message_id),
        message: message_id(query_value(query, "post")?)?,
        comment: query_value(query, "comment").and_then(message_id),
    })
}

fn private_post_query(query: &str) -> Option<MessageRef> {
    Some(MessageRef {
        chat: private_channel(query_value(query, "channel")?)?,
        topic: query_value(query, "thread").and_then(message_id),
        message: message_id(query_value(query, "post")?)?,
        comment: query_value(query, "comment").and_then(message_id),
    })
}

fn query_value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn message_id(text: &str) -> Option<MessageId> {
    text.parse().ok().filter(|id| *id > 0).map(MessageId)
}

fn private_channel(text: &str) -> Option<ChatRef> {
    let id = text.parse().ok().filter(|id: &i64| *id > 0 && id.unsigned_abs() < ID_MAX / 2)?;
    Some(ChatRef::Id(ChatId::of_channel(id)))
}

fn invite(hash: &str) -> Option<ChatRef> {
    let valid = hash.len() >= 8 && hash.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    valid.then(|| ChatRef::Invite(hash.to_owned()))
}

fn phone_digits(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    let valid = (5..=15).contains(&kept.len()) && kept.chars().all(|c| c.is_ascii_digit());
    valid.then_some(kept)
}

fn username(text: &str) -> Option<String> {
    let valid = (4..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    valid.then(|| text.to_ascii_lowercase())
}

impl ChatId {
    const CHANNEL_MARK: i64 = 1_000_000_000_000;

    /// The marked id of a channel or supergroup.
    pub const fn of_channel(bare: i64) -> Self {
        Self(-Self::CHANNEL_MARK - bare)
    }

    /// The marked id of a basic group.
    pub const fn of_group(bare: i64) -> Self {
        Self(-bare)
    }

    /// The id without its mark, and what the mark said.
    pub const fn unmarked(self) -> Bare {
        match self.0 {
            id if id > 0 => Bare::User(id),
            id if id <= -Self::CHANNEL_MARK => Bare::Channel(-id - Self::CHANNEL_MARK),
            id => Bare::Group(-id),
        }
    }
}

/// What a marked id stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bare {
    /// A user or bot.
    User(i64),
    /// A basic group.
    Group(i64),
    /// A channel or supergroup.
    Channel(i64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_named_in_every_usual_way() {
        let chat = |text: &str| text.parse::<ChatRef>();
        assert_eq!(chat("me"), Ok(ChatRef::Me));
        assert_eq!(chat("-1001234567890"), Ok(ChatRef::Id(ChatId(-1_001_234_567_890))));
        assert_eq!(chat("@Some_Name"), Ok(ChatRef::Username("some_name".into())));
        assert_eq!(chat("https://t.me/some_name"), Ok(ChatRef::Username("some_name".into())));
        assert_eq!(chat("t.me/c/1234567890/5"), Ok(ChatRef::Id(ChatId(-1_001_234_567_890))));
        assert_eq!(chat("+1 (555) 000-1234"), Ok(ChatRef::Phone("15550001234".into())));
        assert_eq!(chat("https://t.me/+AbCdEfGh123"), Ok(ChatRef::Invite("AbCdEfGh123".into())));
        let too_large = ["-9223372036854775808", "9223372036854775807", "t.me/c/9223372036854775807"];
        for nonsense in ["", "0", "@", "a b c", "+12", "https://t.me/", "ab"].into_iter().chain(too_large) {
            assert_eq!(chat(nonsense), Err(NotAChat), "{nonsense}");
        }
    }

    #[test]
    fn a_message_link_gives_chat_topic_message_and_comment() {
        let link: MessageRef = "https://t.me/c/1234567890/7/42?comment=9".parse().unwrap();
        assert_eq!(link.chat, ChatRef::Id(ChatId(-1_001_234_567_890)));
        assert_eq!((link.topic, link.message, link.comment), (Some(MessageId(7)), MessageId(42), Some(MessageId(9))));
        let link: MessageRef = "tg://resolve?domain=some_name&post=3".parse().unwrap();
        assert_eq!((link.chat, link.message), (ChatRef::Username("some_name".into()), MessageId(3)));
        assert!("https://t.me/some_name".parse::<MessageRef>().is_err());
        assert!("https://example.org/some_name/3".parse::<MessageRef>().is_err());
    }

    #[test]
    fn marking_and_unmarking_agree() {
        assert_eq!(ChatId::of_channel(700).unmarked(), Bare::Channel(700));
        assert_eq!(ChatId::of_group(500).unmarked(), Bare::Group(500));
        assert_eq!(ChatId(1001).unmarked(), Bare::User(1001));
    }
}
