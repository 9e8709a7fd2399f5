//! Who is who in one answer.

use std::collections::HashMap;

use grammers_tl_types as tl;
use telegraphist_application::arguments::ChatKind;
use telegraphist_application::grants::Place;
use telegraphist_application::text::Foreign;
use telegraphist_application::views::{ChatBrief, ChatView, Sender};
use telegraphist_domain::ChatId;

use super::user::{display_name, username_of};
use crate::peers::chat_id;

/// The users and chats that came with an answer, by id. Nobody is looked up one by one.
pub(crate) struct Directory<'a> {
    users: HashMap<i64, &'a tl::types::User>,
    chats: HashMap<ChatId, &'a tl::enums::Chat>,
    own_id: i64,
}

/// The marked id of a chat; none for communities, which hold chats but are none.
const fn marked_id(chat: &tl::enums::Chat) -> Option<ChatId> {
    match chat {
        tl::enums::Chat::Empty(chat) => Some(ChatId::of_group(chat.id)),
        tl::enums::Chat::Chat(chat) => Some(ChatId::of_group(chat.id)),
        tl::enums::Chat::Forbidden(chat) => Some(ChatId::of_group(chat.id)),
        tl::enums::Chat::Channel(channel) => Some(ChatId::of_channel(channel.id)),
        tl::enums::Chat::ChannelForbidden(channel) => Some(ChatId::of_channel(channel.id)),
        tl::enums::Chat::Community(_) | tl::enums::Chat::CommunityForbidden(_) => None,
    }
}

impl<'a> Directory<'a> {
    /// Indexes what came with an answer.
    pub(crate) fn new(users: &'a [tl::enums::User], chats: &'a [tl::enums::Chat], own_id: i64) -> Self {
        let users = users
            .iter()
            .filter_map(|user| match user {
                tl::enums::User::User(user) => Some((user.id, user)),
                tl::enums::User::Empty(_) => None,
            })
            .collect();
        let chats = chats.iter().filter_map(|chat| Some((marked_id(chat)?, chat))).collect();
        Self { users, chats, own_id }
    }

    /// This account's own user id.
    pub(crate) const fn own_id(&self) -> i64 {
        self.own_id
    }

