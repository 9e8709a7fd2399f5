//! Waiting for a decision.

use telegraphist_domain::{Approval, ApprovalId};
use tokio::sync::broadcast;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::change::unknown;
use crate::application::Application;
use crate::changes::{Change, Changes};
use crate::failure::Failure;

/// More changes than this, unheard, and a waiter looks for itself.
const HEARD_MAX: usize = 1024;

/// Tells those who wait which question has changed.
pub(crate) struct Decisions {
    told: broadcast::Sender<ApprovalId>,
    changes: Changes,
}

impl Decisions {
    pub(crate) fn new(changes: Changes) -> Self {
        Self { told: broadcast::Sender::new(HEARD_MAX), changes }
    }

    pub(super) fn tell(&self, id: ApprovalId) {
        // Nobody may be waiting, which is no error.
        let _ = self.told.send(id);
        self.changes.tell(Change::Approval(id));
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<ApprovalId> {
        self.told.subscribe()
    }
}

impl Application {
    /// The question as soon as it is not pending any more, or as it is at `until`, or when `cancel` fires.
    pub(crate) async fn await_decision(
        &self,
        id: ApprovalId,
        until: Instant,
        cancel: &CancellationToken,
    ) -> Result<Approval, Failure> {
        // Before looking, so that nothing is missed between.
        let mut heard = self.inner.decisions.listen();
        loop {
            let approval = self.approval(id).await?.ok_or_else(unknown)?;
            if !approval.is_pending() || Instant::now() >= until || cancel.is_cancelled() {
                return Ok(approval);
            }
            tokio::select! {
                () = until_told(&mut heard, id) => {}
                () = cancel.cancelled() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }
}

/// Returns when the question may have changed.
async fn until_told(heard: &mut broadcast::Receiver<ApprovalId>, id: ApprovalId) {
    loop {
        match heard.recv().await {
            Ok(told) if told == id => return,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            // The application holds the sender for as long as anybody can wait.
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
