//! The open connections, as seen by whoever has something to tell them.

use std::collections::BTreeMap;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::world::keys::Keys;

/// How much may wait for a connection that does not read. One that has more is cut; its client catches up by difference.
const OUTBOX_MAX: usize = 4096;

/// Something for a connection to send.
#[derive(Debug)]
pub(crate) enum Outbound {
    /// The result of a request.
    Result { request: i64, body: Vec<u8> },
    /// The refusal of a request.
    Refusal { request: i64, code: i32, text: String },
    /// The request has arrived, its answer takes a while.
    Acknowledgement { request: i64 },
    /// Serialised `Updates`.
    Updates(Bytes),
}

/// Names an open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LinkId(u64);

/// One open connection.
struct Link {
    key_id: Option<u64>,
    wants_updates: bool,
    outbox: mpsc::Sender<Outbound>,
    cut: CancellationToken,
}

/// What the connection itself holds of its link.
pub(crate) struct LinkEnd {
    pub(crate) id: LinkId,
    pub(crate) inbox: mpsc::Receiver<Outbound>,
    pub(crate) cut: CancellationToken,
}

/// All open connections.
#[derive(Default)]
pub(crate) struct Links {
    open: BTreeMap<LinkId, Link>,
    last_id: u64,
}

impl Links {
    pub(crate) fn open(&mut self, parent: &CancellationToken) -> LinkEnd {
        self.last_id += 1;
        let id = LinkId(self.last_id);
        let (outbox, inbox) = mpsc::channel(OUTBOX_MAX);
        let cut = parent.child_token();
        self.open.insert(id, Link { key_id: None, wants_updates: false, outbox, cut: cut.clone() });
        LinkEnd { id, inbox, cut }
    }

    pub(crate) fn close(&mut self, id: LinkId) {
        self.open.remove(&id);
    }

    pub(crate) fn count(&self) -> usize {
        self.open.len()
    }

    /// Notes which key a connection uses and whether it listens.
    pub(crate) fn identify(&mut self, id: LinkId, key_id: u64, wants_updates: bool) {
        if let Some(link) = self.open.get_mut(&id) {
            link.key_id = Some(key_id);
            link.wants_updates |= wants_updates;
        }
    }

    /// Queues something for one connection; one that has stopped reading is cut.
    pub(crate) fn send(&self, id: LinkId, what: Outbound) {
        if let Some(link) = self.open.get(&id) {
            link.send(what);
        }
    }

    /// Closes one connection without another word.
    pub(crate) fn cut(&self, id: LinkId) {
        if let Some(link) = self.open.get(&id) {
            link.cut.cancel();
        }
    }

    /// Closes every connection whose key satisfies the condition; one that has not named a key yet counts as `None`.
    pub(crate) fn cut_where(&self, mut condition: impl FnMut(Option<u64>) -> bool) {
        for link in self.open.values() {
            if condition(link.key_id) {
                link.cut.cancel();
            }
        }
    }

    /// Queues updates for every listening connection of an account but one; returns how many there were.
    pub(crate) fn tell_account(&self, keys: &Keys, account: i64, except: Option<LinkId>, updates: &Bytes) -> usize {
        self.tell_where(updates, |id, key_id| {
            Some(id) != except && keys.get(key_id).is_some_and(|key| key.account == Some(account))
        })
    }

    /// Queues updates for every listening connection of a key; returns how many there were.
    pub(crate) fn tell_key(&self, key_id: u64, updates: &Bytes) -> usize {
        self.tell_where(updates, |_, other| other == key_id)
    }

    fn tell_where(&self, updates: &Bytes, wanted: impl Fn(LinkId, u64) -> bool) -> usize {
        self.open
            .iter()
            .filter(|(id, link)| link.wants_updates && link.key_id.is_some_and(|key_id| wanted(**id, key_id)))
            .map(|(_, link)| link.send(Outbound::Updates(updates.clone())))
            .count()
    }
}

impl Link {
    fn send(&self, what: Outbound) {
        if self.outbox.try_send(what).is_err() {
            self.cut.cancel();
        }
    }
}
