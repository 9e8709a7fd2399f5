use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretBox;
use serde_json::{Value, json};
use telegraphist_domain::session::Identity;
use telegraphist_domain::{Aggregate as _, ChatRef, Session, SessionId, SessionKind, Timestamp};

use crate::application::{Application, Outside, Ports, Settings};
use crate::caller::{CallContext, Caller};
use crate::failure::Failure;
use crate::grants::{Circle, Place};
use crate::limits::Limits;
use crate::memory::{CountingIds, FixedClock, FixedMachine, MemoryStore, NoBots, NoFiles, NobodySignsIn};
use crate::operation::Operation;
use crate::pipeline::Budgets;
use crate::ports::*;
use crate::updates::AnnouncedInbox;

/// What Telegram does with the next call.
pub(super) enum Step {
    /// Answers this.
    Answer(Value),
    /// Answers an empty page that goes on from this position.
    Page(u32),
    /// Refuses.
    Fail(TelegramError),
    /// Does something after a while.
    After(Duration, Box<Step>),
    /// Notes the start of a part first.
    Noted(u32, Box<Step>),
    /// Never answers.
    Hang,
    /// Breaks.
    Panic,
}

/// A call as Telegram saw it.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) session: SessionId,
    pub(super) key: String,
    pub(super) position: Option<u32>,
    pub(super) known: Option<PartState>,
}

#[derive(Default)]
struct Scripted {
    circle: Mutex<Circle>,
    steps: Mutex<VecDeque<Step>>,
    seen: Mutex<Vec<Seen>>,
}

impl Scripted {
    async fn take(&self, call: &Execution, step: Step) -> Result<Value, TelegramError> {
        match step {
            Step::Answer(answer) => Ok(answer),
            Step::Page(position) => {
                Ok(json!({ "items": [], "has_more": true, "next_cursor": call.cursors.seal(&position) }))
            }
            Step::Fail(error) => Err(error),
            Step::After(wait, step) => {
                tokio::time::sleep(wait).await;
                Box::pin(self.take(call, *step)).await
            }
            Step::Noted(part, step) => {
                call.parts.note(part, PartState::Started { after: Some(1) }).await?;
                Box::pin(self.take(call, *step)).await
            }
            Step::Hang => std::future::pending().await,
            Step::Panic => panic!("as scripted"),
        }
    }
}

#[async_trait]
impl<O: Operation> Execute<O> for Scripted {
    async fn execute(&self, call: &Execution, _operation: &O) -> Result<O::Output, TelegramError> {
        let seen = Seen {
            session: call.session,
            key: call.key.clone(),
            position: call.cursors.position()?,
            known: call.parts.known(0).await?,
        };
        self.seen.lock().expect("no test panics here").push(seen);
        let step = self.steps.lock().expect("no test panics here").pop_front().expect("a step for every call");
        let answer = self.take(call, step).await?;
        Ok(serde_json::from_value(answer).expect("the script answers what was asked"))
    }
}

/// Ids are chats of people; nobody has a name.
#[async_trait]
impl Acquainted for Scripted {
    async fn circle(&self, _call: &Execution) -> Result<Arc<Circle>, TelegramError> {
        Ok(Arc::new(self.circle.lock().expect("no test panics here").clone()))
    }

    async fn place(&self, call: &Execution, chat: &ChatRef) -> Result<Place, TelegramError> {
        let ChatRef::Id(chat) = chat else { return Err(TelegramError::UnknownChat) };
        let place = Place { chat: *chat, kind: PeerKind::of(*chat), is_own: false };
        call.reach.check(place, TelegramError::UnseenId).map(|()| place)
    }
}

struct Connected(Arc<Scripted>);

#[async_trait]
impl Connections for Connected {
    async fn telegram(&self, _session: SessionId) -> Result<Arc<dyn Telegram>, TelegramError> {
        Ok(Arc::clone(&self.0) as Arc<dyn Telegram>)
    }

    async fn disconnect(&self, _session: SessionId) {}

    fn is_connected(&self, _session: SessionId) -> Option<bool> {
        Some(!self.0.seen.lock().expect("no test panics here").is_empty())
    }
}

/// An application on stores in memory.
pub(super) struct World {
    pub(super) app: Application,
    pub(super) clock: Arc<FixedClock>,
    telegram: Arc<Scripted>,
}

impl World {
    pub(super) fn empty() -> Self {
        Self::new(Budgets::unlimited())
    }

    pub(super) async fn with_session() -> Self {
        Self::with_budgets(Budgets::unlimited()).await
    }

