//! What the control side lets anybody do: the same rules as for clients, with plain names instead of wire types.
//!
//! Accounts and chats are named by id (channels as `-100…`), by username, or `me` for an account's saved messages.

use grammers_tl_types as tl;

use super::World;
use super::editing::Change;
use super::keyboards::{Inline, InlineAction, Keyboard};
use super::messages::{Media, Message};
use super::peers::Peer;
use super::pins::Pin;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};
use super::telling::Cause;

/// A message as a test wants to see it, words and all: this is what a mailbox is read for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its id in the mailbox or channel.
    pub id: i32,
    /// Who wrote it; a channel's own id for its posts.
    pub from: i64,
    /// When.
    pub date: i32,
    /// The words.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<i32>,
    /// The thread that it belongs to.
    pub topic: Option<i32>,
    /// What it carries; see [`Media::name`].
    pub media: Option<&'static str>,
    /// Whether it was edited.
    pub edited: bool,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Everybody's reactions, oldest first: who and which emoji.
    pub reactions: Vec<(i64, String)>,
    /// The buttons under it.
    pub keyboard: Option<Inline>,
}

/// What somebody is made to say.
#[derive(Clone, Default)]
pub struct Saying {
    /// The words.
    pub text: String,
    /// Their formatting.
    pub entities: Vec<tl::enums::MessageEntity>,
    /// The message to answer.
    pub reply_to: Option<i32>,
    /// The forum topic, or the thread.
    pub topic: Option<i32>,
}

impl World {
    /// The account with this id, username or phone number.
    pub fn find_account(&self, name: &str) -> Option<i64> {
        let by_id = name.parse().ok().and_then(|id| self.accounts.get(id));
        let found = by_id.or_else(|| self.accounts.by_username(name)).or_else(|| self.accounts.by_phone(name));
        found.map(|account| account.user_id)
    }

    /// Whoever `account` means by this name.
    pub fn find_chat(&self, account: i64, name: &str) -> Option<Peer> {
        if name == "me" {
            return Some(Peer::User(account));
        }
        let exists = |peer: &Peer| match peer {
            Peer::User(id) => self.accounts.get(*id).is_some(),
            Peer::Group(id) => self.groups.contains_key(id),
            Peer::Channel(id) => self.channels.contains_key(id),
        };
        name.parse().ok().map(Peer::from_marked).filter(exists).or_else(|| self.by_username(name))
    }

