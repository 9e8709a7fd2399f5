//! The list of conversations of an account.

use grammers_tl_types as tl;

use super::World;
use super::mailboxes::Dialog;
use super::messages::Message;
use super::peers::Peer;
use super::view::{Cast, blank, count, default_notify_settings};

/// Which conversations are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DialogPage {
    /// Only the archive, or only what is not in it; absent: both.
    pub archived: Option<bool>,
    /// Leave out those pinned to the top.
    pub without_pinned: bool,
    /// Begin with conversations whose newest message is older than this moment; 0: from the top.
    pub offset_date: i32,
    /// The newest message of the last conversation of the page before.
    pub offset_id: i32,
    /// The last conversation of the page before.
    pub offset_peer: Option<Peer>,
    /// At most so many.
    pub limit: usize,
}

impl World {
    /// All conversations of an account: private chats and groups with messages, and the channels that it is in.
    pub(crate) fn conversations(&self, viewer: i64) -> Vec<Peer> {
        let joined = self.channels.values().filter(|channel| channel.role(viewer).is_some());
        let channels = joined.filter(|channel| !channel.thread.is_empty()).map(|channel| Peer::Channel(channel.id));
        self.mailbox(viewer).peers().chain(channels).collect()
    }

    fn newest(&self, viewer: i64, peer: Peer) -> Option<&Message> {
        self.thread(viewer, peer).newest()
    }

    /// Conversations in the order of the list: pinned ones first, then by their newest message.
    pub(crate) fn ordered_conversations(&self, viewer: i64, archived: Option<bool>) -> Vec<Peer> {
        let mailbox = self.mailbox(viewer);
        let dialog = |peer: &Peer| mailbox.dialogs.get(peer);
        let mut peers = self.conversations(viewer);
        let is_archived = |peer: &Peer| dialog(peer).is_some_and(|dialog| dialog.archived);
        peers.retain(|peer| archived.is_none_or(|archived| is_archived(peer) == archived));
        peers.sort_by_key(|peer| {
            let newest = self.newest(viewer, *peer).map_or((0, 0), |message| (message.date, message.uid));
            std::cmp::Reverse((dialog(peer).and_then(|dialog| dialog.pinned), newest))
        });
        peers
    }

    /// A page of the list, and how many conversations there are in all.
    pub(crate) fn dialog_page(&self, viewer: i64, page: &DialogPage) -> (Vec<Peer>, usize) {
        let mut peers = self.ordered_conversations(viewer, page.archived);
        let total = peers.len();
        let is_pinned =
            |peer: &Peer| self.mailbox(viewer).dialogs.get(peer).is_some_and(|dialog| dialog.pinned.is_some());
        let begins_afresh = page.offset_date == 0 && page.offset_id == 0 && page.offset_peer.is_none();
        if page.without_pinned {
            peers.retain(|peer| !is_pinned(peer));
        }
        if !begins_afresh {
            let is_older = |peer: &Peer| {
                let newest = self.newest(viewer, *peer);
                newest.is_some_and(|message| page.offset_date == 0 || message.date < page.offset_date)
            };
            match page.offset_peer.and_then(|last| peers.iter().position(|peer| *peer == last)) {
                Some(last) => drop(peers.drain(..=last)),
                // Pinned conversations stand at the top, whatever their dates are.
                None => peers.retain(|peer| !is_pinned(peer) && is_older(peer)),
            }
        }
        peers.truncate(page.limit);
        (peers, total)
    }

    /// One line of the list.
    pub(crate) fn view_dialog(&self, viewer: i64, peer: Peer) -> tl::enums::Dialog {
        let default = Dialog::default();
        let mailbox = self.mailbox(viewer);
        let dialog = mailbox.dialogs.get(&peer).unwrap_or(&default);
        // One flag word, a peer, seven counters, settings.
        let mut view: tl::types::Dialog = blank(&[0, 0x5951_1722, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x9962_2c0c]);
        view.peer = peer.into();
        view.pinned = dialog.pinned.is_some();
        view.unread_mark = dialog.unread_mark;
        view.top_message = self.newest(viewer, peer).map_or(0, |message| message.id);
        view.read_inbox_max_id = dialog.read_inbox;
        view.read_outbox_max_id = dialog.read_outbox;
        view.unread_count = self.unread_count(viewer, peer);
        view.unread_mentions_count = count(dialog.unread_mentions.len());
        view.notify_settings = default_notify_settings();
        view.draft = dialog.draft.clone().map(Into::into);
        view.folder_id = dialog.archived.then_some(1);
        view.pts = match peer {
            Peer::Channel(id) => self.channels.get(&id).map(|channel| channel.log.pts()),
            Peer::User(_) | Peer::Group(_) => None,
        };
        view.into()
    }

    /// Lines of the list with their newest messages and everybody whom those mention.
    pub(crate) fn view_dialogs(&self, viewer: i64, peers: &[Peer]) -> DialogsView {
        let newest = |peer: &Peer| {
            let message = self.newest(viewer, *peer)?;
            Some(self.view_message(viewer, *peer, message))
        };
        let messages: Vec<_> = peers.iter().filter_map(newest).collect();
        let mut cast = Cast::of_messages(&messages);
        for peer in peers {
            cast.peer(*peer);
        }
        DialogsView {
            dialogs: peers.iter().map(|peer| self.view_dialog(viewer, *peer)).collect(),
            chats: cast.chats(self, viewer),
            users: cast.users(self, viewer),
            messages,
        }
    }
}

/// The four lists that every answer about conversations has.
pub(crate) struct DialogsView {
    /// The lines.
    pub dialogs: Vec<tl::enums::Dialog>,
    /// Their newest messages.
    pub messages: Vec<tl::enums::Message>,
    /// Groups and channels.
    pub chats: Vec<tl::enums::Chat>,
    /// People and bots.
    pub users: Vec<tl::enums::User>,
}
