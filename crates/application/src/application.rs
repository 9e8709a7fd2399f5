//! The application: one cheap handle that holds the ports.
//!
//! Telegram operations go through [`Application::perform`], whose steps are in `pipeline`; every other use case is a
//! method in a file of its own. Nothing reaches Telegram around the pipeline but the ports named for it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::SecretBox;
use telegraphist_domain::{Approval, Conversation, Session, SessionId, UserId};
use tokio_util::task::TaskTracker;

use crate::access::Door;
use crate::administration::ConfigurationKey;
use crate::approvals::{ApprovalSettings, Decisions, Presences};
use crate::changes::Changes;
use crate::delivery::{Bell, Paces};
use crate::duties::Duties;
use crate::enrolments::Enrolments;
use crate::limits::Limits;
use crate::memory::FixedMachine;
use crate::notices::{Lines, Zone};
use crate::pipeline::{Budgets, Circuits, OpenCalls, Turns};
use crate::ports::{
    Approvals, AuditLog, Bots, Clock, Connections, Contents, Conversations, Deliveries, EventStore, Files, Idempotency,
    Ids, Inbox, Leases, Limiter, Machine, Marks, Outbox, Peers, People, Preferences, Rules, SignIn, Tokens, Vault,
    Views,
};
use crate::security::Watch;
use crate::shedding::Shedding;
use crate::tasks::Registered;
use crate::telemetry::Telemetry;
use crate::telemetry::trail::Trail;
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
    /// Streams of conversations.
    pub conversation_events: Arc<dyn EventStore<Conversation>>,
    /// Streams of approvals.
    pub approval_events: Arc<dyn EventStore<Approval>>,
    /// Rows that answer queries about sessions. Read in every call, so answered from memory.
    pub views: Arc<dyn Views>,
    /// Rows that answer queries about conversations.
    pub conversations: Arc<dyn Conversations>,
    /// Rows that answer queries about approvals.
    pub approvals: Arc<dyn Approvals>,
    /// What people have allowed beyond one call.
    pub rules: Arc<dyn Rules>,
    /// Texts at rest.
    pub contents: Arc<dyn Contents>,
    /// Secrets at rest.
    pub vault: Arc<dyn Vault>,
    /// Chats and people seen.
    pub peers: Arc<dyn Peers>,
    /// What came from Telegram; the same one that the adapters fill.
    pub inbox: Arc<AnnouncedInbox>,
    /// What waits to be sent.
    pub outbox: Arc<dyn Outbox>,
    /// What became of it.
    pub deliveries: Arc<dyn Deliveries>,
    /// Who is let in.
    pub people: Arc<dyn People>,
    /// Who was let in by bearer token. Read in every call, so answered from memory.
    pub tokens: Arc<dyn Tokens>,
    /// What was chosen at run time.
    pub preferences: Arc<dyn Preferences>,
    /// How far readers have read.
    pub marks: Arc<dyn Marks>,
    /// Calls that must not happen twice.
    pub idempotency: Arc<dyn Idempotency>,
    /// What was done.
    pub audit: Arc<dyn AuditLog>,
    /// Budgets and remembered waits. Asked in every call, so answered from memory.
    pub limiter: Arc<dyn Limiter>,
    /// Rights that only one process may have.
    pub leases: Arc<dyn Leases>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn Ids>,
    /// Connected sessions.
    pub connections: Arc<dyn Connections>,
    /// Signing people in and out.
    pub sign_in: Arc<dyn SignIn>,
    /// What only bots do.
    pub bots: Arc<dyn Bots>,
    /// Files that callers name.
    pub files: Arc<dyn Files>,
}

/// Everything that is stored, kept by one store.
pub trait Store:
    EventStore<Session>
    + EventStore<Conversation>
    + EventStore<Approval>
    + Views
    + Conversations
    + Approvals
    + Rules
    + Contents
    + Vault
    + Peers
    + Inbox
    + Outbox
    + Deliveries
    + People
    + Tokens
    + Preferences
    + Marks
    + Idempotency
    + AuditLog
    + Limiter
    + Leases
{
}

impl<S> Store for S where
    S: EventStore<Session>
        + EventStore<Conversation>
        + EventStore<Approval>
        + Views
        + Conversations
        + Approvals
        + Rules
        + Contents
        + Vault
        + Peers
        + Inbox
        + Outbox
        + Deliveries
        + People
        + Tokens
        + Preferences
        + Marks
        + Idempotency
        + AuditLog
        + Limiter
        + Leases
{
}

/// What is no store.
pub struct Outside {
    /// The store's inbox, announced; the same one that the adapters fill.
    pub inbox: Arc<AnnouncedInbox>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn Ids>,
    /// Connected sessions.
    pub connections: Arc<dyn Connections>,
    /// Signing people in and out.
    pub sign_in: Arc<dyn SignIn>,
    /// What only bots do.
    pub bots: Arc<dyn Bots>,
    /// Files that callers name.
    pub files: Arc<dyn Files>,
}

