//! Acting as anybody: what people in the box do while a client is watched.
//!
//! Accounts are named by id, username or phone number; chats by id (channels as `-100…`), username, or `me`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Sandbox, SandboxError};
use crate::world::keyboards::{InlineAction, InlineButton};
use crate::world::verbs::{Letter, Saying};

/// The name of an account or a chat: a number or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Name {
    /// An id.
    Id(i64),
    /// A username, a phone number, an id as text, or `me`.
    Text(String),
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Text(text) => text.fmt(formatter),
        }
    }
}

impl From<i64> for Name {
    fn from(id: i64) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Something to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The text.
    pub text: String,
    /// The message to answer.
    pub reply_to: Option<i32>,
    /// The forum topic, or the message whose thread it belongs to.
    pub topic: Option<i32>,
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }
}

/// A message in somebody's mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Its id there.
    pub id: i32,
    /// Who wrote it; the channel for a post.
    pub from: i64,
    /// When, in Unix seconds.
    pub date: i32,
    /// The text or caption.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<i32>,
    /// The topic or thread that it belongs to.
    pub topic: Option<i32>,
    /// What it carries: `photo`, `document`, `poll`, `contact`, `place`, `page`.
    pub media: Option<String>,
    /// Whether it was edited.
    pub edited: bool,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Who reacted with what.
    pub reactions: Vec<(i64, String)>,
    /// The buttons under it, row by row.
    #[serde(default)]
    pub buttons: Vec<Vec<MailButton>>,
}

/// A button under a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailButton {
    /// What stands on it.
    pub text: String,
    /// What it sends to the bot.
    pub data: Option<String>,
    /// Where it leads.
    pub url: Option<String>,
}

impl From<Letter> for Mail {
    fn from(letter: Letter) -> Self {
        Self {
            id: letter.id,
            from: letter.from,
            date: letter.date,
            text: letter.text,
            reply_to: letter.reply_to,
            topic: letter.topic,
            media: letter.media.map(str::to_owned),
            edited: letter.edited,
            pinned: letter.pinned,
            reactions: letter.reactions,
            buttons: letter
                .keyboard
                .iter()
                .flat_map(|inline| &inline.rows)
                .map(|row| row.iter().map(MailButton::of).collect())
                .collect(),
        }
    }
}

impl MailButton {
    fn of(button: &InlineButton) -> Self {
        let text = button.text.clone();
        match &button.action {
            InlineAction::Callback(data) => {
                Self { text, data: Some(String::from_utf8_lossy(data).into_owned()), url: None }
            }
            InlineAction::Url(url) => Self { text, data: None, url: Some(url.clone()) },
            _ => Self { text, data: None, url: None },
        }
    }
}

/// Somebody in a chat, ready to do something there.
#[derive(Clone, Debug)]
pub struct Actor<'a> {
    pub(super) sandbox: &'a Sandbox,
    pub(super) who: String,
    pub(super) chat: String,
}

impl Sandbox {
    /// Takes the part of `who` in `chat`, as `who` names it: the other person, a group, a channel, or `me`.
    pub fn acting(&self, who: impl Into<Name>, chat: impl Into<Name>) -> Result<Actor<'_>, SandboxError> {
        let (who, chat) = (who.into().to_string(), chat.into().to_string());
        self.hub.change(|state| {
            let account = state.world.find_account(&who).ok_or_else(|| SandboxError::UnknownAccount(who.clone()))?;
            let found = state.world.find_chat(account, &chat);
            found.map(drop).ok_or_else(|| SandboxError::UnknownChat(chat.clone()))
        })?;
        Ok(Actor { sandbox: self, who, chat })
    }

    /// Lets `who` say something in `chat`; returns the message's id in `who`'s mailbox or in the channel.
    pub fn say(
        &self,
        who: impl Into<Name>,
        chat: impl Into<Name>,
        words: impl Into<Words>,
    ) -> Result<i32, SandboxError> {
        self.acting(who, chat)?.say(words)
    }

    /// The newest messages of a chat as `who` holds them, newest first.
    pub fn mailbox(
        &self,
        who: impl Into<Name>,
        chat: impl Into<Name>,
        limit: usize,
    ) -> Result<Vec<Mail>, SandboxError> {
        self.acting(who, chat)?.mailbox(limit)
    }
}

impl Actor<'_> {
    /// Says something; returns the message's id in the actor's mailbox or in the channel.
    pub fn say(&self, words: impl Into<Words>) -> Result<i32, SandboxError> {
        let Words { text, reply_to, topic } = words.into();
        let saying = Saying { text, entities: Vec::new(), reply_to, topic };
        let said = self.sandbox.hub.change(|state| state.world.say(&self.who, &self.chat, saying));
        Ok(said?)
    }

    /// Edits a message.
    pub fn edit(&self, id: i32, text: &str) -> Result<(), SandboxError> {
        let edited = self.sandbox.hub.change(|state| state.world.say_anew(&self.who, &self.chat, id, text));
        Ok(edited?)
    }

    /// Deletes messages for everybody; returns how many there were.
    pub fn delete(&self, ids: &[i32]) -> Result<usize, SandboxError> {
        let deleted = self.sandbox.hub.change(|state| state.world.unsay(&self.who, &self.chat, ids));
        Ok(deleted?)
    }

    /// Reacts to a message; an empty emoji takes the reaction back.
    pub fn react(&self, id: i32, emoji: &str) -> Result<(), SandboxError> {
        let reacted = self.sandbox.hub.change(|state| state.world.react_as(&self.who, &self.chat, id, emoji));
        Ok(reacted?)
    }

    /// Reads up to an id; 0 means everything.
    pub fn read(&self, max_id: i32) -> Result<(), SandboxError> {
        let read = self.sandbox.hub.change(|state| state.world.read_as(&self.who, &self.chat, max_id));
        Ok(read?)
    }

    /// Pins a message.
    pub fn pin(&self, id: i32) -> Result<(), SandboxError> {
        let pinned = self.sandbox.hub.change(|state| state.world.pin_as(&self.who, &self.chat, id, false));
        Ok(pinned?)
    }

    /// Takes a pinned message off.
    pub fn unpin(&self, id: i32) -> Result<(), SandboxError> {
        let unpinned = self.sandbox.hub.change(|state| state.world.pin_as(&self.who, &self.chat, id, true));
        Ok(unpinned?)
    }

    /// Shows that the actor is typing.
    pub fn typing(&self) -> Result<(), SandboxError> {
        let shown = self.sandbox.hub.change(|state| state.world.typing_as(&self.who, &self.chat));
        Ok(shown?)
    }

    /// The newest messages as the actor holds them, newest first.
    pub fn mailbox(&self, limit: usize) -> Result<Vec<Mail>, SandboxError> {
        let letters = self.sandbox.hub.change(|state| state.world.letters(&self.who, &self.chat, limit));
        Ok(letters?.into_iter().map(Mail::from).collect())
    }
}
