use std::sync::{Arc, Mutex};

use telegraphist_application::ports::{BotHealth, Clock, ReceptionState};

use crate::bots::locked;

/// How a reception stands, for people to see.
pub(super) struct Standing {
    clock: Arc<dyn Clock>,
    health: Mutex<BotHealth>,
}

impl Standing {
    /// Nothing is received yet.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let health =
            BotHealth { state: ReceptionState::Stopped, since: clock.now(), newest_update: None, problem: None };
        Self { clock, health: Mutex::new(health) }
    }

    pub(super) fn health(&self) -> BotHealth {
        locked(&self.health).clone()
    }

    /// Notes the state and what is wrong; the time only when the state changes.
    pub(super) fn set(&self, state: ReceptionState, problem: Option<String>) {
        let mut health = locked(&self.health);
        if health.state != state {
            health.state = state;
            health.since = self.clock.now();
        }
        health.problem = problem;
    }

    /// An update came.
    pub(super) fn note_update(&self) {
        locked(&self.health).newest_update = Some(self.clock.now());
    }
}
