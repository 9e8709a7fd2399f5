//! Where clients are served: what they are offered, and how much they may do at once.
//!
//! A connection over a byte stream has a room of its own, with limits of its own. Over HTTP a request is no connection, so
//! everybody who calls in the same name and is offered the same shares a room, and whoever calls in the same name shares
//! its limits, whatever it is offered; what is made for a request is a pointer to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use telegraphist_application::approvals::Attendance;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::watching::Watched;
use super::{Inner, Offer, ServerOptions};
use crate::catalogue::{Catalogue, Tool};
use crate::endpoint::Slot;

/// How much is done at once.
pub(super) struct Limits {
    /// Calls that run.
    pub(super) running: Semaphore,
    /// Calls that run or wait.
    pub(super) admitted: Semaphore,
    /// Those who listen.
    pub(super) listeners: Semaphore,
}

impl Limits {
    pub(super) fn new(options: &ServerOptions) -> Self {
        Self {
            running: Semaphore::new(options.running_max),
            admitted: Semaphore::new(options.running_max + options.waiting_max),
            listeners: Semaphore::new(options.listeners_max),
        }
    }
}

/// The limits of those who call over HTTP, by their principals; here for as long as a room has them.
#[derive(Default)]
pub(crate) struct SharedLimits(Mutex<HashMap<String, Weak<Limits>>>);

impl SharedLimits {
    pub(super) fn of(&self, principal: &str, options: &ServerOptions) -> Arc<Limits> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(limits) = all.get(principal).and_then(Weak::upgrade) {
            return limits;
        }
        all.retain(|_, limits| limits.strong_count() > 0);
        let limits = Arc::new(Limits::new(options));
        all.insert(principal.to_owned(), Arc::downgrade(&limits));
        limits
    }
}

/// How structured answers reach the wire.
#[derive(Clone)]
pub(super) enum Delivery {
    /// Our own lines put finished JSON where it belongs.
    Finished,
    /// Our edge over HTTP does, from here.
    Slot(Slot),
    /// The library writes them, and needs the tree.
    Tree,
}

/// Where clients are served.
pub(crate) struct Room {
    pub(super) inner: Arc<Inner>,
    pub(super) offer: Arc<Offer>,
    pub(super) limits: Arc<Limits>,
    pub(super) delivery: Delivery,
    /// One life of the agent; told apart from those before and after it. Empty where there is none.
    pub(super) generation: String,
    /// Fires when the server ends: what only waits for people does not go on then.
    pub(super) closing: CancellationToken,
    /// The agent is here for as long as this is.
    _attendance: Option<Attendance>,
}

impl Room {
    /// The room of one connection.
    pub(super) fn of_connection(inner: Arc<Inner>, offer: Arc<Offer>, life: Option<&str>) -> Self {
        let limits = Arc::new(Limits::new(&inner.options));
        let fresh = || inner.app.ports().ids.unguessable().simple().to_string();
        let generation = life.map_or_else(fresh, str::to_owned);
        let attendance = Some(inner.app.attend(&generation));
        let closing = CancellationToken::new();
        Self { inner, offer, limits, delivery: Delivery::Finished, generation, closing, _attendance: attendance }
    }

    /// The room of all who call in one name and are offered the same.
    pub(super) fn shared(
        inner: Arc<Inner>,
        offer: Arc<Offer>,
        limits: Arc<Limits>,
        closing: CancellationToken,
    ) -> Self {
        let (delivery, generation) = (Delivery::Tree, String::new());
        Self { inner, offer, limits, delivery, generation, closing, _attendance: None }
    }

    /// The tool of that name, if it is offered here.
    pub(super) fn tool(&self, name: &str) -> Option<&'static Tool> {
        if self.offer.selection.has(name) { Catalogue::get().tool(name) } else { None }
    }
}

/// One client in a room: a connection, a session, or a single request of the stateless era.
pub struct Connection {
    pub(super) room: Arc<Room>,
    /// What the client subscribed to.
    pub(super) watched: Watched,
}

impl Connection {
    pub(crate) fn new(room: Arc<Room>) -> Self {
        Self { room, watched: Watched::default() }
    }
}
