//! How the world looks to the person whose phone this is: names, faces, addresses of pages, and what may be seen at all.

use super::calendar::{Calendar, counted};
use super::signs::Signs;
use crate::world::World;
use crate::world::accounts::Account;
use crate::world::peers::Peer;

/// One person's look at the world, at one moment.
#[derive(Clone, Copy)]
pub(super) struct Eyes<'a> {
    pub(super) world: &'a World,
    pub(super) signs: &'a Signs,
    /// Whose phone it is.
    pub(super) viewer: i64,
    pub(super) calendar: Calendar,
}

/// So many colours tell people and chats apart.
const COLOURS: i64 = 8;

impl<'a> Eyes<'a> {
    /// What a person or chat is called; the viewer by their own name.
    pub(super) fn name(&self, peer: Peer) -> String {
        match peer {
            Peer::User(id) => match self.world.mailbox(self.viewer).contacts.get(&id) {
                Some(contact) => format!("{} {}", contact.first_name, contact.last_name).trim().to_owned(),
                None => self.account(id).map_or_else(|| "Deleted account".to_owned(), Account::full_name),
            },
            Peer::Group(id) => self.world.groups.get(&id).map_or_else(unknown_chat, |group| group.title.clone()),
            Peer::Channel(id) => {
                self.world.channels.get(&id).map_or_else(unknown_chat, |channel| channel.title.clone())
            }
        }
    }

    /// What a conversation is called: the viewer's own one holds what they saved.
    pub(super) fn title(&self, peer: Peer) -> String {
        if peer == Peer::User(self.viewer) { "Saved messages".to_owned() } else { self.name(peer) }
    }

    /// The first name alone, where there is little room.
    pub(super) fn short_name(&self, peer: Peer) -> String {
        match peer {
            Peer::User(id) if id == self.viewer => "You".to_owned(),
            Peer::User(id) => match self.world.mailbox(self.viewer).contacts.get(&id) {
                Some(contact) if !contact.first_name.is_empty() => contact.first_name.clone(),
                _ => self.account(id).map_or_else(|| self.name(peer), |account| account.first_name.clone()),
            },
            Peer::Group(_) | Peer::Channel(_) => self.name(peer),
        }
    }

    pub(super) fn account(&self, id: i64) -> Option<&'a Account> {
        self.world.accounts.get(id)
    }

    /// Whether a peer is a bot.
    pub(super) fn is_bot(&self, peer: Peer) -> bool {
        peer.user().and_then(|id| self.account(id)).is_some_and(|account| account.bot)
    }

    /// The photo of a person or chat.
    pub(super) fn photo(&self, peer: Peer) -> Option<i64> {
        match peer {
            Peer::User(id) => self.account(id)?.photo,
            Peer::Group(_) => None,
            Peer::Channel(id) => self.world.channels.get(&id)?.photo,
        }
    }

    /// The same colour for the same peer, always.
    pub(super) fn colour(peer: Peer) -> i64 {
        peer.id().rem_euclid(COLOURS)
    }

    /// Whether the viewer may open a conversation.
    pub(super) fn may_open(&self, peer: Peer) -> bool {
        match peer {
            Peer::User(id) => self.account(id).is_some(),
            Peer::Group(id) => {
                let was_there = !self.world.thread(self.viewer, peer).is_empty();
                self.world.groups.get(&id).is_some_and(|group| group.role(self.viewer).is_some() || was_there)
            }
            Peer::Channel(id) => self.world.channels.get(&id).is_some_and(|channel| {
                // Comments can be read by everybody who can read the channel.
                let linked = channel.linked.and_then(|linked| self.world.channels.get(&linked));
                let is_open_discussion = linked.is_some_and(|linked| {
                    linked.is_broadcast() && linked.is_readable_by(self.viewer) && !channel.is_broadcast()
                });
                channel.is_readable_by(self.viewer) || is_open_discussion
            }),
        }
    }

    /// The page of a conversation, or of a topic of it.
    pub(super) fn href(&self, peer: Peer, topic: Option<i32>) -> String {
        let chat = format!("/{}/{}", self.viewer, peer.marked());
        topic.map_or_else(|| chat.clone(), |topic| format!("{chat}/{topic}"))
    }

    /// The page that shows one message of a conversation.
    pub(super) fn href_of(&self, peer: Peer, topic: Option<i32>, id: i32) -> String {
        format!("{}?at={id}", self.href(peer, topic))
    }

    /// Who or what a conversation is, in a few words: presence, or the number of members.
    pub(super) fn status(&self, peer: Peer) -> String {
        match peer {
            Peer::User(id) if id == self.viewer => String::new(),
            Peer::User(id) => match self.account(id) {
                None => String::new(),
                Some(account) if account.bot => "bot".to_owned(),
                Some(account) if account.last_seen == 0 => "online".to_owned(),
                Some(account) => self.calendar.last_seen(account.last_seen),
            },
            Peer::Group(id) => {
                self.world.groups.get(&id).map_or_else(String::new, |group| members(group.members.len()))
            }
            Peer::Channel(id) => match self.world.channels.get(&id) {
                None => String::new(),
                Some(channel) if channel.is_broadcast() => counted(length(channel.members.len()), "subscriber"),
                Some(channel) => members(channel.members.len()),
            },
        }
    }

    /// Whether the messages of a conversation come from more than two sides, so that each needs its author's name.
    pub(super) fn is_shared(&self, peer: Peer) -> bool {
        match peer {
            Peer::User(_) => false,
            Peer::Group(_) => true,
            Peer::Channel(id) => self.world.channels.get(&id).is_some_and(|channel| !channel.is_broadcast()),
        }
    }

    /// Whether a conversation is sorted into topics.
    pub(super) fn is_forum(&self, peer: Peer) -> bool {
        matches!(peer, Peer::Channel(id) if self.world.channels.get(&id).is_some_and(crate::world::chats::Channel::is_forum))
    }
}

fn members(count: usize) -> String {
    counted(length(count), "member")
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn unknown_chat() -> String {
    "Unknown chat".to_owned()
}
