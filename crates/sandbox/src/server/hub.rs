//! Where connections and the control side meet: one lock around everything that can change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use grammers_tl_types::Serializable;
use tokio::sync::{Notify, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::counters::{Counters, count};
use super::links::{LinkEnd, LinkId, Links, Outbound};
use crate::bot_api::Desk;
use crate::faults::Faults;
use crate::phone::Signs;
use crate::rpc::{self, Caller, Reply, RpcError};
use crate::wire::{KeyRing, Request};
use crate::world::callbacks::CallbackAnswer;
use crate::world::{Seed, World};

/// Everything that can change.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) counters: Counters,
    pub(crate) links: Links,
    /// Who is seen typing, on the phone's pages.
    pub(crate) signs: Signs,
    /// The bots' programs that use the Bot API.
    pub(crate) desk: Desk,
    /// Who waits for the answer to a pressed button, by query.
    waiting: HashMap<i64, Vec<Waiter>>,
    /// When the next tick is planned, in milliseconds of the world's clock.
    next_tick: Option<i64>,
    retimed: Arc<Notify>,
    /// What the clients of ended sessions are told, by key.
    revoked: HashMap<u64, &'static str>,
}

/// Somebody who waits for the answer to a pressed button.
enum Waiter {
    /// A client, with its request.
    Client(LinkId, i64),
    /// The control side.
    Control(oneshot::Sender<Option<CallbackAnswer>>),
}

/// The shared side of a running box.
pub(crate) struct Hub {
    state: Mutex<State>,
    /// Grows whenever something may have changed; open pages of the phone wait for it.
    changes: watch::Sender<u64>,
    /// Changes when somebody moves the world's clock on.
    moved: watch::Sender<()>,
    /// Told when something will happen earlier than was planned.
    retimed: Arc<Notify>,
    /// Every task of the box, so that a shutdown can wait for all.
    pub(crate) tasks: TaskTracker,
    /// Cancelled when the box shuts down.
    pub(crate) closing: CancellationToken,
}

/// Wakes whenever the state may have changed.
pub(crate) struct Watch {
    changes: watch::Receiver<u64>,
    hub: Arc<Hub>,
}

impl Watch {
    /// Resolves at the first change since the last call.
    pub(crate) async fn changed(&mut self) {
        // The hub holds the sender, and this holds the hub.
        let _ = self.changes.changed().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.hub.lock().world.watchers -= 1;
    }
}

/// A request on its way to being executed.
struct Call {
    link: LinkId,
    key_id: u64,
    method: String,
    request: Request,
}

impl Hub {
    pub(crate) fn new(world: World) -> Self {
        let retimed = Arc::new(Notify::new());
        Self {
            moved: watch::Sender::new(()),
            retimed: Arc::clone(&retimed),
            state: Mutex::new(State {
                world,
                faults: Faults::default(),
                counters: Counters::default(),
                links: Links::default(),
                signs: Signs::default(),
                desk: Desk::default(),
                waiting: HashMap::new(),
                next_tick: None,
                retimed,
                revoked: HashMap::new(),
            }),
            changes: watch::Sender::new(0),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        }
    }

