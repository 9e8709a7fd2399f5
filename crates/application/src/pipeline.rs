//! The way of every Telegram operation, written once.
//!
//! Scopes and policy, argument limits, what is kept under an idempotency key, budgets, confirmation, the word of a person
//! where policy wants one, the claim of the key, the circuit of the session, one attempt with a deadline, then outcome, audit row and trace. Only the first and
//! the last step know the operation's types; between them a [`call::Call`] goes. A write runs in a task of its own, so
//! that a caller who leaves cannot keep its outcome from being recorded. Start with [`Application::perform`].

mod arguments;
mod audit;
mod budgets;
mod call;
mod circuit;
mod explain;
mod here;
mod keyed;
mod limits;
mod policy;
mod refusals;
mod session;
mod step;
#[cfg(test)]
mod tests;
mod turns;

pub use budgets::Budgets;
pub(crate) use call::Call;
pub(crate) use circuit::Circuits;
pub use explain::{ExplainedStep, Explanation, Says, WouldBe};
pub use here::{Here, HereCall};
pub(crate) use keyed::KEPT_FOR;
pub(crate) use keyed::OpenCalls;
pub(crate) use session::KnownSession;
pub(crate) use step::{Answer, Attempt, Ended, NoParts, Step};
pub(crate) use turns::Turns;

use std::any::Any;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use telegraphist_domain::SessionId;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::application::{Application, Inner};
use crate::caller::{CallContext, Caller};
use crate::cursors::{self, Binding};
use crate::failure::{Code, Failure};
use crate::grants::{Denied, Reach, Verb};
use crate::lockdown::{Acquaintances, Withhold as _};
use crate::operation::{Effect, Facts, Operation};
use crate::operations::ListSessions;
use crate::ports::{Cursors, Execute, Telegram};
use crate::security::SecurityEvent;
use crate::telemetry::observed::ShortId;
use crate::views::{Page, SessionView};
use arguments::Arguments;
use keyed::Kept;

/// The longest a caller may ask to wait.
const TIMEOUT_MAX: Duration = Duration::from_hours(24);

impl Application {
    /// Performs an operation on Telegram for `caller`.
    pub async fn perform<O: Operation>(
        &self,
        caller: &Caller,
        operation: O,
        context: CallContext,
    ) -> Result<O::Output, Failure>
    where
        dyn Telegram: Execute<O>,
    {
        let traced = Traced::start(self, O::FACTS, &context);
        let span = traced.span.clone();
        let result = self.performed(caller, operation, context, &traced.correlation_id).instrument(span).await;
        traced.end(result)
    }

    async fn performed<O: Operation>(
        &self,
        caller: &Caller,
        operation: O,
        context: CallContext,
        correlation_id: &str,
    ) -> Result<O::Output, Failure>
    where
        dyn Telegram: Execute<O>,
    {
        self.bear_more()?;
        let deadline = self.inner.deadline(&context)?;
        self.admit(caller, O::FACTS, operation.is_dry_run(), correlation_id).await?;
        let session = session::find(&*self.inner.ports.views, &caller.grants.sessions, operation.session()).await?;
        tracing::Span::current().record("session", tracing::field::display(ShortId(session.id)));
        self.check_arguments(&operation)?;
        let operation = Arc::new(operation);
        let call = self.call_of(caller, &operation, session, Terms { deadline, context, correlation_id })?;
        let attempt: Attempt = Box::new(move |telegram, execution| {
            Box::pin(async move {
                let mut answer = telegram.execute(&execution, &*operation).await?;
                if let Some(acquaintances) = Acquaintances::of(&execution.reach) {
                    answer.withhold(&acquaintances);
                }
                Ok(Box::new(answer) as Box<dyn Answer>)
            })
        });
        match self.run(call, attempt).await? {
            Kept::Json(json) => serde_json::from_str(&json).map_err(|_| refusals::broke()),
            Kept::Fresh(answer) => {
                let answer: Box<dyn Any> = answer.into_any();
                Ok(*answer.downcast().expect("the attempt above answers the operation's output"))
            }
        }
    }

    /// The sessions of this server; needs no Telegram, so it has the pipeline's first and last steps only.
    pub async fn list_sessions(
        &self,
        caller: &Caller,
        _query: ListSessions,
        context: CallContext,
    ) -> Result<Page<SessionView>, Failure> {
        let traced = Traced::start(self, ListSessions::FACTS, &context);
        let result = async {
            self.bear_more()?;
            self.inner.deadline(&context)?;
            self.admit(caller, ListSessions::FACTS, false, &traced.correlation_id).await?;
            let mut sessions = session::visible(&*self.ports().views, &caller.grants.sessions).await?;
            for view in &mut sessions {
                view.connection = self.connection_of(view).map(str::to_owned);
            }
            Ok(Page::new(sessions, None))
        }
        .instrument(traced.span.clone())
        .await;
        traced.end(result)
    }

