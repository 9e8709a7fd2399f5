//! One call without the types of its operation: everything between the first step and the last.

use std::sync::{Arc, OnceLock};

use super::arguments::Arguments;
use super::step::{Answer, Attempt, Ended, NoParts, Step};
use super::turns::Turn;
use super::{audit, limits, refusals};
use crate::application::{Application, Inner};
use crate::caller::Caller;
use crate::delivery;
use crate::failure::{Code, Failure};
use crate::operation::{Effect, Facts};
use crate::ports::{AuditEntry, Parts, TelegramError};
use crate::security::SecurityEvent;

/// A call on its way through the pipeline.
pub(crate) struct Call {
    pub(crate) facts: Facts,
    pub(crate) caller: Caller,
    /// How it is done in the end.
    pub(crate) step: Step,
    pub(crate) arguments: Arc<dyn Arguments>,
    /// The caller's key; only where the operation takes one.
    pub(super) key: Option<String>,
    pub(super) is_confirmed: bool,
    pub(super) is_dry_run: bool,
    /// Its place among those under way, where it had to wait for people first.
    pub(super) turn: OnceLock<Turn>,
}

impl Call {
    /// Whether this call can change something.
    pub(super) fn is_write(&self) -> bool {
        self.step.is_write
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

    /// Budgets, remembered waits, confirmation, and the word of a person where policy wants one. `key` is what makes it
    /// one act, however often it is tried.
    pub(super) async fn pass(&self, app: &Application, key: Option<&str>) -> Result<(), Failure> {
        limits::pass(&app.inner, self).await?;
        self.check_confirmed()?;
        if self.needs_consent() {
            // Nobody is asked about a chat that is kept from the caller.
            self.check_chats(app).await?;
            self.consent(app, key).await?;
            let _only_one = self.turn.set(app.inner.turns.take(&self.step).await?);
        }
        Ok(())
    }

    /// What cannot be undone has to be confirmed.
    pub(super) fn check_confirmed(&self) -> Result<(), Failure> {
        let needs_confirmation = matches!(self.facts.effect, Effect::Destroys | Effect::Spends);
        if needs_confirmation && !self.is_confirmed && !self.is_dry_run {
            return Err(refusals::confirmation_required(self.facts));
        }
        Ok(())
    }

    /// Performs a call whose outcome is not kept.
    pub(super) async fn run(self, app: &Application, attempt: Attempt) -> Result<Box<dyn Answer>, Failure> {
        self.pass(app, None).await?;
        let key = match (&self.key, self.facts.is_keyed) {
            (Some(key), _) => key.clone(),
            (None, true) => app.ports().ids.idempotency_key(),
            (None, false) => self.step.correlation_id.clone(),
        };
        let ended = self.attempt(app, attempt, key, Arc::new(NoParts)).await;
        self.close(app, ended).await
    }

    /// The last step: at once, or by way of the outbox where a bot says something.
    pub(super) async fn attempt(
        &self,
        app: &Application,
        attempt: Attempt,
        key: String,
        parts: Arc<dyn Parts>,
    ) -> Ended {
        let is_queued = self.step.session.is_bot && self.is_kept() && delivery::runner_of(self.facts.name).is_some();
        if is_queued {
            return delivery::queue::send(app, self, &key).await;
        }
        self.step.attempt(app, attempt, key, parts).await
    }

    /// What follows an attempt: its outcome, and the audit row of a write.
    async fn close(&self, app: &Application, ended: Ended) -> Result<Box<dyn Answer>, Failure> {
        let is_denial = ended.is_denial();
        let result = self.outcome(app, ended).await;
        if let Some(row) = self.audit_row(app, &result, is_denial).await {
            audit::append(&app.inner, row).await;
        }
        result
    }

    /// A look at something before the call: nothing follows from one that went well.
    pub(super) async fn closed_unless_done(&self, app: &Application, ended: Ended) -> Result<(), Failure> {
        if matches!(ended, Ended::Done(_)) {
            return Ok(());
        }
        self.close(app, ended).await.map(drop)
    }

    /// The answer, or the failure in the caller's words; a failure also changes the session's state or is remembered
    /// as a wait.
    pub(super) async fn outcome(&self, app: &Application, ended: Ended) -> Result<Box<dyn Answer>, Failure> {
        match ended {
            Ended::Done(answer) | Ended::Pending(answer) => Ok(answer),
            Ended::NotTried(failure) => Err(failure),
            Ended::Lost if self.is_write() => Err(refusals::outcome_unknown(self)),
            Ended::Lost => Err(refusals::broke()),
            Ended::Telegram(error) => {
                if error.is_denial() {
                    app.inner.security(&SecurityEvent::ScopeDenied {
                        principal: &self.caller.principal,
                        operation: self.facts.name,
                        scope: None,
                    });
                }
                self.learn(app, &error).await;
                Err(refusals::of_telegram(self, error))
            }
        }
    }

    /// What the audit log is to say of a write, and of a chat that was kept from the caller; there it says so, which
    /// the answer does not.
    pub(super) async fn audit_row(
        &self,
        app: &Application,
        result: &Result<Box<dyn Answer>, Failure>,
        is_denial: bool,
    ) -> Option<AuditEntry> {
        let outcome = match result {
            _ if is_denial => "chat_denied",
            _ if !self.is_write() => return None,
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
            && let Err(error) = app.need_login(self.step.session.id, reason).await
        {
            tracing::error!(error = &error as &dyn std::error::Error, "a lost login was not recorded");
        }
        let (operation, correlation_id, error) =
            (self.facts.name, &self.step.correlation_id, cause as &dyn std::error::Error);
        if matches!(cause, TelegramError::Store(_) | TelegramError::Unavailable(_)) {
            // The answer does not say why; its correlation id must lead to the reason at the default level.
            tracing::warn!(operation, correlation_id, error, "an attempt failed");
        } else {
            tracing::debug!(operation, correlation_id, error, "an attempt failed");
        }
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
