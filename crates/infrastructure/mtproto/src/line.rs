//! One supervised connection to one data centre.
//!
//! grammers' pool panics where a server misbehaves, hangs where a network swallows packets, and reports a lost answer
//! and a refused connection alike. A line restarts it in the first case, notices the second, and tells the third apart:
//! before anything is handed over, the line is known to be up.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use grammers_mtsender::{
    ConnectionParams, NoRetries, SenderPool, SenderPoolFatHandle, SenderPoolHandle, SenderPoolRunner,
};
use grammers_session::updates::UpdatesLike;
use grammers_tl_types::{self as tl, Serializable};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::account::Does;
use crate::backoff::Backoff;
use crate::call_error::CallError;
use crate::connection::Origin;
use telegraphist_application::patience::Patience;

/// How long a caller waits for a line to come up, within its own deadline.
const RECONNECT_MAX: Duration = Duration::from_secs(10);
/// How long one attempt to reach Telegram may take before it is given up and begun anew.
const PROBE_MAX: Duration = Duration::from_secs(8);
/// Between attempts: from, up to.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));
/// A pool that lived for less than this counts as one that failed at its start.
const SOUND_LIFE: Duration = Duration::from_secs(10);
/// How long a pool may take to say good-bye.
const FAREWELL_MAX: Duration = Duration::from_secs(1);
/// Updates between the connection and who follows them; when more arrive, grammers asks for the difference.
const UPDATES_MAX: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();

