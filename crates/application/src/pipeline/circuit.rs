//! Stops calling a session whose Telegram cannot be reached, and finds out when it can again.
//!
//! Closed, open, half open: failures that come close together open it, after a rest one call at a time may try, and
//! successes in a row close it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use telegraphist_domain::SessionId;
use tokio::time::Instant;

/// So many calls that found Telegram unavailable, with none between that reached it, open the circuit,
const FAILURES_MAX: usize = 5;
/// if they happened within this.
const WINDOW: Duration = Duration::from_mins(1);
/// How long it stays open before one call may try again.
const REST: Duration = Duration::from_mins(1);
/// So many tries in a row, one after the other, close it.
const SUCCESSES: u32 = 3;
/// When to ask again while another call is trying; that takes at most its deadline.
const TURN: Duration = Duration::from_secs(1);

/// The circuits of all sessions; a session in good health has no entry.
#[derive(Clone, Default)]
pub(crate) struct Circuits(Arc<Mutex<HashMap<SessionId, Circuit>>>);

enum Circuit {
    /// Calls go through; when those of late failed.
    Closed { failures: VecDeque<Instant> },
    /// Calls are refused until then.
    Open { until: Instant },
    /// One call at a time may try; so many reached Telegram.
    HalfOpen { successes: u32, is_tried: bool },
}

/// What a call found out about the way to Telegram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// Telegram answered, if only to refuse.
    Reached,
    /// Telegram could not be reached, or had an error of its own.
    Unreachable,
    /// The call ended for other reasons.
    Unknown,
}

/// The permission to call. Dropped without a verdict it says nothing, but lets the next call try.
pub(super) struct Pass {
    circuits: Circuits,
    session: SessionId,
    is_probe: bool,
}

impl Circuits {
    /// Lets a call through, or says how long the circuit stays open.
    pub(super) fn enter(&self, session: SessionId) -> Result<Pass, Duration> {
        let now = Instant::now();
        let mut is_probe = false;
        if let Some(circuit) = self.lock().get_mut(&session) {
            match circuit {
                Circuit::Closed { .. } => {}
                Circuit::Open { until } if now < *until => return Err(*until - now),
                Circuit::HalfOpen { is_tried: true, .. } => return Err(TURN),
                Circuit::HalfOpen { is_tried, .. } => {
                    *is_tried = true;
                    is_probe = true;
                }
                Circuit::Open { .. } => {
                    *circuit = Circuit::HalfOpen { successes: 0, is_tried: true };
                    is_probe = true;
                }
            }
        }
        Ok(Pass { circuits: self.clone(), session, is_probe })
    }

    /// How many sessions rest.
    pub(crate) fn open(&self) -> usize {
        self.lock().values().filter(|circuit| !matches!(circuit, Circuit::Closed { .. })).count()
    }

    /// How long a session rests still, if it does.
    pub(crate) fn rest(&self, session: SessionId) -> Option<Duration> {
        match self.lock().get(&session)? {
            Circuit::Open { until } => Some(until.saturating_duration_since(Instant::now())),
            Circuit::HalfOpen { .. } => Some(Duration::ZERO),
            Circuit::Closed { .. } => None,
        }
    }

    /// Forgets what is known of a session: it signs in anew, or is gone.
    pub(crate) fn forget(&self, session: SessionId) {
        self.lock().remove(&session);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Circuit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    /// Records what the call found out.
    pub(super) fn report(mut self, health: Health) {
        let now = Instant::now();
        let circuits = self.circuits.clone();
        let mut circuits = circuits.lock();
        // A try that found out nothing hands its place on, in `drop`.
        let is_probe = health != Health::Unknown && std::mem::take(&mut self.is_probe);
        match health {
            Health::Reached => {
                if circuits.get_mut(&self.session).is_some_and(|circuit| circuit.succeeded(is_probe)) {
                    circuits.remove(&self.session);
                }
            }
            Health::Unreachable => {
                let fresh = || Circuit::Closed { failures: VecDeque::new() };
                circuits.entry(self.session).or_insert_with(fresh).failed(is_probe, now);
            }
            Health::Unknown => {}
        }
    }
}

impl Circuit {
    /// Whether that closes it, with nothing left to remember.
    fn succeeded(&mut self, is_probe: bool) -> bool {
        match self {
            Self::Closed { .. } => true,
            Self::HalfOpen { successes, is_tried } if is_probe => {
                *successes += 1;
                *is_tried = false;
                *successes >= SUCCESSES
            }
            // A call from before it opened; what it reached may be gone since.
            Self::Open { .. } | Self::HalfOpen { .. } => false,
        }
    }

