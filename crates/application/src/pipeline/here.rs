//! Operations that are answered here, without Telegram: what is told to people goes through the outbox, what they
//! answered lies in the store. Same scopes, limits, deadline, budget, audit row and trace as any other.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use telegraphist_domain::SessionId;
use telegraphist_domain::approval::Requester;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::{Traced, audit, limits, refusals};
use crate::application::Application;
use crate::approvals::{Act, Life, Waiting};
use crate::caller::{CallContext, Caller};
use crate::failure::Failure;
use crate::operation::{Effect, Operation, Toolset};
use crate::ports::{AuditEntry, Cursors};

/// What is left of the caller's time for the answer itself.
const REST: Duration = Duration::from_millis(500);

/// An operation that is answered here.
#[async_trait]
pub trait Here: Operation {
    /// How long it may take where the caller does not say, if not the usual time.
    fn patience(&self, _app: &Application) -> Option<Duration> {
        None
    }

    /// Does it. Ends by `call.deadline`; is dropped when the caller leaves, unless it writes.
    async fn run(self, app: &Application, call: &HereCall) -> Result<Self::Output, Failure>;
}

/// Everything about one call besides its arguments.
pub struct HereCall {
    /// Who calls.
    pub caller: Caller,
    /// When the caller stops waiting.
    pub deadline: Instant,
    /// Where a list goes on, and how its next cursor is made.
    pub cursors: Cursors,
    /// Who else calls on, and what watches.
    pub context: CallContext,
    /// Finds the call in logs.
    pub correlation_id: String,
}

impl HereCall {
    /// How the caller waits for people.
    pub(crate) fn waiting(&self, until: Instant) -> Waiting<'_> {
        Waiting { until, cancel: &self.context.cancel, progress: self.context.progress.as_ref() }
    }

    /// Who asks, as far as decisions are bound to it.
    pub(crate) fn requester(&self) -> Requester {
        let Life { agent, generation } = self.context.life.clone();
        let agent = if agent.is_empty() { self.caller.principal.clone() } else { agent };
        Requester { principal: self.caller.principal.clone(), agent, generation }
    }
}

/// What cannot be undone has to be confirmed.
pub(super) fn check_confirmed<O: Here>(operation: &O) -> Result<(), Failure> {
    let needs_confirmation = matches!(O::FACTS.effect, Effect::Destroys | Effect::Spends);
    if needs_confirmation && !operation.is_confirmed() && !operation.is_dry_run() {
        return Err(refusals::confirmation_required(O::FACTS));
    }
    Ok(())
}

/// Whether a person has to allow it. Asking people needs nobody's word: it is how their word is asked for.
pub(super) fn needs_consent<O: Here>(caller: &Caller, operation: &O) -> bool {
    let is_asking = O::FACTS.toolset == Toolset::Approvals;
    !is_asking && !operation.is_dry_run() && caller.grants.needs_approval.contains(O::FACTS.effect)
}

impl Application {
    /// Performs an operation that is answered here.
    pub async fn perform_here<O: Here>(
        &self,
        caller: &Caller,
        operation: O,
        context: CallContext,
    ) -> Result<O::Output, Failure> {
        let traced = Traced::start(self, O::FACTS, &context);
        let span = traced.span.clone();
        let result = self.performed_here(caller, operation, context, &traced.correlation_id).instrument(span).await;
        traced.end(result)
    }

    async fn performed_here<O: Here>(
        &self,
        caller: &Caller,
        operation: O,
        context: CallContext,
        correlation_id: &str,
    ) -> Result<O::Output, Failure> {
        self.bear_more()?;
        let patient = context.timeout.or_else(|| operation.patience(self));
        let deadline = self.inner.deadline(&CallContext { timeout: patient, ..context.clone() })?;
        self.admit(caller, O::FACTS, operation.is_dry_run(), correlation_id).await?;
        operation.check().map_err(|refused| refusals::invalid(&refused))?;
        check_confirmed(&operation)?;
        limits::pass_here(&self.inner, caller, O::FACTS).await?;
        // What is answered here belongs to no session.
        let cursors = self.inner.cursors(caller, SessionId(uuid::Uuid::nil()), &Arc::new(operation.clone()))?;
        let correlation_id = correlation_id.to_owned();
        let call = HereCall { caller: caller.clone(), deadline, cursors, context, correlation_id };
        if O::FACTS.effect == Effect::Reads {
            return self.read_here(operation, &call).await;
        }
        // A write goes on when its caller leaves, so that what it began is recorded.
        let app = self.clone();
        let write = async move {
            let result = match app.consent_here(&operation, &call).await {
                Ok(()) => app.run_here(operation, &call).await,
                Err(failure) => Err(failure),
            };
            let outcome = result.as_ref().map_or_else(|failure| failure.code.as_str(), |_| "ok");
            audit::append(&app.inner, app.row_of(&call, O::FACTS.name, outcome)).await;
            result
        };
        self.inner.writes.spawn(write.in_current_span()).await.unwrap_or_else(|_stopped| Err(refusals::broke()))
    }

    /// Waits until a person has allowed it, where policy wants that.
    async fn consent_here<O: Here>(&self, operation: &O, call: &HereCall) -> Result<(), Failure> {
        if !needs_consent(&call.caller, operation) {
            return Ok(());
        }
        let shown = serde_json::json!({ "arguments": operation });
        let key = operation.idempotency_key().map(|key| format!("{}/{key}", O::FACTS.name));
        let act = Act { principal: &call.caller.principal, facts: O::FACTS, shown, key };
        self.consent(&act, &call.waiting(call.deadline - REST)).await
    }

    async fn read_here<O: Here>(&self, operation: O, call: &HereCall) -> Result<O::Output, Failure> {
        tokio::select! {
            biased;
            result = self.run_here(operation, call) => result,
            () = call.context.cancel.cancelled() => Err(refusals::cancelled()),
            () = tokio::time::sleep_until(call.deadline) => Err(refusals::deadline_exceeded()),
        }
    }

    async fn run_here<O: Here>(&self, operation: O, call: &HereCall) -> Result<O::Output, Failure> {
        let run = AssertUnwindSafe(operation.run(self, call)).catch_unwind();
        run.await.unwrap_or_else(|_panic| Err(refusals::broke()))
    }

    fn row_of(&self, call: &HereCall, operation: &str, outcome: &str) -> AuditEntry {
        AuditEntry {
            at: self.ports().clock.now(),
            principal: call.caller.principal.clone(),
            session: None,
            operation: operation.to_owned(),
            chats: Vec::new(),
            outcome: outcome.to_owned(),
            correlation_id: call.correlation_id.clone(),
            arguments: None,
        }
    }

    /// Records something that was done without a call: a decision, an expiry, somebody let in.
    pub(crate) async fn note_act(&self, principal: &str, act: &str, about: &str, outcome: &str) {
        let entry = AuditEntry {
            at: self.ports().clock.now(),
            principal: principal.to_owned(),
            session: None,
            operation: act.to_owned(),
            chats: Vec::new(),
            outcome: outcome.to_owned(),
            correlation_id: about.to_owned(),
            arguments: None,
        };
        audit::append(&self.inner, entry).await;
    }
}
