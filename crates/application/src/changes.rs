//! What changed, for those who show it to others: told as it happens, never looked for.
//!
//! A change says where to look and not what is there now. Nothing is kept for who is slow: whoever lags is told once to
//! look at everything again. Start with [`Application::changes`].

use telegraphist_domain::{ApprovalId, DeliveryId};
use tokio::sync::broadcast;

use crate::application::Application;

/// More changes than this, unheard, and a watcher looks at everything again.
const HEARD_MAX: usize = 1024;

/// What may be different now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A question.
    Approval(ApprovalId),
    /// A delivery.
    Delivery(DeliveryId),
    /// Deliveries that still waited: newer ones took their place.
    WaitingDeliveries,
    /// How delivery stands, and what waits for it.
    Bridge,
    /// Somebody answered.
    Response,
    /// More than was kept: look at everything again.
    Everything,
}

/// Tells whoever watches.
#[derive(Clone)]
pub(crate) struct Changes(broadcast::Sender<Change>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(HEARD_MAX))
    }
}

impl Changes {
    pub(crate) fn tell(&self, change: Change) {
        // Nobody may be watching, which is no error.
        let _ = self.0.send(change);
    }

    fn watch(&self) -> Watch {
        Watch(self.0.subscribe())
    }
}

/// Hears every change from when it was made.
pub struct Watch(broadcast::Receiver<Change>);

impl Watch {
    /// The next change. Ends only with the wait for it.
    pub async fn next(&mut self) -> Change {
        match self.0.recv().await {
            Ok(change) => change,
            Err(broadcast::error::RecvError::Lagged(_)) => Change::Everything,
            // The application has ended, so nothing changes any more.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Application {
    /// What changes from now on.
    pub fn changes(&self) -> Watch {
        self.inner.changes.watch()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn changes_are_heard_in_order_by_everybody_from_when_they_watch() {
        let changes = Changes::default();
        changes.tell(Change::Bridge);
        let (mut one, mut other) = (changes.watch(), changes.watch());
        let delivery = Change::Delivery(DeliveryId(Uuid::from_u128(1)));
        changes.tell(delivery);
        changes.tell(Change::Response);
        for watch in [&mut one, &mut other] {
            assert_eq!((watch.next().await, watch.next().await), (delivery, Change::Response));
        }
    }

    #[tokio::test]
    async fn who_is_slow_is_told_once_to_look_at_everything_again() {
        let changes = Changes::default();
        let mut watch = changes.watch();
        for _ in 0..=HEARD_MAX {
            changes.tell(Change::Bridge);
        }
        assert_eq!(watch.next().await, Change::Everything);
        assert_eq!(watch.next().await, Change::Bridge);
    }
}
