//! Places for calls under way: so many in all, and so many of them in one session, so that a session that is slow leaves
//! places to the others. Who finds none waits a little; who waits holds no place of anything wider.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use telegraphist_domain::SessionId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::refusals;
use super::step::Step;
use crate::failure::Failure;
use crate::limits::Limits;

/// The places of all calls.
pub(crate) struct Turns {
    limits: Limits,
    all: Arc<Semaphore>,
    /// Of sessions that are called, or wait to be.
    sessions: Mutex<HashMap<SessionId, Arc<Semaphore>>>,
    /// Calls that wait for a place; they take memory, too.
    waiting: AtomicUsize,
}

/// A call's place, until it is dropped.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    session: SessionId,
    /// Let go of first, so that the last one of a session finds nobody left.
    permits: Option<[OwnedSemaphorePermit; 2]>,
}

/// Which places were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// Those of the session.
    Session,
    /// All of them.
    Server,
}

impl Turns {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        let all = Arc::new(Semaphore::new(limits.calls_max));
        Arc::new(Self { limits, all, sessions: Mutex::default(), waiting: AtomicUsize::new(0) })
    }

    /// Waits for a place, a little and no longer than the caller.
    pub(super) async fn take(self: &Arc<Self>, step: &Step) -> Result<Turn, Failure> {
        let until = step.deadline.min(Instant::now() + self.limits.call_wait);
        let session = step.session.id;
        // A turn from here on, so that the session is forgotten again whatever happens.
        let mut turn = Turn { turns: Arc::clone(self), session, permits: None };
        let own = self.place(&self.of(session), Full::Session, until, step).await?;
        let any = self.place(&self.all, Full::Server, until, step).await?;
        turn.permits = Some([own, any]);
        Ok(turn)
    }

    async fn place(
        &self,
        places: &Arc<Semaphore>,
        full: Full,
        until: Instant,
        step: &Step,
    ) -> Result<OwnedSemaphorePermit, Failure> {
        if let Ok(permit) = Arc::clone(places).try_acquire_owned() {
            return Ok(permit);
        }
        // As many may wait as may be called.
        let _waits = Waits::enter(&self.waiting, self.limits.calls_max).ok_or_else(|| refusals::overloaded(full))?;
        tokio::select! {
            biased;
            permit = Arc::clone(places).acquire_owned() => permit.map_err(|_closed| refusals::overloaded(full)),
            () = step.cancel.cancelled() => Err(refusals::cancelled()),
            () = tokio::time::sleep_until(until) => Err(refusals::overloaded(full)),
        }
    }

    fn of(&self, session: SessionId) -> Arc<Semaphore> {
        let fresh = || Arc::new(Semaphore::new(self.limits.session_calls_max));
        Arc::clone(self.lock().entry(session).or_insert_with(fresh))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Semaphore>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many sessions are called.
    #[cfg(test)]
    pub(super) fn sessions(&self) -> usize {
        self.lock().len()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.permits = None;
        let mut sessions = self.turns.lock();
        // Permits and those who wait for one hold it, too, and get hold of it under this lock only.
        if sessions.get(&self.session).is_some_and(|places| Arc::strong_count(places) == 1) {
            sessions.remove(&self.session);
        }
    }
}

/// One call that waits.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn enter(waiting: &'a AtomicUsize, max: usize) -> Option<Self> {
        let waits = Self(waiting);
        // Dropped where there are too many, which takes it back.
        (waiting.fetch_add(1, Ordering::Relaxed) < max).then_some(waits)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