    /// The user of that id, if the answer named it.
    pub(crate) fn user(&self, id: i64) -> Option<&'a tl::types::User> {
        self.users.get(&id).copied()
    }

    /// The chat of that marked id, if the answer named it.
    pub(crate) fn chat(&self, id: ChatId) -> Option<&'a tl::enums::Chat> {
        self.chats.get(&id).copied()
    }

    /// A name for people; the id where the answer named nobody.
    pub(crate) fn name(&self, peer: &tl::enums::Peer) -> String {
        let id = chat_id(peer);
        match peer {
            tl::enums::Peer::User(user) => self.user(user.user_id).map(display_name),
            tl::enums::Peer::Chat(_) | tl::enums::Peer::Channel(_) => {
                self.chat(id).and_then(title_of).map(str::to_owned)
            }
        }
        .unwrap_or_else(|| id.to_string())
    }

    /// The name of a user.
    pub(crate) fn user_name(&self, id: i64) -> String {
        self.name(&tl::types::PeerUser { user_id: id }.into())
    }

    fn username(&self, peer: &tl::enums::Peer) -> Option<String> {
        match peer {
            tl::enums::Peer::User(user) => self.user(user.user_id).and_then(username_of),
            tl::enums::Peer::Chat(_) => None,
            tl::enums::Peer::Channel(_) => self.chat(chat_id(peer)).and_then(username_of_chat),
        }
    }

    /// As little as names a chat.
    pub(crate) fn brief(&self, peer: &tl::enums::Peer) -> ChatBrief {
        ChatBrief { id: chat_id(peer).to_string(), title: Foreign::new(self.name(peer)), username: self.username(peer) }
    }

    /// As little as names a sender.
    pub(crate) fn sender(&self, peer: &tl::enums::Peer) -> Sender {
        Sender { id: chat_id(peer).to_string(), name: Foreign::new(self.name(peer)), username: self.username(peer) }
    }

    /// What kind of chat a peer is.
    pub(crate) fn kind(&self, peer: &tl::enums::Peer) -> ChatKind {
        match peer {
            tl::enums::Peer::User(user) => match self.user(user.user_id) {
                Some(user) if user.bot => ChatKind::Bot,
                _ => ChatKind::Private,
            },
            tl::enums::Peer::Chat(_) => ChatKind::Group,
            tl::enums::Peer::Channel(_) => match self.chat(chat_id(peer)) {
                Some(tl::enums::Chat::Channel(channel)) if channel.broadcast => ChatKind::Channel,
                Some(tl::enums::Chat::ChannelForbidden(channel)) if channel.broadcast => ChatKind::Channel,
                _ => ChatKind::Supergroup,
            },
        }
    }

    /// The chat, as far as rules ask.
    pub(crate) fn place(&self, peer: &tl::enums::Peer) -> Place {
        let chat = chat_id(peer);
        Place { chat, kind: self.kind(peer).into(), is_own: chat == ChatId(self.own_id) }
    }

    /// A chat as it stands in a list, as far as users and chats tell.
    pub(crate) fn chat_view(&self, peer: &tl::enums::Peer) -> ChatView {
        let chat = self.chat(chat_id(peer));
        let is_mine = match peer {
            tl::enums::Peer::User(user) => {
                user.user_id == self.own_id || self.user(user.user_id).is_some_and(|u| u.contact)
            }
            tl::enums::Peer::Chat(_) | tl::enums::Peer::Channel(_) => chat.is_some_and(is_member),
        };
        ChatView {
            chat: self.brief(peer),
            kind: self.kind(peer),
            is_mine,
            unread: None,
            unread_mentions: None,
            is_pinned: None,
            is_archived: None,
            is_muted: None,
            is_forum: chat.is_some_and(is_forum).then_some(true),
            members: chat.and_then(members_of),
            last_message: None,
        }
    }
}

fn title_of(chat: &tl::enums::Chat) -> Option<&str> {
    match chat {
        tl::enums::Chat::Empty(_) => None,
        tl::enums::Chat::Chat(chat) => Some(&chat.title),
        tl::enums::Chat::Forbidden(chat) => Some(&chat.title),
        tl::enums::Chat::Channel(channel) => Some(&channel.title),
        tl::enums::Chat::ChannelForbidden(channel) => Some(&channel.title),
        tl::enums::Chat::Community(community) => Some(&community.title),
        tl::enums::Chat::CommunityForbidden(community) => Some(&community.title),
    }
}

fn username_of_chat(chat: &tl::enums::Chat) -> Option<String> {
    let tl::enums::Chat::Channel(channel) = chat else {
        return None;
    };
    super::user::public_name(channel.username.as_deref(), channel.usernames.as_deref())
}

/// Whether this account is a member.
fn is_member(chat: &tl::enums::Chat) -> bool {
    match chat {
        tl::enums::Chat::Chat(chat) => !chat.left && !chat.deactivated,
        tl::enums::Chat::Channel(channel) => !channel.left,
        tl::enums::Chat::Empty(_)
        | tl::enums::Chat::Forbidden(_)
        | tl::enums::Chat::ChannelForbidden(_)
        | tl::enums::Chat::Community(_)
        | tl::enums::Chat::CommunityForbidden(_) => false,
    }
}

/// Whether it has topics.
fn is_forum(chat: &tl::enums::Chat) -> bool {
    matches!(chat, tl::enums::Chat::Channel(channel) if channel.forum)
}

fn members_of(chat: &tl::enums::Chat) -> Option<i32> {
    match chat {
        tl::enums::Chat::Chat(chat) => Some(chat.participants_count),
        tl::enums::Chat::Channel(channel) => channel.participants_count,
        tl::enums::Chat::Empty(_)
        | tl::enums::Chat::Forbidden(_)
        | tl::enums::Chat::ChannelForbidden(_)
        | tl::enums::Chat::Community(_)
        | tl::enums::Chat::CommunityForbidden(_) => None,
    }
}