    /// Runs something on the state and delivers what it means for clients.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state);
        state.deliver(None);
        drop(state);
        self.note_change();
        result
    }

    /// Reads the state. Nobody is told, so that looking is not a change.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.lock())
    }

    /// Watches for changes. While somebody does, accounts without a client are told what happens, too.
    pub(crate) fn watch(self: &Arc<Self>) -> Watch {
        self.lock().world.watchers += 1;
        Watch { changes: self.changes.subscribe(), hub: Arc::clone(self) }
    }

    fn note_change(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Starts the world anew: new keys, no faults, no connections.
    pub(crate) fn reset(&self, seed: &Seed) {
        let mut world = World::seeded(seed);
        let mut state = self.lock();
        state.links.cut_where(|_| true);
        world.address = state.world.address;
        world.watchers = state.world.watchers;
        state.world = world;
        state.signs = Signs::default();
        state.desk.clear();
        state.waiting.clear();
        state.faults.clear();
        state.revoked.clear();
        state.counters = Counters::default();
        drop(state);
        self.note_change();
    }

    pub(super) fn open_link(&self) -> LinkEnd {
        let mut state = self.lock();
        state.counters.connections_accepted += 1;
        state.links.open(&self.closing)
    }

    pub(super) fn close_link(&self, id: LinkId) {
        self.lock().links.close(id);
    }

    pub(super) fn count_transport(&self, name: &str) {
        count(&mut self.lock().counters.transports, name);
    }

    /// Executes a request now, or later where a delay was ordered; the answer goes to the connection's queue.
    pub(super) fn execute(self: &Arc<Self>, link: LinkId, key_id: u64, request: Request) {
        let mut state = self.lock();
        let Some(call) = state.admit(link, key_id, request) else {
            return state.links.cut(link);
        };
        let account = state.caller(key_id).and_then(|caller| caller.account);
        match state.faults.next_delay(&call.method, account) {
            None => {
                state.perform(call);
                drop(state);
                self.note_change();
            }
            Some(delay) => {
                state.links.send(link, Outbound::Acknowledgement { request: call.request.msg_id });
                drop(state);
                self.perform_after(delay, call);
            }
        }
    }

    fn perform_after(self: &Arc<Self>, delay: Duration, call: Call) {
        let hub = Arc::clone(self);
        self.tasks.spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(delay) => {
                    hub.lock().perform(call);
                    hub.note_change();
                }
                () = hub.closing.cancelled() => {}
            }
        });
    }

    /// Lets the world's time pass at once.
    pub(crate) fn advance(&self, by: Duration) {
        self.change(|state| {
            state.world.clock.advance(by);
            state.world.tick();
        });
        self.moved.send_replace(());
    }

    /// Waits until this moment of the world's clock, in milliseconds.
    pub(crate) async fn wait_until(&self, moment: i64) {
        let mut moved = self.moved.subscribe();
        loop {
            let left = moment - self.lock().world.clock.millis();
            let Ok(left @ 1..) = u64::try_from(left) else { return };
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(left)) => {}
                _ = moved.changed() => {}
            }
        }
    }

    /// Lets happen by itself what happens by itself, until the box shuts down.
    pub(crate) async fn keep_time(self: Arc<Self>) {
        loop {
            let next = self.change(|state| {
                state.world.tick();
                state.next_tick = state.world.next_deadline();
                state.next_tick
            });
            let due = async {
                match next {
                    Some(next) => self.wait_until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = self.retimed.notified() => {}
                () = self.closing.cancelled() => return,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in one request must not end the box for all others.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyRing for Hub {
    fn auth_key(&self, key_id: u64) -> Option<[u8; 256]> {
        self.lock().world.keys.get(key_id).map(|key| key.bytes)
    }
}

impl State {
    /// Notes who asks for what; `None` if the key has been dropped.
    fn admit(&mut self, link: LinkId, key_id: u64, request: Request) -> Option<Call> {
        let key = self.world.keys.get_mut(key_id)?;
        if let Some(layer) = request.layer {
            key.layer = layer;
        }
        self.links.identify(link, key_id, request.wants_updates);
        let id = request.body.first_chunk().map_or(0, |id| u32::from_le_bytes(*id));
        let method = rpc::method_name(id).map_or_else(|| format!("{id:#010x}"), str::to_owned);
        count(&mut self.counters.calls, &method);
        if !rpc::METHODS.contains(&id) {
            count(&mut self.counters.unknown, &method);
        }
        Some(Call { link, key_id, method, request })
    }

    /// Who uses a key at this moment.
    fn caller(&self, key_id: u64) -> Option<Caller> {
        self.world.keys.get(key_id).map(|key| Caller { key_id, account: key.account, dc: key.dc, layer: key.layer })
    }

    /// Executes a request and queues its answer and everything that follows from it.
    fn perform(&mut self, call: Call) {
        let Call { link, key_id, method, request } = call;
        // A delayed call finds the world as it is now.
        let Some(caller) = self.caller(key_id) else {
            return self.links.cut(link);
        };
        let refusal = self.faults.next_refusal(&method, caller.account);
        let reply = match refusal {
            Some((code, text)) => Reply::Now(Err(RpcError::new(code, text))),
            None => rpc::dispatch(&mut self.world, &caller, &request.body),
        };
        let answer = match reply {
            Reply::Now(answer) => answer.map_err(|error| self.explain_revocation(caller.key_id, error)),
            Reply::WithCallback(query) => {
                self.waiting.entry(query).or_default().push(Waiter::Client(link, request.msg_id));
                self.links.send(link, Outbound::Acknowledgement { request: request.msg_id });
                return self.deliver(Some(link));
            }
        };
        if let Err(error) = &answer {
            count(&mut self.counters.errors, &error.text);
        }
        if self.faults.next_cut(&method, caller.account) {
            self.links.cut(link);
        } else {
            self.links.send(link, outbound(request.msg_id, answer));
        }
        self.deliver(Some(link));
    }

    /// Ends every session of an account.
    pub(crate) fn revoke(&mut self, account: i64, text: &'static str) {
        let keys: Vec<_> = self.world.keys.of_account(account).collect();
        for key_id in keys {
            if let Some(key) = self.world.keys.get_mut(key_id) {
                key.account = None;
                self.revoked.insert(key_id, text);
            }
        }
    }

    /// The world only knows that a key is not signed in; here is known why.
    fn explain_revocation(&self, key_id: u64, error: RpcError) -> RpcError {
        match self.revoked.get(&key_id) {
            Some(text) if error.text == "AUTH_KEY_UNREGISTERED" => RpcError::new(401, *text),
            _ => error,
        }
    }

    /// Queues for their clients the updates that the last change brought; `cause` is the connection that knows already.
    fn deliver(&mut self, cause: Option<LinkId>) {
        let now = self.world.clock.millis();
        for push in self.world.take_pushes() {
            self.signs.notice(&push, now);
            // Without the phone, nothing is pushed to an account that no other client listens for.
            let has_client = self.world.keys.of_account(push.account).any(|key| Some(key) != push.except_key);
            if !has_client {
                continue;
            }
            if self.faults.next_gap(push.account) {
                self.counters.updates_lost += 1;
                continue;
            }
            let except = cause.filter(|_| push.except_key.is_some());
            let updates = Bytes::from(push.updates.to_bytes());
            let told = self.links.tell_account(&self.world.keys, push.account, except, &updates);
            self.counters.updates_delivered += told as u64;
        }
        for (key_id, updates) in self.world.sign_ins.take_signals() {
            self.links.tell_key(key_id, &Bytes::from(updates.to_bytes()));
        }
        for (query, answer) in self.world.callbacks.take_settled() {
            self.settle(query, answer.as_ref());
        }
        for (bot, event) in self.world.take_bot_events() {
            if let Some(difference) = self.desk.note(&self.world, bot, &event) {
                self.counters.note_malformed(&difference);
            }
        }
        let next = self.world.next_deadline();
        if next.is_some_and(|next| self.next_tick.is_none_or(|planned| next < planned)) {
            self.retimed.notify_one();
        }
    }

    /// Lets the control side wait for the answer to a pressed button.
    pub(crate) fn await_callback(&mut self, query: i64) -> oneshot::Receiver<Option<CallbackAnswer>> {
        let (told, hears) = oneshot::channel();
        self.waiting.entry(query).or_default().push(Waiter::Control(told));
        hears
    }

    fn settle(&mut self, query: i64, answer: Option<&CallbackAnswer>) {
        for waiter in self.waiting.remove(&query).unwrap_or_default() {
            match waiter {
                Waiter::Client(link, request) => self.links.send(link, callback_answer(request, answer)),
                // Whoever waited may have gone away.
                Waiter::Control(told) => drop(told.send(answer.cloned())),
            }
        }
    }
}

fn callback_answer(request: i64, answer: Option<&CallbackAnswer>) -> Outbound {
    let answer = answer.map(|answer| rpc::messages::callbacks::view_answer(answer).to_bytes());
    outbound(request, answer.ok_or_else(|| RpcError::bad_request("BOT_RESPONSE_TIMEOUT")))
}

fn outbound(request: i64, answer: rpc::Answer) -> Outbound {
    match answer {
        Ok(body) => Outbound::Result { request, body },
        Err(error) => Outbound::Refusal { request, code: error.code, text: error.text },
    }
}
