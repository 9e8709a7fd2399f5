//! One call without the types of its operation: everything between the first step and the last.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::arguments::Arguments;
use super::circuit::Health;
use super::session::KnownSession;
use super::{audit, limits, refusals};
use crate::application::{Application, Inner};
use crate::caller::Caller;
use crate::failure::{Code, Failure};
use crate::operation::{Effect, Facts};
use crate::ports::{AuditEntry, Cursors, Execution, PartState, Parts, Progress, StoreError, Telegram, TelegramError};

/// How long an adapter that was told to stop may take to say what it knows of a write.
const GRACE: Duration = Duration::from_millis(500);

/// A call on its way through the pipeline.
pub(super) struct Call {
    pub(super) facts: Facts,
    pub(super) caller: Caller,
    pub(super) session: KnownSession,
    pub(super) arguments: Arc<dyn Arguments>,
    /// The caller's key; only where the operation takes one.
    pub(super) key: Option<String>,
    pub(super) is_confirmed: bool,
    pub(super) is_dry_run: bool,
    pub(super) deadline: Instant,
    pub(super) cancel: CancellationToken,
    pub(super) progress: Arc<dyn Progress>,
    pub(super) correlation_id: String,
    pub(super) cursors: Cursors,
}

/// The last step, which knows the types again.
pub(super) type Attempt =
    Box<dyn FnOnce(Arc<dyn Telegram>, Execution) -> BoxFuture<'static, Result<Box<dyn Answer>, TelegramError>> + Send>;

/// An answer whose type only the first step knows.
pub(super) trait Answer: Send + Sync {
    /// The answer as JSON, to be kept under a key.
    fn to_json(&self) -> String;
    /// The answer itself.
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send>;
}

impl<T: serde::Serialize + Send + Sync + 'static> Answer for T {
    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("answers are plain data")
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

/// What an attempt came to.
pub(super) enum Ended {
    /// It was done.
    Done(Box<dyn Answer>),
    /// Telegram, or the way to it, did not do it.
    Telegram(TelegramError),
    /// It was not tried.
    NotTried(Failure),
    /// The adapter broke, or did not stop when told to; what became of it is not known.
    Lost,
}

impl Call {
    /// Whether this call can change something.
    pub(super) fn is_write(&self) -> bool {
        self.facts.effect != Effect::Reads && !self.is_dry_run
    }

    /// Whether the outcome is kept under a key.
    pub(super) fn is_kept(&self) -> bool {
        self.facts.is_keyed && !self.is_dry_run
    }

    /// A hash of the arguments that only this server can make: short texts and phone numbers could be guessed from any
    /// other.
    pub(super) fn fingerprint(&self, inner: &Inner) -> [u8; 32] {
        inner.keyed_hash(b"telegraphist arguments", &self.arguments.hash())
    }

    /// Budgets, remembered waits and confirmation.
    pub(super) async fn pass(&self, app: &Application) -> Result<(), Failure> {
        limits::pass(&app.inner, self).await?;
        let needs_confirmation = matches!(self.facts.effect, Effect::Destroys | Effect::Spends);
        if needs_confirmation && !self.is_confirmed && !self.is_dry_run {
            return Err(refusals::confirmation_required(self));
        }
        Ok(())
    }

    /// Performs a call whose outcome is not kept.
    pub(super) async fn run(self, app: &Application, attempt: Attempt) -> Result<Box<dyn Answer>, Failure> {
        self.pass(app).await?;
        let key = match (&self.key, self.facts.is_keyed) {
            (Some(key), _) => key.clone(),
            (None, true) => app.ports().ids.idempotency_key(),
            (None, false) => self.correlation_id.clone(),
        };
        let ended = self.attempt(app, attempt, key, Arc::new(NoParts)).await;
        self.close(app, ended).await
    }

    /// Circuit, connection, and the one attempt at it.
    pub(super) async fn attempt(
        &self,
        app: &Application,
        attempt: Attempt,
        key: String,
        parts: Arc<dyn Parts>,
    ) -> Ended {
        let pass = match app.inner.circuits.enter(self.session.id) {
            Ok(pass) => pass,
            Err(wait) => return Ended::NotTried(refusals::resting(wait)),
        };
        let ended = match self.connect(app).await {
            Ok(telegram) => self.execute(app, telegram, attempt, key, parts).await,
            Err(ended) => ended,
        };
        pass.report(ended.health());
        ended
    }

    async fn connect(&self, app: &Application) -> Result<Arc<dyn Telegram>, Ended> {
        let connecting = app.ports().connections.telegram(self.session.id);
        let connected = AssertUnwindSafe(connecting).catch_unwind();
        tokio::select! {
            biased;
            telegram = connected => match telegram {
                Ok(telegram) => telegram.map_err(Ended::Telegram),
                Err(_panic) => Err(Ended::NotTried(refusals::broke())),
            },
            () = self.cancel.cancelled() => Err(Ended::Telegram(TelegramError::Cancelled)),
            () = tokio::time::sleep_until(self.deadline) => {
                Err(Ended::Telegram(TelegramError::DeadlineExceeded))
            }
        }
    }