    fn failed(&mut self, is_probe: bool, now: Instant) {
        match self {
            Self::Closed { failures } => {
                failures.retain(|at| now.duration_since(*at) < WINDOW);
                failures.push_back(now);
                if failures.len() >= FAILURES_MAX {
                    *self = Self::Open { until: now + REST };
                }
            }
            Self::HalfOpen { .. } if is_probe => *self = Self::Open { until: now + REST },
            // A call from before it opened; it tells nothing new.
            Self::Open { .. } | Self::HalfOpen { .. } => {}
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.is_probe
            && let Some(Circuit::HalfOpen { is_tried, .. }) = self.circuits.lock().get_mut(&self.session)
        {
            *is_tried = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn session() -> SessionId {
        SessionId(Uuid::from_u128(1))
    }

    fn call(circuits: &Circuits, health: Health) {
        circuits.enter(session()).expect("it may be called").report(health);
    }

    /// A circuit that opened, and has rested.
    async fn rested() -> Circuits {
        let circuits = Circuits::default();
        (0..FAILURES_MAX).for_each(|_| call(&circuits, Health::Unreachable));
        assert_eq!(circuits.enter(session()).err(), Some(REST));
        tokio::time::advance(REST).await;
        circuits
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_in_a_row_open_it_and_three_tries_one_after_the_other_close_it() {
        let circuits = rested().await;
        for _ in 0..SUCCESSES {
            let probe = circuits.enter(session()).expect("one may try");
            assert!(circuits.enter(session()).is_err(), "only one may try at a time");
            assert_eq!(circuits.open(), 1);
            probe.report(Health::Reached);
        }
        assert_eq!((circuits.open(), circuits.rest(session())), (0, None));
        let several: Vec<_> = (0..9).map(|_| circuits.enter(session())).collect();
        assert!(several.iter().all(Result::is_ok));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_try_opens_it_again_however_many_succeeded_before() {
        for successes in 0..SUCCESSES {
            let circuits = rested().await;
            (0..successes).for_each(|_| call(&circuits, Health::Reached));
            call(&circuits, Health::Unreachable);
            assert_eq!(circuits.enter(session()).err(), Some(REST));
            tokio::time::advance(REST).await;
            (1..SUCCESSES).for_each(|_| call(&circuits, Health::Reached));
            assert_eq!(circuits.open(), 1, "they are counted anew");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_was_dropped_or_says_nothing_lets_the_next_one_try_and_counts_for_nothing() {
        let circuits = rested().await;
        for _ in 0..9 {
            drop(circuits.enter(session()).expect("one may try"));
            call(&circuits, Health::Unknown);
        }
        assert_eq!(circuits.open(), 1);
        (0..SUCCESSES).for_each(|_| call(&circuits, Health::Reached));
        assert_eq!(circuits.open(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_from_before_it_opened_change_nothing() {
        let circuits = Circuits::default();
        let early: Vec<_> = (0..3).map(|_| circuits.enter(session()).expect("closed")).collect();
        (0..FAILURES_MAX).for_each(|_| call(&circuits, Health::Unreachable));
        for (pass, health) in early.into_iter().zip([Health::Reached, Health::Unreachable, Health::Unknown]) {
            pass.report(health);
            assert_eq!(circuits.enter(session()).err(), Some(REST));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn failures_far_apart_or_with_an_answer_between_do_not_count_together() {
        let circuits = Circuits::default();
        for _ in 0..20 {
            call(&circuits, Health::Unreachable);
            tokio::time::advance(WINDOW / 4).await;
        }
        let circuits = Circuits::default();
        for n in 0..20 {
            call(&circuits, if n % 4 == 3 { Health::Reached } else { Health::Unreachable });
        }
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_within_any_minute_count_however_old_the_first_of_all_is() {
        let circuits = Circuits::default();
        call(&circuits, Health::Unreachable);
        tokio::time::advance(Duration::from_secs(59)).await;
        call(&circuits, Health::Unreachable);
        tokio::time::advance(Duration::from_secs(2)).await;
        (2..FAILURES_MAX).for_each(|_| call(&circuits, Health::Unreachable));
        assert_eq!(circuits.open(), 0);
        call(&circuits, Health::Unreachable);
        assert_eq!(circuits.open(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_that_signs_in_anew_starts_anew() {
        let circuits = rested().await;
        circuits.forget(session());
        assert_eq!((circuits.open(), circuits.rest(session())), (0, None));
    }
}