/// Follows the updates of a home line. Called once for each pool; the future ends when the pool does.
pub(crate) trait Listener: Send + Sync {
    fn listen(
        &self,
        pool: SenderPoolFatHandle,
        updates: mpsc::Receiver<UpdatesLike>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// A line to one data centre.
pub(crate) struct Line {
    dc: i32,
    origin: Origin,
    pool: RwLock<SenderPoolHandle>,
    /// Cleared by whatever casts doubt on the connection; set by an answer.
    is_up: AtomicBool,
    /// Held by the one caller that brings the line up; when it may be tried again, whoever comes.
    bringing_up: Mutex<Backoff>,
    restart: Notify,
}

impl Line {
    /// Opens a line. Nothing is dialled before the first call, or before the listener asks for something.
    pub(crate) fn open(dc: i32, origin: &Origin, listener: Option<Arc<dyn Listener>>) -> Arc<Self> {
        let pool = new_pool(dc, origin);
        let line = Arc::new(Self {
            dc,
            pool: RwLock::new(pool.handle.thin.clone()),
            is_up: AtomicBool::new(false),
            bringing_up: Mutex::new(Backoff::new(PAUSES.0, PAUSES.1)),
            restart: Notify::new(),
            origin: origin.clone(),
        });
        origin.tasks.spawn(Arc::clone(&line).supervise(pool, listener));
        line
    }

    /// Hands a request over once, or, if it only reads, a second time after the line went down under it.
    pub(crate) async fn call(&self, does: Does, body: Vec<u8>, patience: &Patience) -> Result<Vec<u8>, CallError> {
        self.bring_up(patience).await?;
        match does {
            Does::Writes => self.hand_over(body, patience).await,
            Does::Reads => match self.hand_over(body.clone(), patience).await {
                Err(CallError::Lost(_) | CallError::NotSent(_)) => {
                    self.bring_up(patience).await?;
                    self.hand_over(body, patience).await
                }
                outcome => outcome,
            },
        }
    }

    async fn hand_over(&self, body: Vec<u8>, patience: &Patience) -> Result<Vec<u8>, CallError> {
        patience.check().map_err(CallError::before)?;
        let pool = self.pool();
        let outcome = match patience.during(pool.raw_invoke_in_dc(self.dc, body)).await {
            Ok(answer) => answer.map_err(CallError::from),
            Err(how) => Err(CallError::Ended { how, handed_over: true }),
        };
        if outcome.as_ref().is_err_and(CallError::is_about_the_line) {
            self.is_up.store(false, Ordering::Release);
        }
        outcome
    }

    /// Makes sure that the data centre answers, before something is handed over that must not get lost.
    async fn bring_up(&self, patience: &Patience) -> Result<(), CallError> {
        if self.is_up() {
            return Ok(());
        }
        let give_up = patience.until(Instant::now() + RECONNECT_MAX).deadline;
        let mut backoff = patience.during(self.bringing_up.lock()).await.map_err(CallError::before)?;
        while !self.is_up() {
            if self.origin.stop.is_cancelled() {
                return Err(CallError::NotSent("the session was disconnected".into()));
            }
            patience.during(tokio::time::sleep_until(backoff.until)).await.map_err(CallError::before)?;
            match self.probe(patience).await {
                Ok(()) => {
                    backoff.succeeded();
                    self.is_up.store(true, Ordering::Release);
                }
                Err(CallError::NotSent(cause) | CallError::Lost(cause)) => {
                    backoff.failed();
                    if backoff.until >= give_up {
                        return Err(CallError::NotSent(cause));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn probe(&self, patience: &Patience) -> Result<(), CallError> {
        let ping = tl::functions::Ping { ping_id: 1 }.to_bytes();
        let pool = self.pool();
        let answer = tokio::time::timeout(PROBE_MAX, pool.raw_invoke_in_dc(self.dc, ping));
        match patience.during(answer).await.map_err(CallError::before)? {
            Ok(answer) => Ok(answer.map(drop)?),
            Err(_elapsed) => {
                self.restart.notify_one();
                Err(CallError::NotSent("the data centre does not answer".into()))
            }
        }
    }

    fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Acquire)
    }

    fn pool(&self) -> SenderPoolHandle {
        let pool = self.pool.read().unwrap_or_else(PoisonError::into_inner);
        pool.clone()
    }

    /// Runs pools one after the other until the session is closed.
    async fn supervise(self: Arc<Self>, mut pool: SenderPool, listener: Option<Arc<dyn Listener>>) {
        let mut backoff = Backoff::new(PAUSES.0, PAUSES.1);
        loop {
            let started = Instant::now();
            if self.run(pool, listener.as_deref()).await == Next::Stop {
                return;
            }
            self.is_up.store(false, Ordering::Release);
            if started.elapsed() >= SOUND_LIFE {
                backoff.succeeded();
            }
            backoff.failed();
            tokio::select! {
                () = self.origin.stop.cancelled() => return,
                () = tokio::time::sleep_until(backoff.until) => {}
            }
            pool = new_pool(self.dc, &self.origin);
            *self.pool.write().unwrap_or_else(PoisonError::into_inner) = pool.handle.thin.clone();
        }
    }

    async fn run(&self, pool: SenderPool, listener: Option<&dyn Listener>) -> Next {
        let SenderPool { runner, handle, updates } = pool;
        let good_bye = handle.thin.clone();
        let mut running = self.spawn(run_pool(runner));
        let mut listening = listener.map(|listener| self.spawn(listener.listen(handle, updates)));
        let next = tokio::select! {
            () = self.origin.stop.cancelled() => Next::Stop,
            () = self.restart.notified() => Next::Restart,
            ended = &mut running.0 => ended_early(self.dc, "connection", ended),
            ended = listened(&mut listening) => ended_early(self.dc, "update", ended),
        };
        drop(listening);
        if next == Next::Stop && good_bye.quit() {
            // What is left after this is aborted with the task.
            drop(tokio::time::timeout(FAREWELL_MAX, &mut running.0).await);
        }
        next
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> Aborted {
        Aborted(self.origin.tasks.spawn(work))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Stop,
    Restart,
}

/// A task that ends with its owner.
struct Aborted(JoinHandle<()>);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn run_pool(runner: SenderPoolRunner) {
    runner.run().await;
}

async fn listened(task: &mut Option<Aborted>) -> Result<(), tokio::task::JoinError> {
    match task {
        Some(task) => (&mut task.0).await,
        None => std::future::pending().await,
    }
}

/// The payload of a panic may hold what the server sent, so only the fact is logged.
fn ended_early(dc: i32, task: &str, ended: Result<(), tokio::task::JoinError>) -> Next {
    let panicked = ended.is_err_and(|error| error.is_panic());
    tracing::warn!(dc, task, panicked, "a task of the connection ended; it is started anew");
    Next::Restart
}

fn new_pool(dc: i32, origin: &Origin) -> SenderPool {
    let parameters = ConnectionParams {
        device_model: "Telegraphist".to_owned(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        use_ipv6: origin.storage.dials_v6(dc),
        retry_policy: Box::new(NoRetries),
        updates_channel_capacity: UPDATES_MAX,
        ..ConnectionParams::default()
    };
    SenderPool::with_configuration(Arc::clone(&origin.storage), origin.api_id, parameters)
}
