//! The application: one cheap handle that holds the ports.
//!
//! Telegram operations go through [`Application::perform`], whose steps are in `pipeline`; every other use case is a
//! method in a file of its own. Nothing reaches Telegram around the pipeline but the ports named for it.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretBox;
use telegraphist_domain::Session;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::pipeline::{Budgets, Circuits, OpenCalls};
use crate::ports::{AuditLog, Clock, Connections, EventStore, Idempotency, Ids, Limiter, Peers, SignIn, Vault, Views};
use crate::updates::AnnouncedInbox;

/// What Telegraphist can do. Cloning is cheap; all clones are the same application.
#[derive(Clone)]
pub struct Application {
    pub(crate) inner: Arc<Inner>,
}

/// What the application needs from outside.
pub struct Ports {
    /// Streams of sessions.
    pub events: Arc<dyn EventStore<Session>>,
    /// Rows that answer queries. Read in every call, so answered from memory.
    pub views: Arc<dyn Views>,
    /// Secrets at rest.
    pub vault: Arc<dyn Vault>,
    /// Chats and people seen.
    pub peers: Arc<dyn Peers>,
    /// What came from Telegram; the same one that the adapter fills.
    pub inbox: Arc<AnnouncedInbox>,
    /// Calls that must not happen twice.
    pub idempotency: Arc<dyn Idempotency>,
    /// What was done.
    pub audit: Arc<dyn AuditLog>,
    /// Budgets and remembered waits. Asked in every call, so answered from memory.
    pub limiter: Arc<dyn Limiter>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn Ids>,
    /// Connected sessions.
    pub connections: Arc<dyn Connections>,
    /// Signing in and out.
    pub sign_in: Arc<dyn SignIn>,
}

/// What an operator can choose.
pub struct Settings {
    /// A wait of at most this, that fits the deadline, is waited out rather than reported.
    pub wait_max: Duration,
    /// How long a call may take if the caller does not say.
    pub timeout: Duration,
    /// Signs cursors; random per profile.
    pub cursor_key: SecretBox<[u8; 32]>,
    /// How many calls of each class a session may make.
    pub budgets: Budgets,
}

impl Settings {
    /// The defaults: ten seconds of waiting within thirty, and budgets for the real Telegram.
    pub fn new(cursor_key: SecretBox<[u8; 32]>) -> Self {
        Self {
            wait_max: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            cursor_key,
            budgets: Budgets::for_telegram(),
        }
    }
}

/// What all clones share.
pub(crate) struct Inner {
    pub(crate) ports: Ports,
    pub(crate) settings: Settings,
    pub(crate) circuits: Circuits,
    pub(crate) open_calls: OpenCalls,
    /// One for every call that may be under way.
    pub(crate) places: Arc<Semaphore>,
    /// Writes under way; they outlive the callers that started them.
    pub(crate) writes: TaskTracker,
}

/// How many calls may be under way at once.
const CALLS_MAX: usize = 512;

impl Application {
    /// An application on these ports.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        Self {
            inner: Arc::new(Inner {
                ports,
                settings,
                circuits: Circuits::default(),
                open_calls: OpenCalls::default(),
                places: Arc::new(Semaphore::new(CALLS_MAX)),
                writes: TaskTracker::new(),
            }),
        }
    }

    /// What the application was given.
    pub fn ports(&self) -> &Ports {
        &self.inner.ports
    }
}