    /// How the connection of a session stands, where that says anything.
    fn connection_of(&self, view: &SessionView) -> Option<&'static str> {
        let id = view.id.parse().ok().filter(|_| view.state == "ready")?;
        if self.inner.circuits.rest(id).is_some() {
            return Some("resting");
        }
        let is_connected = self.ports().connections.is_connected(id).filter(|_| view.kind == "user")?;
        Some(if is_connected { "connected" } else { "idle" })
    }

    /// Waits until every write that is under way has its outcome. For shutting down, once no caller can start more.
    pub async fn drain(&self) {
        self.inner.writes.close();
        self.inner.writes.wait().await;
    }

    /// What no Telegram would accept.
    fn check_arguments<O: Operation>(&self, operation: &O) -> Result<(), Failure> {
        let now = self.inner.ports.clock.now();
        let checked = operation.check().and_then(|()| arguments::check_schedule(operation.schedule(), now));
        checked.map_err(|refused| refusals::invalid(&refused))
    }

    /// A call as the erased part of the pipeline sees it.
    fn call_of<O: Operation>(
        &self,
        caller: &Caller,
        operation: &Arc<O>,
        session: KnownSession,
        terms: Terms<'_>,
    ) -> Result<Call, Failure> {
        let Terms { deadline, context, correlation_id } = terms;
        Ok(Call {
            facts: O::FACTS,
            caller: caller.clone(),
            key: operation.idempotency_key().map(str::to_owned),
            is_confirmed: operation.is_confirmed(),
            is_dry_run: operation.is_dry_run(),
            turn: OnceLock::new(),
            arguments: Arc::clone(operation) as Arc<dyn Arguments>,
            step: Step {
                operation: O::FACTS.name,
                class: O::FACTS.class,
                cursors: self.inner.cursors(caller, session.id, operation)?,
                session,
                deadline,
                cancel: context.cancel,
                progress: context.progress,
                correlation_id: correlation_id.to_owned(),
                reach: Reach::of(&caller.grants, verb_of(&O::FACTS)),
                is_write: O::FACTS.effect != Effect::Reads && !operation.is_dry_run(),
            },
        })
    }

    /// Scopes and policy; a denial leaves a row.
    pub(crate) async fn admit(
        &self,
        caller: &Caller,
        facts: Facts,
        is_dry_run: bool,
        correlation_id: &str,
    ) -> Result<(), Failure> {
        let Some(denied) = caller.grants.refusal(&facts, is_dry_run) else {
            return Ok(());
        };
        Err(self.deny(caller, facts, denied, correlation_id).await)
    }

    /// Notes that a caller was refused for want of a scope, by whoever says so before a call gets here. It leaves what the
    /// pipeline's own refusal leaves.
    pub async fn note_missing_scope(&self, caller: &Caller, facts: Facts) {
        let _told_already = self.deny(caller, facts, Denied::Scope(facts.scope), &self.correlation()).await;
    }

    async fn deny(&self, caller: &Caller, facts: Facts, denied: Denied, correlation_id: &str) -> Failure {
        let failure = refusals::denied(denied);
        let outcome = failure.code.as_str();
        self.inner.security(&SecurityEvent::ScopeDenied {
            principal: &caller.principal,
            operation: facts.name,
            scope: (denied == Denied::Scope(facts.scope)).then_some(facts.scope),
        });
        audit::denial(&self.inner, caller, facts.name, correlation_id, outcome).await;
        failure
    }

    /// The erased middle: a read in the caller's own task, a write in one of its own.
    async fn run(&self, call: Call, attempt: Attempt) -> Result<Kept, Failure> {
        // Whoever waits for people holds nobody up meanwhile.
        let turn = if call.needs_consent() { None } else { Some(self.inner.turns.take(&call.step).await?) };
        if !call.is_write() {
            let _turn = turn;
            return call.run(self, attempt).await.map(Kept::Fresh);
        }
        let app = self.clone();
        let write = async move {
            let _turn = turn;
            if call.is_kept() {
                call.run_kept(&app, attempt).await
            } else {
                call.run(&app, attempt).await.map(Kept::Fresh)
            }
        };
        self.inner.writes.spawn(write.in_current_span()).await.unwrap_or_else(|_stopped| Err(refusals::broke()))
    }
}

