//! The last step of everything that reaches Telegram: circuit, connection, one attempt with a deadline. Called by the
//! pipeline for what is done at once, and by the workers for what waited in the outbox.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::circuit::Health;
use super::refusals;
use super::session::KnownSession;
use crate::application::Application;
use crate::failure::Failure;
use crate::grants::Reach;
use crate::operation::Class;
use crate::ports::{Cursors, Execution, PartState, Parts, Progress, StoreError, Telegram, TelegramError};
use crate::telemetry::LimitOf;
use crate::telemetry::observed::ShortId;

/// How long an adapter that was told to stop may take to say what it knows of a write.
const GRACE: Duration = Duration::from_millis(500);

/// What is known of an attempt before its types are.
pub(crate) struct Step {
    /// The operation's name.
    pub(crate) operation: &'static str,
    /// What Telegram counts it under.
    pub(crate) class: Class,
    pub(crate) session: KnownSession,
    pub(crate) deadline: Instant,
    pub(crate) cancel: CancellationToken,
    pub(crate) progress: Arc<dyn Progress>,
    pub(crate) correlation_id: String,
    pub(crate) cursors: Cursors,
    /// Which chats there are for whoever wants it.
    pub(crate) reach: Reach,
    /// Whether it can change something.
    pub(crate) is_write: bool,
}

/// The attempt itself, which knows the types again.
pub(crate) type Attempt<A = Box<dyn Answer>> =
    Box<dyn FnOnce(Arc<dyn Telegram>, Execution) -> BoxFuture<'static, Result<A, TelegramError>> + Send>;

/// An answer whose type only the first step knows.
pub(crate) trait Answer: Send + Sync {
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
pub(crate) enum Ended<A = Box<dyn Answer>> {
    /// It was done.
    Done(A),
    /// It will be done; this is what can be said of it now.
    Pending(A),
    /// Telegram, or the way to it, did not do it.
    Telegram(TelegramError),
    /// It was not tried.
    NotTried(Failure),
    /// The adapter broke, or did not stop when told to; what became of it is not known.
    Lost,
}

impl Step {
    /// Circuit, connection, and the one attempt at it.
    pub(crate) async fn attempt<A>(
        &self,
        app: &Application,
        attempt: Attempt<A>,
        key: String,
        parts: Arc<dyn Parts>,
    ) -> Ended<A> {
        let pass = match app.inner.circuits.enter(self.session.id) {
            Ok(pass) => pass,
            Err(wait) => return Ended::NotTried(refusals::resting(wait)),
        };
        let started = Instant::now();
        let span = tracing::info_span!(
            "telegram",
            otel.name = %format_args!("telegram.{}", self.operation),
            otel.kind = "client",
            operation = self.operation,
            session = %ShortId(self.session.id),
            correlation_id = self.correlation_id.as_str(),
            outcome = tracing::field::Empty,
        );
        let reaching = async {
            match self.connect(app).await {
                Ok(telegram) => self.execute(app, telegram, attempt, key, parts).await,
                Err(Unconnected::Telegram(error)) => Ended::Telegram(error),
                Err(Unconnected::Broke) => Ended::NotTried(refusals::broke()),
            }
        };
        let ended = reaching.instrument(span.clone()).await;
        span.record("outcome", ended.outcome());
        self.count(app, &ended, started.elapsed());
        pass.report(ended.health());
        ended
    }

    fn count<A>(&self, app: &Application, ended: &Ended<A>, took: Duration) {
        let telemetry = app.telemetry();
        telemetry.telegram_request(self.operation, self.session.is_bot, ended.outcome(), took);
        match ended {
            Ended::Done(_) if self.class == Class::Send => {
                telemetry.message_sent(self.operation, self.session.is_bot);
            }
            Ended::Telegram(TelegramError::RateLimited { .. }) => telemetry.rate_limited(LimitOf::Telegram),
            Ended::Done(_) | Ended::Pending(_) | Ended::Telegram(_) | Ended::NotTried(_) | Ended::Lost => {}
        }
    }

