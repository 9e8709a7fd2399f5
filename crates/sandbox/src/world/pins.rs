//! Pinning messages and conversations.

use super::World;
use super::chats::GENERAL_TOPIC;
use super::logs::Event;
use super::messages::Action;
use super::peers::Peer;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};
use super::rights::{Permission, Right};
use super::telling::Cause;

/// More conversations cannot be pinned.
const PINNED_DIALOGS_MAX: usize = 5;

/// How a message is pinned or unpinned.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pin {
    /// Take it off instead.
    pub unpin: bool,
    /// Without a sound for the others.
    pub silent: bool,
    /// Only for oneself, in a private chat.
    pub one_sided: bool,
}

impl World {
    fn may_pin(&self, account: i64, peer: Peer) -> Allowed<()> {
        let may = match peer {
            Peer::User(_) => true,
            // Whoever may post in a channel may edit it, and pinning is editing there.
            Peer::Channel(id) if self.channel(id)?.is_broadcast() => self.may(account, peer, Right::EditOthers),
            Peer::Group(_) | Peer::Channel(_) => {
                self.may(account, peer, Right::Pin) || self.is_permitted(account, peer, Permission::Pin)
            }
        };
        may.then_some(()).ok_or_else(|| RpcError::bad_request("CHAT_ADMIN_REQUIRED"))
    }

    /// Pins a message or takes it off.
    pub fn pin(&mut self, cause: &Cause, peer: Peer, id: i32, pin: Pin) -> Allowed<()> {
        self.may_pin(cause.account, peer)?;
        let message = self.thread(cause.account, peer).get(id).filter(|message| !message.is_service());
        let message = message.ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
        if message.is_pinned() != pin.unpin {
            return Err(RpcError::bad_request("CHAT_NOT_MODIFIED"));
        }
        self.set_pinned(cause, peer, id, pin);
        let is_announced = !pin.unpin && !pin.one_sided && peer != Peer::User(cause.account);
        if is_announced {
            let reply_to = Some(id);
            let silent = pin.silent;
            let draft = Draft { action: Some(Action::Pinned), reply_to, silent, ..Draft::default() };
            self.post(cause, peer, draft)?;
        }
        Ok(())
    }

    fn set_pinned(&mut self, cause: &Cause, peer: Peer, id: i32, pin: Pin) {
        let copies = self.copies(cause.account, peer, id);
        for copy in copies.iter().take(if pin.one_sided { 1 } else { usize::MAX }) {
            if let Some(message) = self.copy_mut(copy) {
                message.extra_mut().pinned = !pin.unpin;
            }
            self.happened_to_copy(cause, copy, Event::Pinned(copy.peer, vec![copy.id], !pin.unpin));
        }
    }

    /// Takes all pinned messages off, or those of one topic; returns how many there were.
    pub fn unpin_all(&mut self, cause: &Cause, peer: Peer, topic: Option<i32>) -> Allowed<usize> {
        self.may_pin(cause.account, peer)?;
        let pinned: Vec<i32> = self
            .thread(cause.account, peer)
            .newest_first()
            .filter(|message| {
                message.is_pinned() && topic.is_none_or(|topic| message.thread().unwrap_or(GENERAL_TOPIC) == topic)
            })
            .map(|message| message.id)
            .collect();
        for id in &pinned {
            self.set_pinned(cause, peer, *id, Pin { unpin: true, ..Pin::default() });
        }
        Ok(pinned.len())
    }

    /// The newest pinned message of a conversation.
    pub(crate) fn newest_pinned(&self, viewer: i64, peer: Peer) -> Option<i32> {
        self.thread(viewer, peer).newest_first().find(|message| message.is_pinned()).map(|message| message.id)
    }

    /// Pins a conversation to the top of the list or takes it off.
    pub fn pin_dialog(&mut self, account: i64, peer: Peer, pinned: bool) -> Allowed<()> {
        let mailbox = self.mailbox_mut(account);
        let others = mailbox.dialogs.iter().filter(|(other, _)| **other != peer);
        let places: Vec<i32> = others.filter_map(|(_, dialog)| dialog.pinned).collect();
        if pinned && places.len() >= PINNED_DIALOGS_MAX {
            return Err(RpcError::bad_request("PINNED_DIALOGS_TOO_MUCH"));
        }
        let place = places.iter().max().map_or(1, |highest| highest + 1);
        mailbox.dialog(peer).pinned = pinned.then_some(place);
        Ok(())
    }
}
