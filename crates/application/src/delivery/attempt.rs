//! One attempt at a delivery, and what follows from how it ended.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt as _;
use telegraphist_domain::DeliveryId;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::stored::{Answered, runner_of};
use crate::application::Application;
use crate::caller::CallContext;
use crate::grants::Reach;
use crate::operation::Operation;
use crate::operations::SendFile;
use crate::pipeline::{Ended, KnownSession, Step};
use crate::ports::{Attempted, Claimed, Cursors, Outbox, PartState, Parts, StoreError, TelegramError};

/// How long one attempt may take.
const ATTEMPT_MAX: Duration = Duration::from_mins(2);
/// How long an attempt with files may take.
const FILES_MAX: Duration = Duration::from_mins(30);
/// What could not be sent for so long is given up.
const AGE_MAX: TimeDelta = TimeDelta::hours(24);
/// Between attempts: from, doubled each time up to.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));

/// Who was written to lets this bot write nothing at all. What else is forbidden is a matter of one message.
const SHUT_OUT: [&str; 3] = ["BOT_BLOCKED", "USER_DEACTIVATED", "CHAT_NOT_STARTED"];

/// How an attempt ended.
pub(super) struct Tried {
    /// What the outbox is to note.
    pub(super) how: Attempted,
    /// What became of parts since they were last noted.
    pub(super) parts: Vec<(u32, PartState)>,
    /// What whoever waits is told; nothing while it goes on.
    pub(super) told: Option<Result<Answered, TelegramError>>,
    /// Telegram asked for a wait.
    pub(super) flood: Option<Duration>,
    /// The login is lost.
    pub(super) lost: Option<String>,
    /// Whoever was written to does not let this bot write to them.
    pub(super) is_shut_out: bool,
}

/// Tries once.
pub(super) async fn attempt(
    app: &Application,
    session: &KnownSession,
    claimed: &Claimed,
    cancel: CancellationToken,
) -> Tried {
    let delivery = &claimed.delivery;
    let read = runner_of(&delivery.operation).map(|runner| (runner, (runner.read)(&claimed.body)));
    let Some((runner, Ok(attempt))) = read else {
        return Tried::failed("it was queued by another version and cannot be read", None);
    };
    let time = if delivery.operation == SendFile::FACTS.name { FILES_MAX } else { ATTEMPT_MAX };
    let step = Step {
        operation: runner.name,
        class: runner.class,
        session: session.clone(),
        deadline: Instant::now() + time,
        cancel,
        progress: CallContext::default().progress,
        correlation_id: delivery.id.to_string(),
        cursors: Cursors::none(),
        // Whoever queued it was held against their own.
        reach: Reach::everywhere(),
        is_write: true,
    };
    let known = claimed.parts.iter().cloned().collect();
    let parts = Arc::new(DeliveryParts {
        outbox: Arc::clone(&app.ports().outbox),
        id: delivery.id,
        known,
        held: Mutex::default(),
    });
    let key = delivery.once.as_ref().map_or_else(|| delivery.id.to_string(), |once| once.key.clone());
    let ended = step.attempt(app, attempt, key, Arc::<DeliveryParts>::clone(&parts)).await;
    let now = app.ports().clock.now();
    if matches!(ended, Ended::Done(_)) {
        app.telemetry().delivered((now - delivery.queued).to_std().unwrap_or_default());
    }
    let tried = conclude(ended, claimed, now);
    // What was sent whole has its messages.
    let parts = if matches!(tried.how, Attempted::Sent { .. }) { Vec::new() } else { parts.take() };
    Tried { parts, ..tried }
}

fn conclude(ended: Ended<Answered>, claimed: &Claimed, now: DateTime<Utc>) -> Tried {
    match ended {
        Ended::Done(answered) | Ended::Pending(answered) => Tried {
            how: Attempted::Sent { message_ids: answered.message_ids.clone() },
            parts: Vec::new(),
            told: Some(Ok(answered)),
            flood: None,
            lost: None,
            is_shut_out: false,
        },
        Ended::NotTried(failure) => {
            let wait = failure.retry_after_ms.map_or(PAUSES.0, Duration::from_millis);
            Tried::again(claimed, now, Some(wait), failure.code.as_str().to_owned())
        }
        Ended::Lost => Tried::unknown(),
        Ended::Telegram(error) => of_telegram(error, claimed, now),
    }
}

