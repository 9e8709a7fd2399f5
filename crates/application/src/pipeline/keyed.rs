//! Calls that must not happen twice: joined while open, answered from what was kept when finished, continued when the
//! process died in the middle.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::call::{Call, is_lasting, with_key};
use super::step::{Answer, Attempt, Ended};
use super::{audit, refusals};
use crate::application::Application;
use crate::failure::Failure;
use crate::operation::Refused;
use crate::ports::{CallKey, Claim, Entry, Idempotency, Outcome, PartState, Parts, StoreError, TelegramError};

/// The longest key a caller may choose.
const KEY_MAX: usize = 200;

/// What a keyed call answers: fresh from Telegram, or the JSON that was kept.
pub(super) enum Kept {
    Fresh(Box<dyn Answer>),
    Json(String),
}

/// How long outcomes are kept under their keys.
pub(crate) const KEPT_FOR: TimeDelta = TimeDelta::days(7);
/// Older ones are forgotten at most this often.
const FORGET_EVERY: TimeDelta = TimeDelta::hours(1);

/// The keyed calls that are under way in this process.
#[derive(Default)]
pub(crate) struct OpenCalls {
    calls: Mutex<HashMap<CallKey, Open>>,
    /// When old outcomes were last forgotten.
    forgotten: Mutex<Option<DateTime<Utc>>>,
}

struct Open {
    operation: &'static str,
    arguments: [u8; 32],
    end: watch::Receiver<Option<Result<Arc<str>, Failure>>>,
}

enum Entered<'a> {
    /// Nobody else has the key now.
    First(Place<'a>),
    /// The same call is under way.
    Join(watch::Receiver<Option<Result<Arc<str>, Failure>>>),
    /// Another call has the key.
    Reused,
}

/// The place of the call that is under way; leaving it wakes whoever joined.
struct Place<'a> {
    calls: &'a OpenCalls,
    key: CallKey,
    end: watch::Sender<Option<Result<Arc<str>, Failure>>>,
}

impl OpenCalls {
    fn enter(&self, key: &CallKey, claim: &Claim, operation: &'static str) -> Entered<'_> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        match calls.entry(key.clone()) {
            Slot::Occupied(slot) => {
                let open = slot.get();
                if open.operation == claim.operation && open.arguments == claim.arguments {
                    Entered::Join(open.end.clone())
                } else {
                    Entered::Reused
                }
            }
            Slot::Vacant(slot) => {
                let (end, receiver) = watch::channel(None);
                slot.insert(Open { operation, arguments: claim.arguments, end: receiver });
                Entered::First(Place { calls: self, key: key.clone(), end })
            }
        }
    }

    /// Whether it is time to forget old outcomes; if so, the next time is `FORGET_EVERY` away.
    fn is_time_to_forget(&self, now: DateTime<Utc>) -> bool {
        let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = forgotten.is_none_or(|last| now - last >= FORGET_EVERY);
        if is_time {
            *forgotten = Some(now);
        }
        is_time
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut calls = self.calls.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.remove(&self.key);
    }
}

impl Place<'_> {
    fn end(self, result: &Result<Kept, Failure>) {
        let told = match result {
            Ok(Kept::Fresh(answer)) => Ok(answer.to_json().into()),
            Ok(Kept::Json(json)) => Ok(json.as_str().into()),
            Err(failure) => Err(failure.clone()),
        };
        self.end.send_replace(Some(told));
    }
}

impl Call {
    /// Performs a call whose outcome is kept under its key, or answers what is kept already.
    pub(super) async fn run_kept(self, app: &Application, attempt: Attempt) -> Result<Kept, Failure> {
        let is_made = self.key.is_none();
        let key = match &self.key {
            Some(key) if key.is_empty() || key.len() > KEY_MAX => {
                let problem = format!("must have 1 to {KEY_MAX} bytes");
                return Err(refusals::invalid(&Refused::new("idempotency_key", problem)));
            }
            Some(key) => key.clone(),
            None => app.ports().ids.idempotency_key(),
        };
        let key = CallKey { principal: self.caller.principal.clone(), session: self.step.session.id, key };
        let claim = Claim {
            operation: self.facts.name.to_owned(),
            arguments: self.fingerprint(&app.inner),
            at: app.ports().clock.now(),
        };
        let result = match app.inner.open_calls.enter(&key, &claim, self.facts.name) {
            Entered::Reused => Err(refusals::key_reused()),
            Entered::Join(end) => self.join(end).await,
            Entered::First(place) => {
                let result = self.run_first(app, attempt, &key, &claim, is_made).await;
                place.end(&result);
                result
            }
        };
        result.map_err(|failure| with_key(failure, &key.key))
    }

