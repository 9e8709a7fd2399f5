//! Which accounts are connected: so many at once. The one that was used longest ago makes way for the next, and one that
//! nobody uses for long disconnects.
//!
//! The map is locked for moments and never across a wait. A connection ends in the background, so whoever needs its place
//! does not wait for it; its own session connects again only when it has ended, because two connections of one session
//! would write each other's marks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use telegraphist_application::ports::TelegramError;
use telegraphist_domain::SessionId;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::account::Account;
use crate::connection::Connection;
use crate::mtproto::locked;

/// When to come again while calls are under way in every place,
const BUSY_PAUSE: Duration = Duration::from_secs(1);
/// and where somebody listens to the updates of every session, which may last.
const PINNED_PAUSE: Duration = Duration::from_secs(30);
/// A session that was used within this is worth reaching again when its connection breaks.
const WANTED_FOR: Duration = Duration::from_mins(1);

/// An account that is connected, or about to be: whoever comes first connects, all others wait for it.
pub(crate) type Cell = Arc<OnceCell<Arc<Account>>>;

/// The places for connected accounts.
pub(crate) struct Places {
    max: usize,
    idle: Duration,
    state: Mutex<State>,
    /// Connections that are ending, and the one task that looks for those that nobody uses.
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Default)]
struct State {
    taken: HashMap<SessionId, Place>,
    /// What has to end before its session connects again.
    leaving: HashMap<SessionId, Arc<Connection>>,
    /// How many listen to a session's updates.
    pins: HashMap<SessionId, usize>,
    /// Counts uses, which a clock may not tell apart.
    uses: u64,
    is_kept: bool,
}

struct Place {
    cell: Cell,
    used: Instant,
    use_number: u64,
}

/// A place of a session.
pub(crate) struct Entered {
    pub(crate) cell: Cell,
    /// The session's connection before, if it has not ended yet.
    pub(crate) before: Option<Arc<Connection>>,
}

impl Places {
    pub(crate) fn new(max: usize, idle: Duration) -> Arc<Self> {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        Arc::new(Self { max: max.max(1), idle, state: Mutex::default(), tasks, stop })
    }

    /// The session's place; somebody else's, if there is no other.
    pub(crate) fn enter(self: &Arc<Self>, session: SessionId) -> Result<Entered, TelegramError> {
        let mut state = locked(&self.state);
        state.uses += 1;
        let (used, use_number) = (Instant::now(), state.uses);
        if let Some(place) = state.taken.get_mut(&session) {
            (place.used, place.use_number) = (used, use_number);
            let cell = Arc::clone(&place.cell);
            // Whoever was told first may have left before it ended.
            return Ok(Entered { cell, before: state.leaving.get(&session).cloned() });
        }
        if state.taken.len() >= self.max {
            let Some(oldest) = state.oldest() else {
                let is_lasting = state.taken.keys().all(|session| state.pins.contains_key(session));
                let retry_after = if is_lasting { PINNED_PAUSE } else { BUSY_PAUSE };
                return Err(TelegramError::Overloaded { retry_after });
            };
            self.clear(&mut state, oldest);
        }
        let cell = Cell::default();
        state.taken.insert(session, Place { cell: Arc::clone(&cell), used, use_number });
        self.keep(&mut state);
        Ok(Entered { cell, before: state.leaving.get(&session).cloned() })
    }

    /// Gives the place of a session back that could not be connected, unless somebody else is trying.
    pub(crate) fn give_back(&self, session: SessionId, cell: &Cell) {
        let mut state = locked(&self.state);
        let is_ours = state.taken.get(&session).is_some_and(|place| Arc::ptr_eq(&place.cell, cell));
        // The map's, and the caller's.
        if is_ours && !cell.initialized() && Arc::strong_count(cell) <= 2 {
            state.taken.remove(&session);
        }
    }

    /// Takes the place of a session away, with what has to be waited for before it has no connection.
    pub(crate) fn take(&self, session: SessionId) -> (Option<Cell>, Option<Arc<Connection>>) {
        let mut state = locked(&self.state);
        let place = state.taken.remove(&session);
        (place.map(|place| place.cell), state.leaving.get(&session).cloned())
    }

    /// Whether a session has a connection.
    pub(crate) fn holds(&self, session: SessionId) -> bool {
        locked(&self.state).taken.get(&session).is_some_and(|place| place.cell.initialized())
    }

