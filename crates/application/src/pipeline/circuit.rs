//! Stops calling a session whose Telegram cannot be reached, and finds out when it can again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use telegraphist_domain::SessionId;
use tokio::time::Instant;

/// So many calls in a row that found Telegram unavailable open the circuit,
const FAILURES_MAX: u32 = 5;
/// if they happened within this.
const WINDOW: Duration = Duration::from_mins(1);
/// How long it stays open before one call may try again.
const REST: Duration = Duration::from_mins(1);

/// The circuits of all sessions; a session in good health has no entry.
#[derive(Clone, Default)]
pub(crate) struct Circuits(Arc<Mutex<HashMap<SessionId, Circuit>>>);

#[derive(Clone, Copy)]
enum Circuit {
    /// Calls go through; so many failed since.
    Closed { failures: u32, since: Instant },
    /// Calls are refused until then.
    Open { until: Instant },
    /// One call is trying.
    Probing,
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

/// The permission to call. Dropped without a verdict it says nothing, but lets the next call probe.
pub(super) struct Pass {
    circuits: Circuits,
    session: SessionId,
    is_probe: bool,
}

impl Circuits {
    /// Lets a call through, or says how long the circuit stays open.
    pub(super) fn enter(&self, session: SessionId) -> Result<Pass, Duration> {
        let now = Instant::now();
        let mut circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_probe = false;
        if let Some(circuit) = circuits.get_mut(&session) {
            match *circuit {
                Circuit::Closed { .. } => {}
                Circuit::Open { until } if now < until => return Err(until - now),
                // Another call is finding out; that takes at most its deadline.
                Circuit::Probing => return Err(Duration::from_secs(1)),
                Circuit::Open { .. } => {
                    *circuit = Circuit::Probing;
                    is_probe = true;
                }
            }
        }
        drop(circuits);
        Ok(Pass { circuits: self.clone(), session, is_probe })
    }
}

impl Circuits {
    /// How many sessions rest.
    pub(crate) fn open(&self) -> usize {
        let circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        circuits.values().filter(|circuit| matches!(circuit, Circuit::Open { .. } | Circuit::Probing)).count()
    }

    /// How long a session rests still, if it does.
    pub(crate) fn rest(&self, session: SessionId) -> Option<Duration> {
        let circuits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match circuits.get(&session)? {
            Circuit::Open { until } => Some(until.saturating_duration_since(Instant::now())),
            Circuit::Probing => Some(Duration::ZERO),
            Circuit::Closed { .. } => None,
        }
    }
}

impl Pass {
    /// Records what the call found out.
    pub(super) fn report(mut self, health: Health) {
        let now = Instant::now();
        let circuits = self.circuits.clone();
        let mut circuits = circuits.0.lock().unwrap_or_else(PoisonError::into_inner);
        match health {
            Health::Reached => {
                circuits.remove(&self.session);
                self.is_probe = false;
            }
            Health::Unreachable => {
                let circuit = circuits.entry(self.session).or_insert(Circuit::Closed { failures: 0, since: now });
                *circuit = self.after_failure(*circuit, now);
                self.is_probe = false;
            }
            // A probe that found out nothing hands its place on, in `drop`.
            Health::Unknown => {}
        }
    }

    fn after_failure(&self, circuit: Circuit, now: Instant) -> Circuit {
        let open = Circuit::Open { until: now + REST };
        match circuit {
            Circuit::Closed { since, .. } if now.duration_since(since) > WINDOW => {
                Circuit::Closed { failures: 1, since: now }
            }
            Circuit::Closed { failures, .. } if failures + 1 >= FAILURES_MAX => open,
            Circuit::Closed { failures, since } => Circuit::Closed { failures: failures + 1, since },
            Circuit::Probing if self.is_probe => open,
            // A call from before it opened; it tells nothing new.
            Circuit::Open { .. } | Circuit::Probing => circuit,
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.is_probe {
            let mut circuits = self.circuits.0.lock().unwrap_or_else(PoisonError::into_inner);
            circuits.insert(self.session, Circuit::Open { until: Instant::now() });
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

    fn fail(circuits: &Circuits) {
        circuits.enter(session()).expect("the circuit is closed").report(Health::Unreachable);
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_in_a_row_open_it_and_one_probe_closes_it() {
        let circuits = Circuits::default();
        for _ in 0..FAILURES_MAX {
            fail(&circuits);
        }
        assert_eq!(circuits.enter(session()).err(), Some(REST));

        tokio::time::advance(REST).await;
        let probe = circuits.enter(session()).expect("one may try");
        assert!(circuits.enter(session()).is_err(), "only one may try");
        probe.report(Health::Reached);
        assert!(circuits.enter(session()).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_probe_opens_it_again() {
        let circuits = Circuits::default();
        (0..FAILURES_MAX).for_each(|_| fail(&circuits));
        tokio::time::advance(REST).await;
        fail(&circuits);
        assert_eq!(circuits.enter(session()).err(), Some(REST));
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_was_dropped_lets_the_next_one_try() {
        let circuits = Circuits::default();
        (0..FAILURES_MAX).for_each(|_| fail(&circuits));
        tokio::time::advance(REST).await;
        drop(circuits.enter(session()));
        assert!(circuits.enter(session()).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn failures_far_apart_or_with_an_answer_between_do_not_count_together() {
        let circuits = Circuits::default();
        for _ in 0..20 {
            fail(&circuits);
            tokio::time::advance(WINDOW / 3).await;
        }
        let circuits = Circuits::default();
        for n in 0..20 {
            let pass = circuits.enter(session()).expect("closed");
            pass.report(if n % 4 == 3 { Health::Reached } else { Health::Unreachable });
        }
    }
}