    /// Waits for the same call that is under way already.
    async fn join(&self, mut end: watch::Receiver<Option<Result<Arc<str>, Failure>>>) -> Result<Kept, Failure> {
        let ended = tokio::select! {
            ended = end.wait_for(Option::is_some) => ended.ok().and_then(|end| end.clone()),
            () = self.step.cancel.cancelled() => None,
            () = tokio::time::sleep_until(self.step.deadline) => None,
        };
        match ended {
            Some(Ok(json)) => Ok(Kept::Json(json.as_ref().to_owned())),
            Some(Err(failure)) => Err(failure),
            // The call that was joined goes on; only this one stops waiting for it.
            None => Err(refusals::outcome_unknown(self)),
        }
    }

    async fn run_first(
        &self,
        app: &Application,
        attempt: Attempt,
        key: &CallKey,
        claim: &Claim,
        is_made: bool,
    ) -> Result<Kept, Failure> {
        let idempotency = &app.ports().idempotency;
        // Nothing can be known under a key that was made a moment ago.
        let earlier = if is_made { None } else { idempotency.look_up(key).await? };
        if let Some(entry) = &earlier
            && let Some(kept) = kept(entry, claim)?
        {
            return Ok(kept);
        }
        self.pass(app, Some(&key.key)).await?;
        let earlier = match earlier {
            Some(entry) => Some(entry),
            None => idempotency.claim(key, claim).await?,
        };
        if let Some(entry) = &earlier
            && let Some(kept) = kept(entry, claim)?
        {
            return Ok(kept);
        }
        let parts = Arc::new(KeptParts {
            idempotency: Arc::clone(idempotency),
            key: key.clone(),
            known: earlier.map(|entry| entry.parts.into_iter().collect()).unwrap_or_default(),
        });
        let ended = self.attempt(app, attempt, key.key.clone(), parts).await;
        let (is_over, is_denial) = (ended.is_certain(), ended.is_denial());
        let result = self.outcome(app, ended).await;
        let row = self.audit_row(app, &result, is_denial).await;
        // Handed over at once, so that the store needs one commit for both.
        let audited = async {
            if let Some(row) = row {
                audit::append(&app.inner, row).await;
            }
        };
        let kept = async {
            if is_over {
                keep(app, key, &result).await;
            }
        };
        tokio::join!(audited, kept);
        forget_old(app, claim.at).await;
        result.map(Kept::Fresh)
    }
}

/// What an earlier call under the key left: its outcome, nothing if it is still open, or a refusal if it was another.
fn kept(entry: &Entry, claim: &Claim) -> Result<Option<Kept>, Failure> {
    if entry.claim.operation != claim.operation || entry.claim.arguments != claim.arguments {
        return Err(refusals::key_reused());
    }
    match &entry.outcome {
        None => Ok(None),
        Some(Outcome::Answered(json)) => Ok(Some(Kept::Json(json.clone()))),
        Some(Outcome::Failed(json)) => Err(serde_json::from_str(json).map_err(|_| refusals::broke())?),
    }
}

/// Keeps the outcome, or gives the key back where nothing was done. If the store fails now the key stays open: a
/// repeat continues it with the same random ids, so nothing is sent twice.
async fn keep(app: &Application, key: &CallKey, result: &Result<Box<dyn Answer>, Failure>) {
    let idempotency = &app.ports().idempotency;
    let kept = match result {
        Ok(answer) => idempotency.finish(key, &Outcome::Answered(answer.to_json())).await,
        Err(failure) if is_lasting(failure.code) => {
            let json = serde_json::to_string(failure).expect("failures are plain data");
            idempotency.finish(key, &Outcome::Failed(json)).await
        }
        Err(_) => idempotency.release(key).await,
    };
    if let Err(error) = kept {
        tracing::error!(error = &error as &dyn std::error::Error, "the outcome of a call was not kept");
    }
}

/// Nobody repeats a call after a week. Done beside a new call, which is what makes the store grow.
async fn forget_old(app: &Application, now: DateTime<Utc>) {
    if !app.inner.open_calls.is_time_to_forget(now) {
        return;
    }
    if let Err(error) = app.ports().idempotency.forget_before(now - KEPT_FOR).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "old outcomes were not forgotten");
    }
}

impl Ended {
    /// Whether it is known what was done: everything or nothing.
    fn is_certain(&self) -> bool {
        !matches!(
            self,
            Self::Pending(_)
                | Self::Lost
                | Self::Telegram(TelegramError::OutcomeUnknown | TelegramError::Partial { .. })
        )
    }
}

/// The parts of a call, as noted under its key.
struct KeptParts {
    idempotency: Arc<dyn Idempotency>,
    key: CallKey,
    /// What an earlier attempt left; this attempt knows itself what it did.
    known: HashMap<u32, PartState>,
}

#[async_trait]
impl Parts for KeptParts {
    async fn known(&self, part: u32) -> Result<Option<PartState>, StoreError> {
        Ok(self.known.get(&part).cloned())
    }

    async fn note(&self, part: u32, state: PartState) -> Result<(), StoreError> {
        self.idempotency.note_part(&self.key, part, &state).await
    }
}
