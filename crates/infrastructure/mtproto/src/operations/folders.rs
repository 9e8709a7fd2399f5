//! The folders that people sort their chats into, and which chats belong to one.

use std::collections::HashSet;

use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execution, TelegramError};
use telegraphist_domain::ChatId;

use super::dialogs::{ARCHIVE, is_muted, is_unread};
use crate::account::Account;
use crate::convert::Directory;
use crate::peers::chat_id;

/// The list of chats that was asked for.
pub(super) enum Folder {
    /// One of Telegram's own two: the main list and the archive.
    List(i32),
    /// Chats named one by one.
    Named(Vec<tl::enums::InputPeer>),
    /// Chats of certain kinds, whichever list they are in.
    Rules(Box<Rules>),
}

/// What belongs to a folder that is made of kinds.
pub(super) struct Rules {
    filter: tl::types::DialogFilter,
    included: HashSet<ChatId>,
    excluded: HashSet<ChatId>,
}

impl Rules {
    fn new(filter: tl::types::DialogFilter, own_id: i64) -> Self {
        let ids = |peers: &[tl::enums::InputPeer]| -> HashSet<ChatId> {
            peers.iter().filter_map(|peer| id_of_input(peer, own_id)).collect()
        };
        let mut included = ids(&filter.include_peers);
        included.extend(ids(&filter.pinned_peers));
        Self { excluded: ids(&filter.exclude_peers), included, filter }
    }

    /// Whether a chat belongs to the folder.
    pub(super) fn holds(&self, dialog: &tl::types::Dialog, directory: &Directory<'_>, now: i32) -> bool {
        let id = chat_id(&dialog.peer);
        if self.included.contains(&id) {
            return true;
        }
        let is_left_out = self.excluded.contains(&id)
            || (self.filter.exclude_muted && is_muted(dialog, now))
            || (self.filter.exclude_read && !is_unread(dialog))
            || (self.filter.exclude_archived && dialog.folder_id == Some(ARCHIVE));
        !is_left_out && self.is_of_kind(&dialog.peer, directory)
    }

    fn is_of_kind(&self, peer: &tl::enums::Peer, directory: &Directory<'_>) -> bool {
        use telegraphist_application::arguments::ChatKind;
        let is_contact = match peer {
            tl::enums::Peer::User(user) => directory.user(user.user_id).is_some_and(|user| user.contact),
            tl::enums::Peer::Chat(_) | tl::enums::Peer::Channel(_) => false,
        };
        match directory.kind(peer) {
            ChatKind::Private if is_contact => self.filter.contacts,
            ChatKind::Private => self.filter.non_contacts,
            ChatKind::Bot => self.filter.bots,
            ChatKind::Group | ChatKind::Supergroup => self.filter.groups,
            ChatKind::Channel => self.filter.broadcasts,
        }
    }
}

/// The marked id of a peer as a folder names it.
pub(crate) fn id_of_input(peer: &tl::enums::InputPeer, own_id: i64) -> Option<ChatId> {
    use tl::enums::InputPeer;
    match peer {
        InputPeer::Empty => None,
        InputPeer::PeerSelf => Some(ChatId(own_id)),
        InputPeer::Chat(group) => Some(ChatId::of_group(group.chat_id)),
        InputPeer::User(user) => Some(ChatId(user.user_id)),
        InputPeer::Channel(channel) => Some(ChatId::of_channel(channel.channel_id)),
        InputPeer::UserFromMessage(user) => Some(ChatId(user.user_id)),
        InputPeer::ChannelFromMessage(channel) => Some(ChatId::of_channel(channel.channel_id)),
    }
}

impl Account {
    /// The folder of that title or number.
    pub(super) async fn folder(&self, call: &Execution, named: &str) -> Result<Folder, TelegramError> {
        let number: Option<i32> = named.trim().parse().ok();
        if let Some(list @ (0 | ARCHIVE)) = number {
            return Ok(Folder::List(list));
        }
        let request = tl::functions::messages::GetDialogFilters {};
        let tl::enums::messages::DialogFilters::Filters(answer) = self.read(call, &request).await?;
        let mut titles = Vec::new();
        for filter in answer.filters {
            let Some((id, title)) = name_of(&filter) else {
                continue;
            };
            if number == Some(id) || title.trim().to_lowercase() == named.trim().to_lowercase() {
                return Ok(self.of_filter(filter));
            }
            titles.push(format!("{title} ({id})"));
        }
        let problem = if titles.is_empty() {
            "this account has no folders".to_owned()
        } else {
            format!("no such folder; there are: {}", titles.join(", "))
        };
        Err(Refused::new("folder", problem).into())
    }

    fn of_filter(&self, filter: tl::enums::DialogFilter) -> Folder {
        match filter {
            tl::enums::DialogFilter::Default => Folder::List(0),
            tl::enums::DialogFilter::Chatlist(list) => Folder::Named(named(list.pinned_peers, list.include_peers)),
            tl::enums::DialogFilter::Filter(filter) if !has_kinds(&filter) => {
                Folder::Named(named(filter.pinned_peers, filter.include_peers))
            }
            tl::enums::DialogFilter::Filter(filter) => Folder::Rules(Box::new(Rules::new(filter, self.own_id()))),
        }
    }
}

/// Its number and title; none for the list of everything.
pub(crate) fn name_of(filter: &tl::enums::DialogFilter) -> Option<(i32, &str)> {
    let (id, title) = match filter {
        tl::enums::DialogFilter::Default => return None,
        tl::enums::DialogFilter::Filter(filter) => (filter.id, &filter.title),
        tl::enums::DialogFilter::Chatlist(list) => (list.id, &list.title),
    };
    let tl::enums::TextWithEntities::Entities(title) = title;
    Some((id, &title.text))
}

const fn has_kinds(filter: &tl::types::DialogFilter) -> bool {
    filter.contacts || filter.non_contacts || filter.groups || filter.broadcasts || filter.bots
}

fn named(pinned: Vec<tl::enums::InputPeer>, included: Vec<tl::enums::InputPeer>) -> Vec<tl::enums::InputPeer> {
    let mut peers = pinned;
    for peer in included {
        if !peers.contains(&peer) {
            peers.push(peer);
        }
    }
    peers
}
