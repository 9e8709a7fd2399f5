use std::sync::Arc;

use telegraphist_application::ports::{BotHealth, Clock, ReceptionState};
use tokio::sync::watch;

/// How a bot's reception stands, for people to see and for whoever waits for a change.
pub(crate) struct Standing {
    clock: Arc<dyn Clock>,
    health: watch::Sender<BotHealth>,
}

impl Standing {
    /// Nothing is received yet.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let health =
            BotHealth { state: ReceptionState::Stopped, since: clock.now(), newest_update: None, problem: None };
        Self { clock, health: watch::Sender::new(health) }
    }

    pub(crate) fn health(&self) -> BotHealth {
        self.health.borrow().clone()
    }

    /// Notes the state and what is wrong; the time only when the state changes.
    pub(super) fn set(&self, state: ReceptionState, problem: Option<String>) {
        let now = self.clock.now();
        self.health.send_modify(|health| {
            if health.state != state {
                health.state = state;
                health.since = now;
            }
            health.problem = problem;
        });
    }

    /// An update came.
    pub(super) fn note_update(&self) {
        let now = self.clock.now();
        self.health.send_modify(|health| health.newest_update = Some(now));
    }

    /// Resolves when Telegram does not accept the token, with its words.
    pub(crate) async fn refused(&self) -> String {
        let mut changes = self.health.subscribe();
        loop {
            let health = changes.borrow_and_update().clone();
            if health.state == ReceptionState::TokenRefused {
                return health.problem.unwrap_or_default();
            }
            // Never fails: the sender is this one.
            if changes.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }
}