    pub(crate) fn scene(&self, actor: &str, chat: &str) -> Allowed<(Cause, Peer)> {
        let account = self.find_account(actor).ok_or_else(|| RpcError::bad_request("USER_ID_INVALID"))?;
        let peer = self.find_chat(account, chat).ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))?;
        Ok((Cause::by(account), peer))
    }

    /// Makes somebody send a message; returns its id in their mailbox or in the channel.
    pub fn say(&mut self, actor: &str, chat: &str, saying: Saying) -> Allowed<i32> {
        let (cause, peer) = self.scene(actor, chat)?;
        let Saying { text, entities, reply_to, topic } = saying;
        self.post(&cause, peer, Draft { text, entities, reply_to, topic, ..Draft::default() })
    }

    /// Makes somebody edit a message.
    pub fn say_anew(&mut self, actor: &str, chat: &str, id: i32, text: &str) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        let words = Some((text.to_owned(), Vec::new()));
        self.edit(&cause, peer, id, Change { words, ..Change::default() })
    }

    /// Makes somebody delete messages for everybody; returns how many there were.
    pub fn unsay(&mut self, actor: &str, chat: &str, ids: &[i32]) -> Allowed<usize> {
        let (cause, peer) = self.scene(actor, chat)?;
        match peer {
            Peer::Channel(channel) => self.delete_from_channel(&cause, channel, ids),
            Peer::User(_) | Peer::Group(_) => self.delete_from_mailbox(&cause, ids, true),
        }
    }

    /// Makes somebody react; an empty emoji takes the reaction back.
    pub fn react_as(&mut self, actor: &str, chat: &str, id: i32, emoji: &str) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        let emoji: Vec<String> = Some(emoji.to_owned()).filter(|emoji| !emoji.is_empty()).into_iter().collect();
        self.react(&cause, peer, id, &emoji)
    }

    /// Makes somebody read a conversation up to an id; 0 means all of it.
    pub fn read_as(&mut self, actor: &str, chat: &str, max_id: i32) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        self.read(&cause, peer, max_id)
    }

    /// Makes somebody pin a message or take it off.
    pub fn pin_as(&mut self, actor: &str, chat: &str, id: i32, unpin: bool) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        self.pin(&cause, peer, id, Pin { unpin, ..Pin::default() })
    }

    /// The name and the bytes of the document that somebody's message carries.
    pub fn document_of(&self, account: i64, peer: Peer, id: i32) -> Option<(String, Vec<u8>)> {
        let Some(Media::Document(document)) = self.thread(account, peer).get(id)?.media() else { return None };
        let document = self.files.document(*document)?;
        let name = document.attributes.iter().find_map(|attribute| match attribute {
            tl::enums::DocumentAttribute::Filename(name) => Some(name.file_name.clone()),
            _ => None,
        });
        Some((name.unwrap_or_default(), document.bytes.to_vec()))
    }

    /// Makes somebody press a button, named by its text or its data; returns the query's id.
    pub fn press_as(&mut self, actor: &str, chat: &str, id: i32, button: &str) -> Allowed<i64> {
        let (cause, peer) = self.scene(actor, chat)?;
        let message = self.thread(cause.account, peer).get(id);
        let inline = message.and_then(Message::keyboard).and_then(Keyboard::inline);
        let data = inline.and_then(|inline| {
            let callbacks = inline.buttons().filter_map(|found| match &found.action {
                InlineAction::Callback(data) => Some((found.text.as_str(), data)),
                _ => None,
            });
            let mut callbacks: Vec<_> = callbacks.collect();
            // A text is more likely to be meant than the data of another button.
            callbacks.sort_by_key(|(text, _)| *text != button);
            callbacks.into_iter().find(|(text, data)| *text == button || data.as_slice() == button.as_bytes())
        });
        let data = data.map(|(_, data)| data.clone()).ok_or_else(|| RpcError::bad_request("DATA_INVALID"))?;
        self.press(&cause, peer, id, &data)
    }

    /// Shows that somebody is typing.
    pub fn typing_as(&mut self, actor: &str, chat: &str) -> Allowed<()> {
        let (cause, peer) = self.scene(actor, chat)?;
        self.may_post(cause.account, peer, None)?;
        self.show_typing(&cause, peer, None, &tl::enums::SendMessageAction::SendMessageTypingAction);
        Ok(())
    }

    /// Tells the others in a conversation what somebody is about to send.
    pub(crate) fn show_typing(
        &mut self,
        cause: &Cause,
        peer: Peer,
        top_msg_id: Option<i32>,
        action: &tl::enums::SendMessageAction,
    ) {
        let (user_id, from_id) = (cause.account, Peer::User(cause.account).into());
        self.tell_everybody(cause, peer, |_, viewer, name| {
            let action = action.clone();
            let from_id: tl::enums::Peer = tl::enums::Peer::clone(&from_id);
            (viewer != user_id).then(|| match name {
                Peer::User(user_id) => tl::types::UpdateUserTyping { user_id, top_msg_id, action }.into(),
                Peer::Group(chat_id) => tl::types::UpdateChatUserTyping { chat_id, from_id, action }.into(),
                Peer::Channel(channel_id) => {
                    tl::types::UpdateChannelUserTyping { channel_id, top_msg_id, from_id, action }.into()
                }
            })
        });
    }

    /// The newest messages of a conversation as an account holds them, newest first.
    pub fn letters(&self, account: &str, chat: &str, limit: usize) -> Allowed<Vec<Letter>> {
        let (cause, peer) = self.scene(account, chat)?;
        let thread = self.thread(cause.account, peer);
        Ok(thread.newest_first().take(limit).map(letter).collect())
    }
}

fn letter(message: &Message) -> Letter {
    Letter {
        id: message.id,
        from: message.from.marked(),
        date: message.date,
        text: message.text.shown.clone(),
        reply_to: message.reply().map(|reply| reply.to),
        topic: message.thread(),
        media: message.media().map(Media::name),
        edited: message.is_edited(),
        pinned: message.is_pinned(),
        reactions: message.reactions().iter().map(|reacted| (reacted.by, reacted.emoji.clone())).collect(),
        keyboard: message.keyboard().and_then(Keyboard::inline).cloned(),
    }
}