    /// Keeps the place of a session, once it has one, until the pin is gone.
    pub(crate) fn pin(self: &Arc<Self>, session: SessionId) -> Pin {
        *locked(&self.state).pins.entry(session).or_default() += 1;
        Pin { places: Arc::clone(self), session }
    }

    /// Whether a session that cannot be reached is worth trying again. One that nobody used of late and nobody listens to
    /// disconnects instead, and comes back when it is used.
    pub(crate) fn is_wanted(self: &Arc<Self>, session: SessionId) -> bool {
        let mut state = locked(&self.state);
        let Some(place) = state.taken.get(&session) else { return false };
        if place.used.elapsed() < WANTED_FOR || !state.is_spare(session, place) {
            return true;
        }
        self.clear(&mut state, session);
        false
    }

    /// Ends everything and waits until it has ended.
    pub(crate) async fn shutdown(self: &Arc<Self>) {
        self.stop.cancel();
        self.clear_where(|_, _| true);
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn clear_where(self: &Arc<Self>, fits: impl Fn(&State, &SessionId) -> bool) {
        let mut state = locked(&self.state);
        let sessions: Vec<_> = state.taken.keys().filter(|session| fits(&state, session)).copied().collect();
        for session in sessions {
            self.clear(&mut state, session);
        }
    }

    /// Takes a place away; its connection ends in the background.
    fn clear(self: &Arc<Self>, state: &mut State, session: SessionId) {
        let Some(account) = state.taken.remove(&session).and_then(|place| place.cell.get().cloned()) else { return };
        let connection = Arc::clone(&account.connection);
        state.leaving.insert(session, Arc::clone(&connection));
        let places = Arc::clone(self);
        self.tasks.spawn(async move {
            connection.close().await;
            let mut state = locked(&places.state);
            if state.leaving.get(&session).is_some_and(|leaving| Arc::ptr_eq(leaving, &connection)) {
                state.leaving.remove(&session);
            }
        });
    }

    /// Sees to it that somebody looks for places that nobody uses: one task for all of them, while there are any.
    fn keep(self: &Arc<Self>, state: &mut MutexGuard<'_, State>) {
        if std::mem::replace(&mut state.is_kept, true) {
            return;
        }
        let places = Arc::downgrade(self);
        let stop = self.stop.clone();
        let mut next = Instant::now() + self.idle;
        self.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep_until(next) => {}
                }
                match places.upgrade().and_then(|places| places.disconnect_idle()) {
                    Some(at) => next = at,
                    None => return,
                }
            }
        });
    }

    /// Disconnects what nobody used for long, and says when to look again, if there is anything left.
    fn disconnect_idle(self: &Arc<Self>) -> Option<Instant> {
        let now = Instant::now();
        let mut state = locked(&self.state);
        let (spare, used): (Vec<_>, Vec<_>) = state
            .taken
            .iter()
            .map(|(session, place)| (*session, state.is_spare(*session, place), place.used))
            .partition(|(_, is_spare, _)| *is_spare);
        for (session, ..) in used {
            if let Some(place) = state.taken.get_mut(&session) {
                place.used = now;
            }
        }
        for (session, _, used) in spare {
            if now.duration_since(used) >= self.idle {
                self.clear(&mut state, session);
            }
        }
        let oldest = state.taken.values().map(|place| place.used).min();
        state.is_kept = oldest.is_some();
        oldest.map(|used| used + self.idle)
    }
}

impl State {
    /// Whether a place can be taken away: nobody connects in it, calls through it, or listens to it. Others get what they
    /// hold from here only, so it cannot become busy while the map is locked.
    fn is_spare(&self, session: SessionId, place: &Place) -> bool {
        let is_called = place.cell.get().is_some_and(|account| Arc::strong_count(account) > 1);
        Arc::strong_count(&place.cell) == 1 && !is_called && !self.pins.contains_key(&session)
    }

    /// The session that was used longest ago of those that can go.
    fn oldest(&self) -> Option<SessionId> {
        let spare = self.taken.iter().filter(|(session, place)| self.is_spare(**session, place));
        spare.min_by_key(|(_, place)| place.use_number).map(|(session, _)| *session)
    }
}

/// Somebody listens to the updates of a session.
pub(crate) struct Pin {
    places: Arc<Places>,
    session: SessionId,
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut state = locked(&self.places.state);
        if let Some(pins) = state.pins.get_mut(&self.session) {
            *pins -= 1;
            if *pins == 0 {
                state.pins.remove(&self.session);
            }
        }
    }
}
