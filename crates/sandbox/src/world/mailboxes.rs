//! What one account sees and thinks: its copies of messages, read marks, pins, drafts, contacts, blocks.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use grammers_tl_types as tl;

use super::logs::Log;
use super::messages::Message;
use super::peers::Peer;
use super::posting::Draft;
use super::thread::Thread;

/// Clients stop paging when ids are smaller than their page, so that no id may be small.
pub const FIRST_ID: i32 = 3_000;

/// So many `random_id`s are remembered for each account.
const SENT_MAX: usize = 100_000;

/// How an account keeps one conversation.
#[derive(Clone, Default)]
pub struct Dialog {
    /// The owner has read up to here.
    pub read_inbox: i32,
    /// The others have read up to here.
    pub read_outbox: i32,
    /// Shown first; a higher number stands higher.
    pub pinned: Option<i32>,
    /// Marked as unread by hand.
    pub unread_mark: bool,
    /// In the archive.
    pub archived: bool,
    /// Begun and not sent.
    pub draft: Option<tl::types::DraftMessage>,
    /// Messages that mention the owner and were not looked at.
    pub unread_mentions: BTreeSet<i32>,
    /// Read marks of forum topics and of comment threads.
    pub topics: HashMap<i32, i32>,
}

/// A contact's name as the owner wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// A message that waits for its moment.
#[derive(Clone)]
pub struct Scheduled {
    /// Its id in the schedule of its chat, which has nothing to do with the id that it will get.
    pub id: i32,
    /// When it will be sent.
    pub due: i32,
    /// What will be sent.
    pub draft: Draft,
}

/// The numbers by which a client tells that a message is the same as one before; the oldest are forgotten.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    known: HashSet<i64>,
    oldest_first: VecDeque<i64>,
}

impl Sent {
    /// Whether a message with this number was sent.
    pub fn contains(&self, random_id: i64) -> bool {
        self.known.contains(&random_id)
    }

    /// Remembers a number.
    pub fn insert(&mut self, random_id: i64) {
        if self.known.insert(random_id) {
            self.oldest_first.push_back(random_id);
        }
        if self.oldest_first.len() > SENT_MAX
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

/// Everything that belongs to one account alone.
#[derive(Clone)]
pub struct Mailbox {
    threads: HashMap<Peer, Thread>,
    homes: HashMap<i32, Peer>,
    next_id: i32,
    /// Conversations by peer.
    pub dialogs: HashMap<Peer, Dialog>,
    /// What happened, for clients that were away.
    pub log: Log,
    /// The address book.
    pub contacts: BTreeMap<i64, Contact>,
    /// Who is blocked, and since when.
    pub blocked: BTreeMap<Peer, i32>,
    /// The `random_id` of what was sent lately.
    pub sent: Sent,
    /// What waits to be sent, by chat.
    pub scheduled: BTreeMap<Peer, Vec<Scheduled>>,
    /// The id of the next scheduled message.
    pub next_scheduled_id: i32,
    /// Folders, as the owner's clients made them.
    pub filters: Vec<tl::enums::DialogFilter>,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            threads: HashMap::new(),
            homes: HashMap::new(),
            next_id: FIRST_ID,
            dialogs: HashMap::new(),
            log: Log::default(),
            contacts: BTreeMap::new(),
            blocked: BTreeMap::new(),
            sent: Sent::default(),
            scheduled: BTreeMap::new(),
            next_scheduled_id: FIRST_ID,
            filters: Vec::new(),
        }
    }
}

impl Mailbox {
    /// The messages of one private chat or basic group.
    pub fn thread(&self, peer: Peer) -> &Thread {
        self.threads.get(&peer).unwrap_or(Thread::EMPTY)
    }

    /// The same, to change it.
    pub fn thread_mut(&mut self, peer: Peer) -> &mut Thread {
        self.threads.entry(peer).or_default()
    }

    /// The chats with messages of their own here: not the channels.
    pub fn peers(&self) -> impl Iterator<Item = Peer> + '_ {
        self.threads.iter().filter(|(_, thread)| !thread.is_empty()).map(|(peer, _)| *peer)
    }

    /// The chat that a message of this mailbox belongs to.
    pub fn home_of(&self, id: i32) -> Option<Peer> {
        self.homes.get(&id).copied()
    }

    /// Puts a message in, under an id of its own.
    pub fn receive(&mut self, peer: Peer, mut message: Message) -> i32 {
        let id = self.next_id;
        self.next_id += 1;
        message.id = id;
        self.homes.insert(id, peer);
        self.thread_mut(peer).push(message);
        id
    }

    /// Takes a message out.
    pub fn discard(&mut self, id: i32) -> Option<Message> {
        let peer = self.homes.remove(&id)?;
        self.thread_mut(peer).remove(id)
    }

    /// How the owner keeps one conversation.
    pub fn dialog(&mut self, peer: Peer) -> &mut Dialog {
        self.dialogs.entry(peer).or_default()
    }

    /// Whether the owner blocked somebody.
    pub fn has_blocked(&self, peer: Peer) -> bool {
        self.blocked.contains_key(&peer)
    }

    /// How many messages lie here in all.
    pub(crate) fn message_count(&self) -> i32 {
        super::view::count(self.homes.len())
    }
}