    pub(super) async fn with_budgets(budgets: Budgets) -> Self {
        let world = Self::new(budgets);
        world.sign_in("work").await;
        world
    }

    pub(super) async fn with_limits(limits: Limits) -> Self {
        Self::on_machine(limits, Arc::new(FixedMachine::default())).await
    }

    pub(super) async fn on_machine(limits: Limits, machine: Arc<dyn Machine>) -> Self {
        let world = Self::limited(Budgets::unlimited(), limits, machine);
        world.sign_in("work").await;
        world
    }

    /// Waits until Telegram was called so often.
    pub(super) async fn until_seen(&self, calls: usize) {
        while self.seen().len() < calls {
            tokio::task::yield_now().await;
        }
    }

    /// Forgets the steps that no call took.
    pub(super) fn unscript(&self) {
        self.telegram.steps.lock().expect("no test panics here").clear();
    }

    fn new(budgets: Budgets) -> Self {
        Self::limited(budgets, Limits::generous(), Arc::new(FixedMachine::default()))
    }

    fn limited(budgets: Budgets, limits: Limits, machine: Arc<dyn Machine>) -> Self {
        let clock = Arc::new(FixedClock::default());
        let telegram = Arc::new(Scripted::default());
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let inbox = AnnouncedInbox::new(Arc::clone(&store) as Arc<dyn Inbox>);
        let outside = Outside {
            inbox,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ids: Arc::new(CountingIds::default()),
            connections: Arc::new(Connected(Arc::clone(&telegram))),
            sign_in: Arc::new(NobodySignsIn),
            bots: Arc::new(NoBots),
            files: Arc::new(NoFiles),
        };
        let ports = Ports::on(&store, outside);
        let settings = Settings { budgets, limits, machine, ..Settings::new(SecretBox::new(Box::new([7; 32]))) };
        Self { app: Application::new(ports, settings), clock, telegram }
    }

    pub(super) async fn sign_in(&self, name: &str) -> SessionId {
        let id = self.app.ports().ids.session();
        let at = Timestamp(0);
        let name = name.parse().expect("a valid name");
        let mut events = Session::create(id, name, SessionKind::User, at);
        let session = Session::replay(&events).expect("created");
        let identity = Identity { user_id: telegraphist_domain::UserId(7), username: None };
        events.extend(session.sign_in(identity, SessionKind::User, at).expect("nothing speaks against it"));
        self.app.ports().events.append(id, Version(0), &events, &Together::default()).await.expect("memory");
        id
    }

    pub(super) fn script(&self, steps: impl IntoIterator<Item = Step>) {
        self.telegram.steps.lock().expect("no test panics here").extend(steps);
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.telegram.seen.lock().expect("no test panics here").clone()
    }

    pub(super) fn clock_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) async fn perform<O: Operation>(&self, operation: O) -> Result<O::Output, Failure>
    where
        dyn Telegram: Execute<O>,
    {
        self.app.perform(&Caller::owner(), operation, CallContext::default()).await
    }

    pub(super) async fn failure<O: Operation>(&self, operation: O) -> Failure
    where
        dyn Telegram: Execute<O>,
    {
        self.perform(operation).await.err().expect("it fails")
    }

    /// `operation outcome` of every audit row that the pipeline wrote.
    pub(super) async fn audit(&self) -> Vec<String> {
        let rows = self.app.ports().audit.rows(1, 100).await.expect("memory");
        rows.into_iter().map(|row| format!("{} {}", row.entry.operation, row.entry.outcome)).collect()
    }

    pub(super) async fn receive(&self, session: SessionId, keys: &[&str]) {
        let entries: Vec<InboxEntry> = keys
            .iter()
            .map(|key| InboxEntry {
                kind: "other".into(),
                chat: None,
                dedupe_key: (*key).to_owned(),
                payload: Vec::new(),
                is_work: false,
            })
            .collect();
        self.app.ports().inbox.store(session, &entries).await.expect("memory");
    }
}

/// An operation from the arguments that a client would send.
pub(super) fn operation<O: Operation>(arguments: Value) -> O {
    serde_json::from_value(arguments).expect("arguments fit")
}

/// A message was sent, as which id if it is known.
pub(super) fn sent(message_id: Option<i32>) -> Step {
    Step::Answer(json!({
        "state": "sent",
        "chat": { "id": "7", "title": "Ann" },
        "items": [{ "message_id": message_id }],
        "idempotency_key": "k",
    }))
}
