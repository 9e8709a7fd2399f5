//! One bot: how one request becomes one answer, within one caller's patience.
//!
//! A write is handed over at most once. What is not known to have failed is never called a failure.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use telegraphist_application::ports::{Execution, Files, Inbox, Progress, TelegramError};
use telegraphist_domain::{ChatId, SessionId, UserId};
use tokio::time::Instant;

use crate::call_error::{CallError, Refusal};
use crate::errors;
use crate::known_peers::KnownPeers;
use crate::wire::{Line, Request};
use telegraphist_application::patience::{Ended, Patience};

/// Whether a request changes something, which decides what a lost answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    /// Asking twice is harmless.
    Reads,
    /// Asking twice could act twice.
    Writes,
}

/// One bot that is signed in; performs every operation.
pub(crate) struct BotAccount {
    pub(crate) session: SessionId,
    pub(crate) own: UserId,
    pub(crate) line: Line,
    pub(crate) known: KnownPeers,
    pub(crate) files: Arc<dyn Files>,
    pub(crate) inbox: Arc<dyn Inbox>,
}

impl BotAccount {
    /// Asks for something; asking twice is harmless.
    pub(crate) async fn read<A: DeserializeOwned>(
        &self,
        call: &Execution,
        request: Request,
    ) -> Result<A, TelegramError> {
        let answer = self.answer(&Terms::of(call), Does::Reads, request).await?;
        serde_json::from_str(answer.get()).map_err(|error| TelegramError::Unavailable(error.into()))
    }

    /// Changes something. The answer is read by whoever asked: that it does not read is no failure of what was done.
    pub(crate) async fn write(&self, call: &Execution, request: Request) -> Result<Box<RawValue>, TelegramError> {
        self.answer(&Terms::of(call), Does::Writes, request).await
    }

    /// Changes something where having changed it before is as good; whether anything changed.
    pub(crate) async fn write_unless_so(
        &self,
        call: &Execution,
        request: Request,
    ) -> Result<Option<Box<RawValue>>, TelegramError> {
        match self.write(call, request).await {
            Ok(answer) => Ok(Some(answer)),
            Err(TelegramError::Refused { telegram }) if telegram == "MESSAGE_NOT_MODIFIED" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends a request. Waits out what Telegram asks for where that is short enough, follows a group that has become a
    /// supergroup, and goes without formatting that Telegram does not take: each time it is certain that nothing was done
    /// yet.
    pub(crate) async fn answer(
        &self,
        terms: &Terms<'_>,
        does: Does,
        mut request: Request,
    ) -> Result<Box<RawValue>, TelegramError> {
        if let Some(to) = request.chat().and_then(|chat| self.known.moved_to(chat)) {
            request.move_to(to);
        }
        let mut has_moved = false;
        loop {
            let chat = request.chat();
            let subject = errors::subject(chat);
            let again = request.again();
            let refusal = match self.line.call(request, &terms.patience).await {
                Ok(answer) => return Ok(answer),
                Err(CallError::Refused(refusal)) => refusal,
                Err(error) => return Err(errors::failed(error, &subject, does)),
            };
            request = match (again, refusal.retry_after, refusal.migrate_to) {
                (Some(again), Some(wait), _) if terms.allow(wait) => {
                    terms.wait_out(wait).await?;
                    again
                }
                (again, _, Some(to)) if !has_moved => {
                    has_moved = true;
                    self.follow(again, chat, to, &refusal).await?
                }
                (Some(again), ..) if errors::is_about_formatting(&refusal) && again.is_formatted() => {
                    tracing::warn!(session = %self.session, "Telegram does not take the formatting; it goes without");
                    again.unformatted()
                }
                _ => return Err(errors::refused(&refusal, &subject, does)),
            };
        }
    }

    /// The request for the supergroup that its group has become.
    async fn follow(
        &self,
        again: Option<Request>,
        from: Option<ChatId>,
        to: ChatId,
        refusal: &Refusal,
    ) -> Result<Request, TelegramError> {
        if let Some(from) = from {
            self.known.note_move(from, to).await?;
        }
        let Some(mut again) = again else {
            // Its files have been read; the next attempt goes to the right place.
            return Err(TelegramError::Unavailable("the group has become a supergroup meanwhile".into()));
        };
        if again.move_to(to) {
            return Ok(again);
        }
        Err(errors::refused(refusal, &errors::subject(from), Does::Reads))
    }
}

/// What one caller accepts for one request.
pub(crate) struct Terms<'a> {
    pub(crate) patience: Patience,
    /// A wait of at most this, that fits the deadline, is waited out.
    wait_max: Duration,
    progress: Option<&'a dyn Progress>,
}

impl<'a> Terms<'a> {
    pub(crate) fn of(call: &'a Execution) -> Self {
        Self {
            patience: Patience { deadline: call.deadline, cancel: call.cancel.clone() },
            wait_max: call.wait_max,
            progress: Some(call.progress.as_ref()),
        }
    }

    /// Waits for the answer for `time`, and for nothing else.
    pub(crate) fn within(time: Duration) -> Self {
        Self { patience: Patience::of(time), wait_max: Duration::ZERO, progress: None }
    }

    fn allow(&self, wait: Duration) -> bool {
        wait <= self.wait_max && Instant::now() + wait < self.patience.deadline
    }

    async fn wait_out(&self, wait: Duration) -> Result<(), TelegramError> {
        const STEP: Duration = Duration::from_secs(1);
        let mut left = wait;
        while !left.is_zero() {
            if let Some(progress) = self.progress {
                let (done, total) = (wait.saturating_sub(left).as_secs(), wait.as_secs());
                progress.report(done, Some(total), "waiting, as Telegram asks");
            }
            let step = left.min(STEP);
            self.patience.sleep(step).await.map_err(|how| match how {
                Ended::Deadline => TelegramError::DeadlineExceeded,
                Ended::Cancelled => TelegramError::Cancelled,
            })?;
            left = left.saturating_sub(step);
        }
        Ok(())
    }
}