    async fn connect(&self, app: &Application) -> Result<Arc<dyn Telegram>, Unconnected> {
        let connecting = app.ports().connections.telegram(self.session.id);
        let connected = AssertUnwindSafe(connecting).catch_unwind();
        tokio::select! {
            biased;
            telegram = connected => match telegram {
                Ok(telegram) => telegram.map_err(Unconnected::Telegram),
                Err(_panic) => Err(Unconnected::Broke),
            },
            () = self.cancel.cancelled() => Err(Unconnected::Telegram(TelegramError::Cancelled)),
            () = tokio::time::sleep_until(self.deadline) => {
                Err(Unconnected::Telegram(TelegramError::DeadlineExceeded))
            }
        }
    }

    async fn execute<A>(
        &self,
        app: &Application,
        telegram: Arc<dyn Telegram>,
        attempt: Attempt<A>,
        key: String,
        parts: Arc<dyn Parts>,
    ) -> Ended<A> {
        let mut execution = Execution {
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
            reach: self.reach.clone(),
        };
        let executing = async move {
            if execution.reach.lacks_circle() {
                let circle = telegram.circle(&execution).await?;
                execution.reach = execution.reach.within(circle);
            }
            attempt(telegram, execution).await
        };
        let executing = AssertUnwindSafe(executing).catch_unwind();
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
    async fn cut<A>(&self) -> Ended<A> {
        let error = tokio::select! {
            () = self.cancel.cancelled() => TelegramError::Cancelled,
            () = tokio::time::sleep_until(self.deadline) => TelegramError::DeadlineExceeded,
        };
        if !self.is_write {
            return Ended::Telegram(error);
        }
        tokio::time::sleep(GRACE).await;
        Ended::Lost
    }
}

/// Why there is no connection.
enum Unconnected {
    Telegram(TelegramError),
    Broke,
}

impl<A> Ended<A> {
    /// Whether the caller's own limits are why it was not done.
    pub(super) fn is_denial(&self) -> bool {
        matches!(self, Self::Telegram(error) if error.is_denial())
    }

    /// In one word of a closed set.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Done(_) => "ok",
            Self::Pending(_) => "pending",
            Self::NotTried(failure) => failure.code.as_str(),
            Self::Lost => "lost",
            Self::Telegram(error) => outcome_of(error),
        }
    }

    /// What the attempt says about the way to Telegram. A refusal or a wait is an answer.
    fn health(&self) -> Health {
        match self {
            Self::Done(_) => Health::Reached,
            Self::Pending(_) | Self::NotTried(_) | Self::Lost => Health::Unknown,
            Self::Telegram(error) => health_of(error),
        }
    }
}

fn outcome_of(error: &TelegramError) -> &'static str {
    match error {
        TelegramError::Unavailable(_) => "unavailable",
        TelegramError::Overloaded { .. } => "overloaded",
        TelegramError::UnknownChat | TelegramError::UnknownMessage | TelegramError::UnseenId => "unknown_peer",
        TelegramError::Hidden(_) | TelegramError::NotToWrite | TelegramError::Withheld => "denied",
        TelegramError::Forbidden { .. } => "forbidden",
        TelegramError::RateLimited { .. } => "rate_limited",
        TelegramError::Refused { .. } => "refused",
        TelegramError::Partial { .. } => "partial",
        TelegramError::NeedsLogin { .. } => "needs_login",
        TelegramError::Invalid(_) => "invalid",
        TelegramError::Unsupported { .. } => "unsupported",
        TelegramError::OutcomeUnknown => "outcome_unknown",
        TelegramError::DeadlineExceeded => "deadline_exceeded",
        TelegramError::Cancelled => "cancelled",
        TelegramError::File(_) => "file",
        TelegramError::Store(_) => "store",
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
        | TelegramError::Overloaded { .. }
        | TelegramError::UnseenId
        | TelegramError::Hidden(_)
        | TelegramError::NotToWrite
        | TelegramError::Withheld
        | TelegramError::Invalid(_)
        | TelegramError::Unsupported { .. }
        | TelegramError::OutcomeUnknown
        | TelegramError::DeadlineExceeded
        | TelegramError::Cancelled
        | TelegramError::File(_)
        | TelegramError::Store(_) => Health::Unknown,
    }
}

/// The parts of an attempt that keeps none.
pub(crate) struct NoParts;

#[async_trait]
impl Parts for NoParts {
    async fn known(&self, _part: u32) -> Result<Option<PartState>, StoreError> {
        Ok(None)
    }

    async fn note(&self, _part: u32, _state: PartState) -> Result<(), StoreError> {
        Ok(())
    }
}
