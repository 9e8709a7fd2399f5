//! Work that goes on by itself, one task for each key: started once, told to stop, waited for.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The tasks of one kind that run.
pub(crate) struct Duties<K> {
    running: Mutex<HashMap<K, Running>>,
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl<K> Default for Duties<K> {
    fn default() -> Self {
        Self { running: Mutex::default() }
    }
}

impl<K: Eq + Hash + Copy> Duties<K> {
    /// Whether the task of this key runs.
    pub(crate) fn is_running(&self, key: K) -> bool {
        self.lock().get(&key).is_some_and(|running| !running.task.is_finished())
    }

    /// Starts the task of this key unless it runs; one that broke is started anew, and its panic has been logged.
    pub(crate) fn ensure<F>(&self, key: K, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut running = self.lock();
        if running.get(&key).is_some_and(|running| !running.task.is_finished()) {
            return;
        }
        let stop = CancellationToken::new();
        let task = tokio::spawn(task(stop.clone()));
        running.insert(key, Running { stop, task });
    }

    /// Stops the tasks that fit, and waits until they have ended.
    pub(crate) async fn stop(&self, fits: impl Fn(K) -> bool) {
        let stopped: Vec<Running> = self.lock().extract_if(|key, _| fits(*key)).map(|(_, running)| running).collect();
        for running in &stopped {
            running.stop.cancel();
        }
        for running in stopped {
            if let Err(error) = running.task.await {
                tracing::error!(%error, "a task that goes on by itself did not end well");
            }
        }
    }

    /// Whose tasks run.
    pub(crate) fn keys(&self) -> Vec<K> {
        self.lock().keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