impl Ports {
    /// One store for everything that is stored.
    pub fn on<S: Store + 'static>(store: &Arc<S>, outside: Outside) -> Self {
        let Outside { inbox, clock, ids, connections, sign_in, bots, files } = outside;
        Self {
            events: store.clone(),
            conversation_events: store.clone(),
            approval_events: store.clone(),
            views: store.clone(),
            conversations: store.clone(),
            approvals: store.clone(),
            rules: store.clone(),
            contents: store.clone(),
            vault: store.clone(),
            peers: store.clone(),
            inbox,
            outbox: store.clone(),
            deliveries: store.clone(),
            people: store.clone(),
            tokens: store.clone(),
            preferences: store.clone(),
            marks: store.clone(),
            idempotency: store.clone(),
            audit: store.clone(),
            limiter: store.clone(),
            leases: store.clone(),
            clock,
            ids,
            connections,
            sign_in,
            bots,
            files,
        }
    }
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
    /// What this server bears of all calls.
    pub limits: Limits,
    /// How fast bots may speak.
    pub paces: Paces,
    /// Who may do everything in Telegram, too.
    pub owner: Option<UserId>,
    /// How questions are asked.
    pub approvals: ApprovalSettings,
    /// The clock by which times are told to people who have not chosen one.
    pub zone: Zone,
    /// What counts what happens; nothing, unless somebody asks for the numbers.
    pub telemetry: Telemetry,
    /// What tells how much of the machine is used.
    pub machine: Arc<dyn Machine>,
    /// How this server is configured, as it may be shown.
    pub configuration: Arc<[ConfigurationKey]>,
}

impl Settings {
    /// The defaults: ten seconds of waiting within thirty, and budgets for the real Telegram.
    pub fn new(cursor_key: SecretBox<[u8; 32]>) -> Self {
        Self {
            wait_max: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            cursor_key,
            budgets: Budgets::for_telegram(),
            limits: Limits::generous(),
            paces: Paces::for_telegram(),
            owner: None,
            approvals: ApprovalSettings::default(),
            zone: Zone::UTC,
            telemetry: Telemetry::default(),
            machine: Arc::new(FixedMachine::default()),
            configuration: Arc::default(),
        }
    }
}

/// What all clones share.
pub(crate) struct Inner {
    pub(crate) ports: Ports,
    pub(crate) settings: Settings,
    pub(crate) circuits: Circuits,
    pub(crate) open_calls: OpenCalls,
    /// Places for calls under way.
    pub(crate) turns: Arc<Turns>,
    /// Whether memory is short.
    pub(crate) shedding: Shedding,
    /// Writes under way; they outlive the callers that started them.
    pub(crate) writes: TaskTracker,
    /// Tells those who show things to others.
    pub(crate) changes: Changes,
    /// Wakes who waits for deliveries.
    pub(crate) bell: Bell,
    /// The workers that deliver, one for each bot.
    pub(crate) bridge: Duties<SessionId>,
    /// Those who read what bots hear, one for each bot.
    pub(crate) desks: Duties<SessionId>,
    /// The one who keeps the time of questions.
    pub(crate) keeper: Duties<()>,
    /// The one who hears of lost logins.
    pub(crate) logins: Duties<()>,
    /// Tells those who wait which question has changed.
    pub(crate) decisions: Decisions,
    /// Which agents are connected.
    pub(crate) presences: Presences,
    /// Where notices are being written.
    pub(crate) notices: Lines,
    /// When tokens were used, and how often somebody was turned away.
    pub(crate) door: Door,
    /// Whose turn it is to change the registered lists.
    pub(crate) registered: Registered,
    /// Who may sign in by a page.
    pub(crate) enrolments: Enrolments,
    /// What is unusual.
    pub(crate) watch: Watch,
    /// Since when it runs.
    pub(crate) since: DateTime<Utc>,
}

impl Application {
    /// An application on these ports.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        let changes = Changes::default();
        let turns = Turns::new(settings.limits);
        let since = ports.clock.now();
        Self {
            inner: Arc::new(Inner {
                ports,
                settings,
                circuits: Circuits::default(),
                open_calls: OpenCalls::default(),
                turns,
                shedding: Shedding::default(),
                writes: TaskTracker::new(),
                bell: Bell::new(changes.clone()),
                bridge: Duties::default(),
                desks: Duties::default(),
                keeper: Duties::default(),
                logins: Duties::default(),
                decisions: Decisions::new(changes.clone()),
                changes,
                presences: Presences::default(),
                notices: Lines::default(),
                door: Door::default(),
                registered: Registered::default(),
                enrolments: Enrolments::default(),
                watch: Watch::default(),
                since,
            }),
        }
    }

    /// The id of what this task answers, or a fresh one.
    pub fn correlation(&self) -> String {
        Trail::current().map_or_else(|| self.ports().ids.correlation(), |trail| trail.correlation_id)
    }

    /// What the application was given.
    pub fn ports(&self) -> &Ports {
        &self.inner.ports
    }
}
