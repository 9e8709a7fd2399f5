//! The whole state of the box, and the rules by which it changes.
//!
//! Invariant: nothing here does I/O. Whoever owns the world asks it, and then delivers the pushes that it has collected. Rules live in one file
//! each: sending in [`posting`], editing in [`editing`], and so on; how an account sees the result is drawn in [`view`].

pub mod accounts;
mod blocking;
pub mod bots;
pub mod callbacks;
pub mod chats;
pub mod clock;
pub mod company;
mod dialogs;
pub mod drafts;
pub mod editing;
mod entities;
pub mod files;
pub mod forwarding;
pub mod invites;
pub mod keyboards;
pub mod keys;
pub mod logs;
pub mod mailboxes;
pub mod media;
mod membership;
pub mod messages;
pub mod moderation;
pub mod peers;
pub mod pins;
pub mod polls;
pub mod posting;
pub mod presenting;
pub mod reactions;
mod reading;
pub mod refusal;
pub mod rich;
pub mod rights;
mod scheduling;
pub mod searching;
pub(crate) mod seed;
pub mod sign_ins;
pub mod telling;
pub mod thread;
pub mod topics;
pub mod verbs;
pub mod view;

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddr};

use grammers_tl_types as tl;

use accounts::Accounts;
use bots::{BotEvent, BotProfile};
use callbacks::Callbacks;
use chats::{Channel, Group};
use clock::Clock;
pub(crate) use dialogs::DialogPage;
use drafts::LiveDraft;
use files::Files;
use keys::Keys;
use mailboxes::Mailbox;
use peers::{Peer, mix};
use polls::Polls;
use refusal::{Allowed, RpcError};
use sign_ins::SignIns;
use thread::Thread;

/// What a new world is made from.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// The same number makes the same world.
    pub seed: u64,
    /// How many messages the world holds at the start, roughly.
    pub messages: usize,
}

impl Default for Seed {
    fn default() -> Self {
        Self { seed: 1, messages: 5_000 }
    }
}

/// Something that an account's clients have to be told now.
#[derive(Clone, Debug)]
pub struct Push {
    /// Whose clients.
    pub account: i64,
    /// The key of the client that caused it and knows already.
    pub except_key: Option<u64>,
    /// What happened, with every peer that it mentions.
    pub updates: tl::enums::Updates,
}

/// Everything that exists in the box.
pub struct World {
    /// Where clients find the box; told to them as the address of every data centre.
    pub address: SocketAddr,
    /// Who is signed in where.
    pub keys: Keys,
    /// People and bots.
    pub accounts: Accounts,
    /// Sign-ins that are under way.
    pub sign_ins: SignIns,
    /// Basic groups by id.
    pub groups: BTreeMap<i64, Group>,
    /// Supergroups and channels by id.
    pub channels: BTreeMap<i64, Channel>,
    /// Photos and documents.
    pub files: Files,
    /// Polls.
    pub polls: Polls,
    /// Buttons that were pressed.
    pub callbacks: Callbacks,
    /// The world's time.
    pub clock: Clock,
    bots: BTreeMap<i64, BotProfile>,
    bot_events: Vec<(i64, BotEvent)>,
    /// What bots are writing, by bot and person.
    drafts: BTreeMap<(i64, i64), LiveDraft>,
    mailboxes: HashMap<i64, Mailbox>,
    nobody: Mailbox,
    /// So many pages of the phone are watching; while there are any, accounts without a client are told what happens, too.
    pub(crate) watchers: usize,
    /// What access hashes are made from.
    secret: i64,
    last_uid: u64,
    /// When the next scheduled message has to be sent.
    next_due: Option<i32>,
    pushes: Vec<Push>,
    echo: Vec<tl::enums::Update>,
}

impl World {
    /// Makes the same world for the same seed.
    pub fn seeded(options: &Seed) -> Self {
        seed::grow(options)
    }

    /// A world without anybody.
    pub(crate) fn empty(seed: u64) -> Self {
        let secret = mix(&[seed.cast_signed(), 0x7e1e]);
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            keys: Keys::new(seed),
            accounts: Accounts::default(),
            sign_ins: SignIns::new(seed),
            groups: BTreeMap::new(),
            channels: BTreeMap::new(),
            files: Files::new(secret),
            polls: Polls::default(),
            callbacks: Callbacks::default(),
            clock: Clock::default(),
            bots: BTreeMap::new(),
            bot_events: Vec::new(),
            drafts: BTreeMap::new(),
            mailboxes: HashMap::new(),
            nobody: Mailbox::default(),
            watchers: 0,
            secret,
            last_uid: 0,
            next_due: None,
            pushes: Vec::new(),
            echo: Vec::new(),
        }
    }

    /// Now, in Unix seconds.
    pub fn now(&self) -> i32 {
        self.clock.seconds()
    }

    /// Lets everything happen whose moment has come. Whoever owns the world calls it when [`World::next_deadline`] is over.
    pub fn tick(&mut self) {
        self.send_all_due();
        self.lift_bans();
        self.close_due_polls();
        self.drop_old_drafts();
        self.callbacks.expire(self.clock.millis());
    }

    /// When something will happen by itself next, in milliseconds.
    pub fn next_deadline(&self) -> Option<i64> {
        let due = self.next_due.map(|due| i64::from(due) * 1_000);
        let poll = self.polls.next_deadline().map(|due| i64::from(due) * 1_000);
        [due, poll, self.callbacks.next_deadline(), self.next_draft_deadline()].into_iter().flatten().min()
    }

    /// Takes what has to be delivered to clients since the last call.
    pub fn take_pushes(&mut self) -> Vec<Push> {
        std::mem::take(&mut self.pushes)
    }

    /// Keeps something for delivery.
    pub fn push(&mut self, push: Push) {
        self.pushes.push(push);
    }

    /// What belongs to one account; an empty mailbox for one that has nothing yet.
    pub fn mailbox(&self, account: i64) -> &Mailbox {
        self.mailboxes.get(&account).unwrap_or(&self.nobody)
    }

    /// The same, to change it.
    pub(crate) fn mailbox_mut(&mut self, account: i64) -> &mut Mailbox {
        self.mailboxes.entry(account).or_default()
    }

    /// The supergroup or channel with this id.
    pub fn channel(&self, id: i64) -> Allowed<&Channel> {
        self.channels.get(&id).ok_or_else(|| RpcError::bad_request("CHANNEL_INVALID"))
    }

    /// The messages of a conversation, as the mailbox of `account` or the channel holds them.
    pub fn thread(&self, account: i64, peer: Peer) -> &Thread {
        match peer {
            Peer::Channel(id) => self.channels.get(&id).map_or(Thread::EMPTY, |channel| &channel.thread),
            Peer::User(_) | Peer::Group(_) => self.mailbox(account).thread(peer),
        }
    }

    /// Finds whoever has this public name.
    pub fn by_username(&self, username: &str) -> Option<Peer> {
        let wanted = username.trim_start_matches('@');
        let account = self.accounts.by_username(wanted).map(|account| Peer::User(account.user_id));
        let has_name =
            |channel: &&Channel| channel.username.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
        account.or_else(|| self.channels.values().find(has_name).map(|channel| Peer::Channel(channel.id)))
    }
}
