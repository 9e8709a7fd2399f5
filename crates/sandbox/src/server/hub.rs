//! Where connections and the control side meet: one lock around everything that can change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use grammers_tl_types::Serializable;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::counters::{Counters, count};
use super::links::{LinkEnd, LinkId, Links, Outbound};
use crate::faults::Faults;
use crate::phone::Signs;
use crate::rpc::{self, Caller, RpcError};
use crate::wire::{KeyRing, Request};
use crate::world::{Seed, World};

/// Everything that can change.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) counters: Counters,
    pub(crate) links: Links,
    /// Who is seen typing, on the phone's pages.
    pub(crate) signs: Signs,
    /// What the clients of ended sessions are told, by key.
    revoked: HashMap<u64, &'static str>,
}

/// The shared side of a running box.
pub(crate) struct Hub {
    state: Mutex<State>,
    /// Grows whenever something may have changed; open pages of the phone wait for it.
    changes: watch::Sender<u64>,
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
        Self {
            state: Mutex::new(State {
                world,
                faults: Faults::default(),
                counters: Counters::default(),
                links: Links::default(),
                signs: Signs::default(),
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

    fn perform_after(self: &Arc<Self>, delay: std::time::Duration, call: Call) {
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
        let answer = match refusal {
            Some((code, text)) => Err(RpcError::new(code, text)),
            None => rpc::dispatch(&mut self.world, &caller, &request.body)
                .map_err(|error| self.explain_revocation(caller.key_id, error)),
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
        for push in self.world.take_pushes() {
            self.signs.notice(&push);
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
    }
}

fn outbound(request: i64, answer: rpc::Answer) -> Outbound {
    match answer {
        Ok(body) => Outbound::Result { request, body },
        Err(error) => Outbound::Refusal { request, code: error.code, text: error.text },
    }
}