    async fn execute(
        &self,
        app: &Application,
        telegram: Arc<dyn Telegram>,
        attempt: Attempt,
        key: String,
        parts: Arc<dyn Parts>,
    ) -> Ended {
        let execution = Execution {
            session: self.session.id,
            session_name: self.session.name.clone(),
            key,
            deadline: self.deadline,
            wait_max: app.inner.settings.wait_max,
            cancel: self.cancel.clone(),
            correlation_id: self.correlation_id.clone(),
            progress: Arc::clone(&self.progress),
            parts,
            cursors: self.cursors.clone(),
        };
        let executing = AssertUnwindSafe(attempt(telegram, execution)).catch_unwind();
        tokio::select! {
            biased;
            done = executing => match done {
                Ok(Ok(answer)) => Ended::Done(answer),
                Ok(Err(error)) => Ended::Telegram(error),
                // The panic hook has told the operator; the message may hold anything.
                Err(_panic) => Ended::Lost,
            },
            cut = self.cut() => cut,
        }
    }

    /// Ends when nobody waits any more. A write gets a moment to say whether it was handed over; a read has nothing
    /// to say.
    async fn cut(&self) -> Ended {
        let error = tokio::select! {
            () = self.cancel.cancelled() => TelegramError::Cancelled,
            () = tokio::time::sleep_until(self.deadline) => TelegramError::DeadlineExceeded,
        };
        if !self.is_write() {
            return Ended::Telegram(error);
        }
        tokio::time::sleep(GRACE).await;
        Ended::Lost
    }

    /// What follows an attempt: its outcome, and the audit row of a write.
    async fn close(&self, app: &Application, ended: Ended) -> Result<Box<dyn Answer>, Failure> {
        let result = self.outcome(app, ended).await;
        if let Some(row) = self.audit_row(app, &result).await {
            audit::append(&app.inner, row).await;
        }
        result
    }

    /// The answer, or the failure in the caller's words; a failure also changes the session's state or is remembered
    /// as a wait.
    pub(super) async fn outcome(&self, app: &Application, ended: Ended) -> Result<Box<dyn Answer>, Failure> {
        match ended {
            Ended::Done(answer) => Ok(answer),
            Ended::NotTried(failure) => Err(failure),
            Ended::Lost if self.is_write() => Err(refusals::outcome_unknown(self)),
            Ended::Lost => Err(refusals::broke()),
            Ended::Telegram(error) => {
                self.learn(app, &error).await;
                Err(refusals::of_telegram(self, error))
            }
        }
    }

    /// What the audit log is to say of a write.
    pub(super) async fn audit_row(
        &self,
        app: &Application,
        result: &Result<Box<dyn Answer>, Failure>,
    ) -> Option<AuditEntry> {
        if !self.is_write() {
            return None;
        }
        let outcome = match result {
            Ok(_) => "ok",
            Err(failure) => failure.code.as_str(),
        };
        Some(audit::row(&app.inner, self, outcome).await)
    }

    async fn learn(&self, app: &Application, error: &TelegramError) {
        let cause = match error {
            TelegramError::Partial { cause, .. } => cause,
            error => error,
        };
        limits::remember(&app.inner, self, cause).await;
        if let TelegramError::NeedsLogin { reason } = cause
            && let Err(error) = app.need_login(self.session.id, reason).await
        {
            tracing::error!(error = &error as &dyn std::error::Error, "a lost login was not recorded");
        }
        let (operation, correlation_id, error) =
            (self.facts.name, &self.correlation_id, cause as &dyn std::error::Error);
        if matches!(cause, TelegramError::Store(_) | TelegramError::Unavailable(_)) {
            // The answer does not say why; its correlation id must lead to the reason at the default level.
            tracing::warn!(operation, correlation_id, error, "an attempt failed");
        } else {
            tracing::debug!(operation, correlation_id, error, "an attempt failed");
        }
    }
}

impl Ended {
    /// What the attempt says about the way to Telegram. A refusal or a wait is an answer.
    fn health(&self) -> Health {
        match self {
            Self::Done(_) => Health::Reached,
            Self::NotTried(_) | Self::Lost => Health::Unknown,
            Self::Telegram(error) => health_of(error),
        }
    }
}

fn health_of(error: &TelegramError) -> Health {
    match error {
        TelegramError::Unavailable(_) => Health::Unreachable,
        TelegramError::UnknownChat
        | TelegramError::UnknownMessage
        | TelegramError::Forbidden { .. }
        | TelegramError::RateLimited { .. }
        | TelegramError::Refused { .. } => Health::Reached,
        TelegramError::Partial { cause, .. } => health_of(cause),
        TelegramError::NeedsLogin { .. }
        | TelegramError::UnseenId
        | TelegramError::Invalid(_)
        | TelegramError::Unsupported { .. }
        | TelegramError::OutcomeUnknown
        | TelegramError::DeadlineExceeded
        | TelegramError::Cancelled
        | TelegramError::File(_)
        | TelegramError::Store(_) => Health::Unknown,
    }
}

/// The parts of a call that keeps none.
struct NoParts;

#[async_trait::async_trait]
impl Parts for NoParts {
    async fn known(&self, _part: u32) -> Result<Option<PartState>, StoreError> {
        Ok(None)
    }

    async fn note(&self, _part: u32, _state: PartState) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Puts the key where callers look for it, beside what is there already.
pub(super) fn with_key(mut failure: Failure, key: &str) -> Failure {
    let details = failure.details.get_or_insert_with(|| Box::new(serde_json::json!({})));
    if let Some(fields) = details.as_object_mut() {
        fields.insert("idempotency_key".into(), key.into());
    }
    failure
}

/// Whether a repeat under the same key would meet this failure again, so that it is worth keeping.
pub(super) fn is_lasting(code: Code) -> bool {
    matches!(code, Code::TelegramRefused | Code::UnsupportedForBots)
}
