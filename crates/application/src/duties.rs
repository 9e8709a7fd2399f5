//! Work that goes on by itself, one task for each session: started once, told to stop, waited for.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};

use telegraphist_domain::SessionId;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The tasks of one kind that run.
#[derive(Default)]
pub(crate) struct Duties {
    running: Mutex<HashMap<SessionId, Running>>,
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Duties {
    /// Whether a session's task runs.
    pub(crate) fn is_running(&self, session: SessionId) -> bool {
        self.lock().get(&session).is_some_and(|running| !running.task.is_finished())
    }

    /// Starts a session's task unless it runs; one that broke is started anew, and its panic has been logged.
    pub(crate) fn ensure<F>(&self, session: SessionId, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut running = self.lock();
        if running.get(&session).is_some_and(|running| !running.task.is_finished()) {
            return;
        }
        let stop = CancellationToken::new();
        let task = tokio::spawn(task(stop.clone()));
        running.insert(session, Running { stop, task });
    }

    /// Stops the tasks that fit, and waits until they have ended.
    pub(crate) async fn stop(&self, fits: impl Fn(SessionId) -> bool) {
        let stopped: Vec<Running> =
            self.lock().extract_if(|session, _| fits(*session)).map(|(_, running)| running).collect();
        for running in &stopped {
            running.stop.cancel();
        }
        for running in stopped {
            if let Err(error) = running.task.await {
                tracing::error!(%error, "a task that goes on by itself did not end well");
            }
        }
    }

    /// The sessions whose tasks run.
    pub(crate) fn sessions(&self) -> Vec<SessionId> {
        self.lock().keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
