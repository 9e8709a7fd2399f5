//! What waits for bots' programs: a queue of updates for each bot, and whoever takes them.
//!
//! An update is kept as the text that will be sent, made when it happened. It leaves the queue when the program confirms it, or when it is too old.

mod kinds;
mod updates;
mod webhook;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde_json::value::RawValue;
use tokio::sync::watch;

pub(crate) use kinds::{Allowed, UpdateKind};
pub(crate) use webhook::{Delivery, Next, Taken, Target, Webhook};

use super::answer::ApiError;
use super::catalogue::Kind;
use super::flood::{Flood, Meter};
use super::json::{Node, Object};
use super::server::difference;
use crate::world::World;
use crate::world::bots::BotEvent;

/// So many updates are kept for a bot; the oldest are dropped. ASSUMED: the real server's limit is not documented.
const UPDATES_MAX: usize = 100_000;

/// Every bot's queue.
#[derive(Default)]
pub(crate) struct Desk {
    queues: HashMap<i64, Queue>,
    /// How much bots may send.
    pub(crate) meter: Meter,
}

/// One bot's queue.
pub(crate) struct Queue {
    next_id: i64,
    waiting: VecDeque<Stored>,
    /// Which kinds of updates are kept.
    pub(crate) allowed: Allowed,
    /// Whose turn it is to wait for updates: a newer poll ends the one before.
    pub(crate) poll: u64,
    /// What the poll that was ended last is told.
    ended: Option<ApiError>,
    /// Where updates are taken, if the program does not fetch them.
    pub(crate) webhook: Option<Webhook>,
    /// Grows with each change of the webhook.
    webhook_number: u64,
    /// When the webhook was changed last, in milliseconds.
    pub(crate) webhook_changed_at: Option<i64>,
    changed: watch::Sender<()>,
}

/// An update that waits.
#[derive(Clone)]
pub(crate) struct Stored {
    /// Its number.
    pub(crate) id: i64,
    /// What it is about: updates about the same are told one after another.
    about: i64,
    /// All of it as JSON.
    text: Arc<RawValue>,
    /// When it is too old, in milliseconds.
    expires: i64,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            // ASSUMED: numbers begin anywhere; small ones fit every client.
            next_id: 100_000,
            waiting: VecDeque::new(),
            allowed: Allowed::default(),
            poll: 0,
            ended: None,
            webhook: None,
            webhook_number: 0,
            webhook_changed_at: None,
            changed: watch::Sender::new(()),
        }
    }
}

impl Desk {
    /// Forgets everything; whoever waits is woken and finds nothing.
    pub(crate) fn clear(&mut self) {
        for (_, queue) in self.queues.drain() {
            queue.wake();
        }
        self.meter.switch(Flood::Off);
    }

    /// The queue of a bot.
    pub(crate) fn queue(&mut self, bot: i64) -> &mut Queue {
        self.queues.entry(bot).or_default()
    }

    /// Makes an update of something that happened, if the bot wants to know. Returns where it is not as documented.
    pub(crate) fn note(&mut self, world: &World, bot: i64, event: &BotEvent) -> Option<String> {
        let queue = self.queues.entry(bot).or_default();
        let (kind, content) = updates::content(world, bot, event)?;
        let about = updates::about(world, event);
        if !queue.allowed.contains(kind) {
            return None;
        }
        let update = Object::new().with("update_id", queue.next_id).with(kind.name(), content);
        let whole = Kind::Object("Update".to_owned());
        let difference = difference(&Node::Object(update.clone()), &whole);
        queue.append(kind, about, &update, world.clock.millis());
        difference.map(|difference| format!("{}: {difference}", kind.name()))
    }
}

impl Queue {
    /// Puts an update into the queue that no event of the world made: of a newer kind, of an odd shape, or under a number that is out of order.
    /// It keeps its own number if it has one.
    pub(crate) fn invent(&mut self, mut update: serde_json::Map<String, serde_json::Value>, now: i64) -> i64 {
        let id = update.get("update_id").and_then(serde_json::Value::as_i64).unwrap_or(self.next_id);
        self.next_id = self.next_id.max(id + 1);
        update.insert("update_id".to_owned(), id.into());
        let text = serde_json::value::to_raw_value(&update).expect("JSON can be written");
        let life = i64::try_from(UpdateKind::Message.life().as_millis()).unwrap_or(i64::MAX);
        self.waiting.push_back(Stored { id, about: 0, text: text.into(), expires: now + life });
        self.wake();
        id
    }

    fn append(&mut self, kind: UpdateKind, about: i64, update: &Object, now: i64) {
        let text = serde_json::value::to_raw_value(update).expect("the box's own objects have string keys");
        let stored = Stored {
            id: self.next_id,
            about,
            text: text.into(),
            expires: now + i64::try_from(kind.life().as_millis()).unwrap_or(i64::MAX),
        };
        self.next_id += 1;
        self.waiting.push_back(stored);
        if self.waiting.len() > UPDATES_MAX {
            self.waiting.pop_front();
        }
        self.wake();
    }

    /// Ends the wait of whoever waits for updates, who is told why.
    pub(crate) fn end_poll(&mut self, reason: ApiError) {
        self.poll += 1;
        self.ended = Some(reason);
        self.wake();
    }

    /// The token is good for nothing any more: whoever waits is told, and a webhook is told nothing.
    pub(crate) fn revoke(&mut self) {
        self.set_webhook(None);
        self.end_poll(ApiError::unauthorized());
    }

    /// What a poll is told that was ended.
    pub(crate) fn reason(&self) -> ApiError {
        self.ended.clone().unwrap_or_else(ApiError::restart)
    }

    /// Whether an offset confirms anything.
    pub(crate) fn holds_before(&self, offset: i64) -> bool {
        self.waiting.front().is_some_and(|update| update.id < offset)
    }

    /// Forgets all that waits.
    pub(crate) fn forget_all(&mut self) {
        self.waiting.clear();
    }

    /// Wakes whoever waits for updates.
    pub(crate) fn wake(&self) {
        self.changed.send_replace(());
    }

    /// Resolves when something has changed since this call.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Forgets what the program has seen, by its offset: all before it; or, below zero, all but the last so many.
    pub(crate) fn confirm(&mut self, offset: i64, now: i64) {
        self.waiting.retain(|update| update.expires > now);
        if offset > 0 {
            self.waiting.retain(|update| update.id >= offset);
        } else if offset < 0 {
            let kept = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let excess = self.waiting.len().saturating_sub(kept);
            self.waiting.drain(..excess);
        }
    }

    /// The oldest updates, at most so many of them and not too much text.
    pub(crate) fn oldest(&self, limit: usize) -> Vec<Arc<RawValue>> {
        const TEXT_MAX: usize = 4 * 1024 * 1024;
        let mut length = 0;
        let fits = |update: &&Stored| {
            let own = update.text.get().len();
            length += own;
            length <= TEXT_MAX || length == own
        };
        self.waiting.iter().take(limit).take_while(fits).map(|update| Arc::clone(&update.text)).collect()
    }

    /// How many updates wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }
}
