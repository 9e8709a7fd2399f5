//! Asking for updates. Only one may ask with a token: a lease sees to that among those who share a store, and a second
//! asker elsewhere is told of rather than fought.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use serde_json::value::RawValue;
use telegraphist_application::ports::{ReceptionState, StoreError};
use teloxide::payloads;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::lease::{Lease, Lost};
use super::{Ear, Pauses};
use crate::call_error::CallError;
use crate::wire::{ALLOWED_UPDATES, GetUpdates, Request};
use telegraphist_application::patience::Patience;

/// What Telegram may take for an answer beyond what it was asked to wait.
const ANSWER_MAX: Duration = Duration::from_secs(20);
/// Updates asked for at once, the most there are.
const BATCH: u8 = 100;

/// Who has the lease.
const ELSEWHERE: &str = "another process that shares this store asks with the same token";

/// Why asking stopped.
enum Trouble {
    /// Somebody else asks.
    Taken(String),
    /// The token is not good any more.
    TokenRefused(String),
    /// It may go on after a while; at the earliest after this.
    Failed(String, Duration),
}

/// Asks until `cancel`, or until the token is not good any more.
pub(super) async fn poll(ear: Ear, lease: Lease, cancel: CancellationToken) {
    let (pauses, taken) = (Pauses::new(ear.pace.pause), Pauses::new(ear.pace.taken));
    let mut polling = Polling { pauses, taken, ear, lease, offset: None, is_new: true };
    loop {
        let asking = AssertUnwindSafe(polling.ask_on()).catch_unwind();
        let trouble = tokio::select! {
            biased;
            () = cancel.cancelled() => break,
            ended = asking => ended.unwrap_or_else(|_panic| Trouble::Failed("it broke; see the log".to_owned(), Duration::ZERO)),
        };
        let Some(pause) = polling.note(trouble) else { break };
        tokio::select! {
            () = cancel.cancelled() => break,
            () = tokio::time::sleep(pause) => {}
        }
    }
    polling.lease.release().await;
}

struct Polling {
    ear: Ear,
    lease: Lease,
    pauses: Pauses,
    taken: Pauses,
    /// What confirms the updates before it; needed until an answer shows that Telegram has heard it.
    offset: Option<i64>,
    /// Nothing was asked yet.
    is_new: bool,
}

impl Polling {
    /// Notes what went wrong; how long to wait, or that it is over.
    fn note(&mut self, trouble: Trouble) -> Option<Duration> {
        let (state, problem, pause) = match trouble {
            Trouble::Taken(problem) => (ReceptionState::TakenByAnother, problem, Some(self.taken.next())),
            Trouble::TokenRefused(problem) => (ReceptionState::TokenRefused, problem, None),
            Trouble::Failed(problem, least) => {
                (ReceptionState::Unreachable, problem, Some(self.pauses.next().max(least)))
            }
        };
        tracing::warn!(session = %self.ear.account.session, ?state, problem, "updates do not come");
        self.ear.standing.set(state, Some(problem));
        pause
    }

    /// Asks for as long as nothing goes wrong and the lease is held.
    async fn ask_on(&mut self) -> Trouble {
        let held_since = Instant::now();
        match self.lease.take().await {
            Ok(true) => {}
            Ok(false) => return Trouble::Taken(ELSEWHERE.to_owned()),
            Err(error) => return unstored(&error),
        }
        let Self { ear, lease, pauses, taken, offset, is_new } = self;
        tokio::select! {
            trouble = ask_while_held(ear, [pauses, taken], offset, is_new) => trouble,
            lost = lease.keep(held_since) => match lost {
                Lost::ToAnother => Trouble::Taken(ELSEWHERE.to_owned()),
                Lost::Unrenewed(error) => unstored(&error),
            },
        }
    }
}

async fn ask_while_held(
    ear: &Ear,
    mut pauses: [&mut Pauses; 2],
    offset: &mut Option<i64>,
    is_new: &mut bool,
) -> Trouble {
    if *is_new {
        // Updates that wait are kept; they come by asking now.
        if let Err(trouble) = ear.call(Request::of(&payloads::DeleteWebhook::new()), ANSWER_MAX).await {
            return trouble;
        }
        *is_new = false;
    }
    // The first look does not wait, to see whether all is well; but where another asker was met, only an undisturbed
    // wait shows that.
    let was_taken = ear.standing.health().state == ReceptionState::TakenByAnother;
    let mut wait = if was_taken { ear.pace.poll } else { Duration::ZERO };
    loop {
        *offset = match ear.ask(*offset, wait).await {
            Ok(offset) => offset,
            Err(trouble) => return trouble,
        };
        ear.standing.set(ReceptionState::Receiving, None);
        for pauses in &mut pauses {
            pauses.reset();
        }
        wait = ear.pace.poll;
    }
}

impl Ear {
    /// Asks once, and stores what comes. Gives the offset that confirms it.
    async fn ask(&self, offset: Option<i64>, wait: Duration) -> Result<Option<i64>, Trouble> {
        let request = GetUpdates { offset, limit: BATCH, timeout: wait.as_secs(), allowed_updates: ALLOWED_UPDATES };
        let answer = self.call(Request::of(&request), wait + ANSWER_MAX).await?;
        let updates: Vec<&RawValue> = serde_json::from_str(answer.get())
            .map_err(|_| Trouble::Failed("what came is no list of updates".to_owned(), Duration::ZERO))?;
        if updates.is_empty() {
            // All before the offset is confirmed by this answer (ASSUMED also of an empty one). Numbers may start anew after a quiet week, so that an
            // old offset must not be named again.
            return Ok(None);
        }
        match self.take(&updates).await {
            Ok(Some(newest)) => Ok(Some(newest + 1)),
            Ok(None) => Err(Trouble::Failed("what came are no updates".to_owned(), Duration::ZERO)),
            // Not confirmed, so that they come again.
            Err(error) => Err(unstored(&error)),
        }
    }

    async fn call(&self, request: Request, time: Duration) -> Result<Box<RawValue>, Trouble> {
        let answer = self.account.line.call(request, &Patience::of(time)).await;
        answer.map_err(|error| match error {
            CallError::Refused(refusal) => match refusal.code {
                // ASSUMED: 404 is no word about the token, but about the address.
                401 => Trouble::TokenRefused(refusal.description),
                409 => Trouble::Taken(refusal.description),
                _ => Trouble::Failed(refusal.description, refusal.retry_after.unwrap_or_default()),
            },
            error @ (CallError::NotSent(_)
            | CallError::NotTelegram { .. }
            | CallError::Lost(_)
            | CallError::Ended { .. }
            | CallError::Source(_)) => Trouble::Failed(error.to_string(), Duration::ZERO),
        })
    }
}

fn unstored(error: &StoreError) -> Trouble {
    Trouble::Failed(format!("what came cannot be stored: {error}"), Duration::ZERO)
}
