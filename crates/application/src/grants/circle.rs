use std::collections::HashSet;
use std::sync::Arc;

use telegraphist_domain::ChatId;

use super::chats::Place;
use crate::ports::PeerKind;

/// Whom an account knows and how it sorts its chats, as far as policy asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circle {
    /// The account itself.
    pub own: Option<ChatId>,
    /// The people in its address book.
    pub contacts: HashSet<ChatId>,
    /// Its folders.
    pub folders: Vec<Folder>,
}

/// A folder, which holds chats that it names and chats of certain kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// What its owner calls it.
    pub title: Arc<str>,
    /// Held, whatever else is said.
    pub named: HashSet<ChatId>,
    /// Not held, though the kind is.
    pub left_out: HashSet<ChatId>,
    /// Held kinds.
    pub kinds: FolderKinds,
    /// Whether it leaves out what is muted, read or archived now, which changes from minute to minute.
    pub is_fleeting: bool,
}

/// The kinds of chats that a folder holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "Telegram has a switch for each")]
pub struct FolderKinds {
    /// People in the address book.
    pub contacts: bool,
    /// Other people.
    pub non_contacts: bool,
    /// Groups of both sorts.
    pub groups: bool,
    /// Channels.
    pub channels: bool,
    /// Bots.
    pub bots: bool,
}

/// Whether a chat is in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Membership {
    /// It is not.
    Out,
    /// It cannot be said: it depends on how the chat stands at the moment, or no folder has that name, perhaps any more.
    Perhaps,
    /// It is.
    In,
}

impl Circle {
    /// Whether a chat is in a folder of that name.
    pub(super) fn membership(&self, folder: &str, place: Place) -> Membership {
        let is_contact = self.contacts.contains(&place.chat);
        let memberships = self.called(folder).map(|folder| folder.membership(place, is_contact));
        memberships.max().unwrap_or(Membership::Perhaps)
    }

    /// Whether a folder of that name holds a chat by naming it.
    pub(super) fn names(&self, folder: &str, chat: ChatId) -> bool {
        self.called(folder).any(|folder| folder.named.contains(&chat))
    }

    /// Names may be given twice.
    fn called(&self, name: &str) -> impl Iterator<Item = &Folder> {
        let plain = |name: &str| name.trim().to_lowercase();
        let name = plain(name);
        self.folders.iter().filter(move |folder| plain(&folder.title) == name)
    }
}

impl Folder {
    fn membership(&self, place: Place, is_contact: bool) -> Membership {
        if self.named.contains(&place.chat) {
            return Membership::In;
        }
        if self.left_out.contains(&place.chat) || !self.kinds.hold(place.kind, is_contact) {
            return Membership::Out;
        }
        if self.is_fleeting { Membership::Perhaps } else { Membership::In }
    }
}

impl FolderKinds {
    const fn hold(self, kind: PeerKind, is_contact: bool) -> bool {
        match kind {
            PeerKind::User if is_contact => self.contacts,
            PeerKind::User => self.non_contacts,
            PeerKind::Bot => self.bots,
            PeerKind::Group | PeerKind::Supergroup => self.groups,
            PeerKind::Channel => self.channels,
        }
    }
}