impl Inner {
    /// A hash that only this server can make. `purpose` keeps those of different things apart.
    pub(crate) fn keyed_hash(&self, purpose: &[u8], message: &[u8]) -> [u8; 32] {
        let key = self.settings.cursor_key.expose_secret();
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(purpose);
        mac.update(b"\0");
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// When the caller stops waiting.
    fn deadline(&self, context: &CallContext) -> Result<Instant, Failure> {
        let timeout = context.timeout.unwrap_or(self.settings.timeout);
        let left = match context.deadline {
            None => timeout,
            // A negative rest is no Duration: the deadline is in the past.
            Some(deadline) => (deadline - self.ports.clock.now()).to_std().unwrap_or_default().min(timeout),
        };
        if left.is_zero() {
            return Err(refusals::deadline_exceeded());
        }
        Ok(Instant::now() + left.min(TIMEOUT_MAX))
    }

    /// Opens the caller's cursor, and seals those of the answer. The arguments are hashed only when a cursor is.
    fn cursors<O: Operation>(
        self: &Arc<Self>,
        caller: &Caller,
        session: SessionId,
        operation: &Arc<O>,
    ) -> Result<Cursors, Failure> {
        fn binding<'a, O: Operation>(reader: Option<&'a str>, session: SessionId, operation: &O) -> Binding<'a> {
            Binding { session, operation: O::FACTS.name, arguments: operation.list_hash(), reader }
        }
        // A position may name a chat that is kept from the caller.
        let reader = (!caller.grants.chats.is_open()).then(|| caller.principal.clone());
        let key = self.settings.cursor_key.expose_secret();
        let now = self.ports.clock.now();
        let position = match operation.cursor() {
            None => None,
            Some(cursor) => Some(cursors::open(key, binding(reader.as_deref(), session, &**operation), now, cursor)?),
        };
        let inner = Arc::clone(self);
        let operation = Arc::clone(operation);
        let seal = move |position: &[u8]| {
            let key = inner.settings.cursor_key.expose_secret();
            let now = inner.ports.clock.now();
            cursors::seal(key, binding(reader.as_deref(), session, &*operation), now, position)
        };
        Ok(Cursors { seal: Arc::new(seal), position })
    }
}

/// How long a call may take, who watches it, and how it is found in logs.
struct Terms<'a> {
    deadline: Instant,
    context: CallContext,
    correlation_id: &'a str,
}

/// What a call does with the chats that it names. A preview of a write is for who may write.
const fn verb_of(facts: &Facts) -> Verb {
    match facts.effect {
        Effect::Reads => Verb::Read,
        Effect::Writes | Effect::Destroys | Effect::Spends => Verb::Write,
    }
}

/// One call as the operator sees it.
struct Traced {
    facts: Facts,
    correlation_id: String,
    started: Instant,
    span: tracing::Span,
}

impl Traced {
    fn start(app: &Application, facts: Facts, context: &CallContext) -> Self {
        let correlation_id = context.correlation_id.clone().unwrap_or_else(|| app.correlation());
        let span = tracing::info_span!(
            "operation",
            otel.name = %format_args!("operation.{}", facts.name),
            name = facts.name,
            correlation_id,
            session = tracing::field::Empty,
            outcome = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
        );
        Self { facts, correlation_id, started: Instant::now(), span }
    }

    fn end<T>(self, result: Result<T, Failure>) -> Result<T, Failure> {
        let _entered = self.span.enter();
        let elapsed_us = self.started.elapsed().as_micros() as u64;
        let operation = self.facts.name;
        let outcome = result.as_ref().map_or_else(|failure| failure.code.as_str(), |_| "ok");
        self.span.record("outcome", outcome);
        if result.is_err() {
            self.span.record("otel.status_code", "ERROR");
        }
        match &result {
            Ok(_) => tracing::debug!(target: "telegraphist::operation", operation, elapsed_us, outcome = "ok"),
            Err(failure) if failure.code == Code::Internal => {
                tracing::error!(target: "telegraphist::operation", operation, elapsed_us, outcome = failure.code.as_str(), "{}", failure.message);
            }
            Err(failure) => {
                tracing::info!(target: "telegraphist::operation", operation, elapsed_us, outcome = failure.code.as_str());
            }
        }
        result.map_err(|mut failure| {
            failure.correlation_id.clone_from(&self.correlation_id);
            failure
        })
    }
}