fn of_telegram(error: TelegramError, claimed: &Claimed, now: DateTime<Utc>) -> Tried {
    match error {
        TelegramError::OutcomeUnknown => Tried::unknown(),
        // Parts that were sent are noted; what is left goes on as its cause says.
        TelegramError::Partial { sent, cause } => of_telegram(*cause, claimed, now).after_parts(sent),
        TelegramError::RateLimited { retry_after, .. } => {
            let told = format!("Telegram asks to wait {} s", retry_after.as_secs());
            Tried { flood: Some(retry_after), ..Tried::again(claimed, now, Some(retry_after), told) }
        }
        TelegramError::NeedsLogin { reason } => {
            // The next sign-in is what it waits for.
            Tried { lost: Some(reason.clone()), ..Tried::again(claimed, now, Some(Duration::ZERO), reason) }
        }
        TelegramError::Overloaded { retry_after } => Tried::again(claimed, now, Some(retry_after), error.to_string()),
        TelegramError::Unavailable(_) | TelegramError::Store(_) | TelegramError::DeadlineExceeded => {
            Tried::again(claimed, now, None, error.to_string())
        }
        // The worker was stopped; nothing was handed over.
        TelegramError::Cancelled => Tried::again(claimed, now, Some(Duration::ZERO), "delivery was stopped".into()),
        TelegramError::Forbidden { ref telegram } => {
            let is_shut_out = SHUT_OUT.contains(&telegram.as_str());
            Tried { is_shut_out, ..Tried::failed(&telegram.clone(), Some(error)) }
        }
        TelegramError::Refused { ref telegram } => Tried::failed(&telegram.clone(), Some(error)),
        TelegramError::UnknownChat
        | TelegramError::UnseenId
        | TelegramError::Hidden(_)
        | TelegramError::NotToWrite
        | TelegramError::Withheld
        | TelegramError::UnknownMessage
        | TelegramError::Invalid(_)
        | TelegramError::Unsupported { .. }
        | TelegramError::File(_) => Tried::failed(&error.to_string(), Some(error)),
    }
}

impl Tried {
    fn failed(why: &str, error: Option<TelegramError>) -> Self {
        let told = error.unwrap_or_else(|| TelegramError::Refused { telegram: why.to_owned() });
        Self {
            how: Attempted::Failed { error: why.to_owned() },
            parts: Vec::new(),
            told: Some(Err(told)),
            flood: None,
            lost: None,
            is_shut_out: false,
        }
    }

    fn unknown() -> Self {
        let error = "Telegram's answer was lost; it may have been sent".to_owned();
        let told = Some(Err(TelegramError::OutcomeUnknown));
        Self { how: Attempted::Unknown { error }, parts: Vec::new(), told, flood: None, lost: None, is_shut_out: false }
    }

    /// Whoever waits is told of the parts that were sent before it stopped.
    fn after_parts(self, sent: Vec<i32>) -> Self {
        let partial = |cause| TelegramError::Partial { sent, cause: Box::new(cause) };
        Self { told: self.told.map(|told| told.map_err(partial)), ..self }
    }

    /// Once more after `wait`, or after a while that grows; given up when it is too old.
    fn again(claimed: &Claimed, now: DateTime<Utc>, wait: Option<Duration>, error: String) -> Self {
        if now - claimed.delivery.queued > AGE_MAX {
            let told = Some(Err(TelegramError::Refused { telegram: error.clone() }));
            return Self {
                how: Attempted::Dead { error },
                parts: Vec::new(),
                told,
                flood: None,
                lost: None,
                is_shut_out: false,
            };
        }
        let wait = wait.unwrap_or_else(|| pause(claimed.delivery.attempts));
        let not_before = now + TimeDelta::from_std(wait).unwrap_or(AGE_MAX);
        Self {
            how: Attempted::Again { not_before, error },
            parts: Vec::new(),
            told: None,
            flood: None,
            lost: None,
            is_shut_out: false,
        }
    }
}

/// The pause after so many attempts, with jitter, so that what failed together does not come back together.
fn pause(attempts: u32) -> Duration {
    let pause = PAUSES.0.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(PAUSES.1);
    pause.mul_f64(rand::rng().random_range(0.75..1.25))
}

/// The parts of a delivery, as noted with it. A delivery that is being sent may have been sent whatever is noted of its
/// parts, so they are noted with the end of the attempt; before, only what was sent is, when more is to follow.
struct DeliveryParts {
    outbox: Arc<dyn Outbox>,
    id: DeliveryId,
    known: HashMap<u32, PartState>,
    /// Not noted yet.
    held: Mutex<BTreeMap<u32, PartState>>,
}

impl DeliveryParts {
    fn held(&self) -> MutexGuard<'_, BTreeMap<u32, PartState>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<(u32, PartState)> {
        std::mem::take(&mut *self.held()).into_iter().collect()
    }
}

#[async_trait]
impl Parts for DeliveryParts {
    async fn known(&self, part: u32) -> Result<Option<PartState>, StoreError> {
        Ok(self.known.get(&part).cloned())
    }

    async fn note(&self, part: u32, state: PartState) -> Result<(), StoreError> {
        let is_more = matches!(state, PartState::Started { .. });
        let to_note = {
            let mut held = self.held();
            let is_due = is_more && held.values().any(|held| matches!(held, PartState::Sent { .. }));
            held.insert(part, state);
            is_due.then(|| held.clone().into_iter().collect::<Vec<_>>())
        };
        let Some(parts) = to_note else { return Ok(()) };
        self.outbox.note_parts(self.id, &parts).await?;
        self.held().clear();
        Ok(())
    }
}
