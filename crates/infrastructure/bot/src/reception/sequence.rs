//! The order of updates that are brought. Several are under way at once, and may overtake each other; their numbers tell.
//! One that came before its predecessor waits for it a little, and is not confirmed meanwhile.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How long a predecessor is waited for. Numbers may have gaps, and begin anywhere.
const PATIENCE: Duration = Duration::from_millis(500);

/// Who may be stored next.
#[derive(Default)]
pub(super) struct Sequence {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// The highest number that was stored.
    stored: Option<i64>,
    /// Those that are here and not stored yet.
    waiting: BTreeSet<i64>,
}

/// The turn of one update; it ends when this is dropped.
pub(super) struct Turn<'a> {
    sequence: &'a Sequence,
    number: i64,
}

impl Sequence {
    /// Waits until it is this number's turn.
    pub(super) async fn turn(&self, number: i64) -> Turn<'_> {
        self.lock().waiting.insert(number);
        // From here on it is taken off again, also if whoever brought it goes.
        let turn = Turn { sequence: self, number };
        let patience = Instant::now() + PATIENCE;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let (is_first, is_next) = {
                let state = self.lock();
                let is_first = state.waiting.first().is_none_or(|first| *first >= number);
                (is_first, state.stored.is_some_and(|stored| number <= stored.saturating_add(1)))
            };
            if is_first && (is_next || Instant::now() >= patience) {
                return turn;
            }
            if is_first {
                // Nobody here comes before it; somebody may be on the way.
                let _ = tokio::time::timeout_at(patience, changed).await;
            } else {
                changed.await;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// It is stored.
    pub(super) fn stored(self) {
        let mut state = self.sequence.lock();
        state.stored = state.stored.max(Some(self.number));
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.sequence.lock().waiting.remove(&self.number);
        self.sequence.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::future::join_all;

    use super::*;

    /// Lets updates come in this order; the order in which they are stored.
    async fn order(sequence: &Arc<Sequence>, came: &[i64]) -> Vec<i64> {
        let stored = Arc::new(Mutex::new(Vec::new()));
        let takes = came.iter().map(|number| {
            let (sequence, stored, number) = (Arc::clone(sequence), Arc::clone(&stored), *number);
            async move {
                let turn = sequence.turn(number).await;
                tokio::task::yield_now().await;
                stored.lock().expect("nobody panics").push(number);
                turn.stored();
            }
        });
        join_all(takes).await;
        Arc::into_inner(stored).expect("all have ended").into_inner().expect("nobody panics")
    }

    #[tokio::test(start_paused = true)]
    async fn what_overtook_its_predecessor_waits_for_it() {
        let sequence = Arc::default();
        assert_eq!(order(&sequence, &[3, 1, 2]).await, [1, 2, 3]);
        let before = Instant::now();
        assert_eq!(order(&sequence, &[5, 4]).await, [4, 5]);
        assert_eq!(before.elapsed(), Duration::ZERO, "nobody waits for what is there");
    }

    #[tokio::test(start_paused = true)]
    async fn a_gap_is_waited_for_a_little_and_what_is_late_not_at_all() {
        let sequence = Arc::default();
        order(&sequence, &[1]).await;
        let before = Instant::now();
        assert_eq!(order(&sequence, &[9]).await, [9]);
        assert_eq!(before.elapsed(), PATIENCE);
        assert_eq!(order(&sequence, &[1, 4, 9]).await, [1, 4, 9]);
        assert_eq!(before.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_while_waiting_holds_nobody_up() {
        let sequence: Arc<Sequence> = Arc::default();
        order(&sequence, &[1]).await;
        let gone = tokio::time::timeout(PATIENCE / 2, sequence.turn(3)).await;
        assert!(gone.is_err());
        let before = Instant::now();
        assert_eq!(order(&sequence, &[2, 4]).await, [2, 4]);
        assert_eq!(before.elapsed(), PATIENCE, "3 may still come");
    }
}
