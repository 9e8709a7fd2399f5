//! Which agents are alive. A question of one that is gone is taken off the phone: nobody would act on the answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::application::Application;

/// How long an agent may be away: a relay that lost its daemon comes back within seconds.
const GRACE: Duration = Duration::from_mins(2);

/// One life of an agent: the connection it came on. What asks without staying (a script, a request over HTTP) has none,
/// and its questions stay until they expire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Life {
    /// The agent's name as it gave it.
    pub agent: String,
    /// Which of its lives; empty for what does not stay.
    pub generation: String,
}

/// The agents that are connected, and since when the others are not.
pub(crate) struct Presences {
    started: Instant,
    seen: Mutex<HashMap<String, Seen>>,
}

#[derive(Clone, Copy)]
struct Seen {
    here: usize,
    left: Instant,
}

impl Default for Presences {
    fn default() -> Self {
        Self { started: Instant::now(), seen: Mutex::default() }
    }
}

impl Presences {
    /// Whether nobody of that life has been here for a while.
    pub(super) fn is_gone(&self, generation: &str) -> bool {
        if generation.is_empty() {
            return false;
        }
        let away_since = match self.lock().get(generation) {
            Some(seen) if seen.here > 0 => return false,
            Some(seen) => seen.left,
            None => self.started,
        };
        away_since.elapsed() >= GRACE
    }

    fn enter(&self, generation: &str) {
        let mut seen = self.lock();
        // Those who left long ago are as good as never seen.
        seen.retain(|_, seen| seen.here > 0 || seen.left.elapsed() < GRACE);
        seen.entry(generation.to_owned()).or_insert(Seen { here: 0, left: Instant::now() }).here += 1;
    }

    fn leave(&self, generation: &str) {
        if let Some(seen) = self.lock().get_mut(generation) {
            seen.here = seen.here.saturating_sub(1);
            seen.left = Instant::now();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An agent is here for as long as this is kept.
pub struct Attendance {
    app: Application,
    generation: Arc<str>,
}

impl Application {
    /// Notes that an agent is here.
    pub fn attend(&self, generation: &str) -> Attendance {
        self.inner.presences.enter(generation);
        Attendance { app: self.clone(), generation: generation.into() }
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.app.inner.presences.leave(&self.generation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_agent_is_gone_when_it_was_away_for_a_while() {
        let presences = Presences::default();
        presences.enter("a");
        tokio::time::advance(GRACE).await;
        assert!(!presences.is_gone("a"), "it is here");
        presences.leave("a");
        assert!(!presences.is_gone("a"), "it has just left");
        assert!(presences.is_gone("b"), "it was never here since the start");
        assert!(!presences.is_gone(""), "what does not stay is never gone");
        tokio::time::advance(GRACE).await;
        assert!(presences.is_gone("a"));
        presences.enter("a");
        assert!(!presences.is_gone("a"), "it came back");
    }
}
