//! What policy lets a caller do only if a person allows it: asked about each time, done once.

use chrono::TimeDelta;
use serde_json::Value;
use telegraphist_domain::approval::{ApprovalState, Decided, Meaning, Requester, Risk, Subject};
use telegraphist_domain::{Approval, ApprovalId, UserId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::ask::Ask;
use super::asked::Asked;
use super::card::{moment, shortened};
use super::change::Unchanged;
use crate::application::Application;
use crate::caller::Caller;
use crate::failure::{Code, Failure};
use crate::operation::{Effect, Facts};
use crate::pipeline::{KEPT_FOR, KnownSession};
use crate::ports::Progress;

/// How long the question lives: longer than one call waits, so that a repeat finds the decision.
const LIFE: std::time::Duration = std::time::Duration::from_hours(1);

/// So long after a decision a repeat is the same act: a day less than keys are kept, which begin with the question.
const SAME_ACT_FOR: TimeDelta = TimeDelta::days(KEPT_FOR.num_days() - 1);

/// What is to be done, exactly.
pub(crate) struct Act<'a> {
    pub(crate) principal: &'a str,
    pub(crate) facts: Facts,
    /// The session, if it is about one, and all arguments: what people are shown, and what their word is bound to.
    pub(crate) shown: Value,
    /// What makes it one act however often it is asked for; without one, every act is asked about.
    pub(crate) key: Option<String>,
}

/// How somebody waits for people.
pub(crate) struct Waiting<'a> {
    pub(crate) until: Instant,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) progress: &'a dyn Progress,
}

impl Application {
    /// Returns when somebody who may decide has allowed it, or says why it is not allowed. The same act, asked for
    /// again, goes on with the same question.
    pub(crate) async fn consent(&self, act: &Act<'_>, waiting: &Waiting<'_>) -> Result<(), Failure> {
        let requester = Requester {
            principal: act.principal.to_owned(),
            agent: act.principal.to_owned(),
            generation: String::new(),
        };
        let id = match self.open_question(act).await? {
            Some(id) => id,
            None => self.ask(self.question_of(act, &requester).await?).await?.id,
        };
        let approval = self.await_watched(id, waiting).await?;
        self.heed(&approval, act, &requester).await
    }

    /// The question that is open about this very act. Where it has a key the question has it, too, and is found by it.
    async fn open_question(&self, act: &Act<'_>) -> Result<Option<ApprovalId>, Failure> {
        if act.key.is_some() {
            return Ok(None);
        }
        let (tool, about) = (act.facts.name, self.fingerprint_of(act.facts.name, &act.shown));
        let open = self.ports().approvals.pending_about(act.principal, "", tool, about).await?;
        match open {
            Some(id) if self.still_stands(id).await? => Ok(Some(id)),
            Some(_) | None => Ok(None),
        }
    }

    /// Through which bot the server asks, and whom. It does not depend on which sessions the caller may use.
    pub(crate) async fn whom_to_ask(&self) -> Result<(KnownSession, Vec<UserId>), Failure> {
        let bot = self.speaking_bot(&Caller::owner(), None).await.map_err(|failure| nobody_to_ask(&failure))?;
        let deciders = self.usual_deciders().await.map_err(|failure| nobody_to_ask(&failure))?;
        Ok((bot, deciders))
    }

    async fn question_of(&self, act: &Act<'_>, requester: &Requester) -> Result<Ask, Failure> {
        let (bot, deciders) = self.whom_to_ask().await?;
        let choices = [
            (Meaning::AllowOnce, "Allow once"),
            (Meaning::Deny, "Deny"),
            (Meaning::DenyWithReason, "Deny with a reason…"),
        ];
        Ok(Ask {
            requester: requester.clone(),
            asked: Asked {
                title: format!("{}, for {}?", act.facts.title, shortened(act.principal, 60)),
                description: None,
                tool: Some(act.facts.name.to_owned()),
                arguments: Some(act.shown.clone()),
                labels: choices.iter().map(|(_, label)| (*label).to_owned()).collect(),
            },
            meanings: choices.iter().map(|(meaning, _)| *meaning).collect(),
            rule: None,
            risk: match act.facts.effect {
                Effect::Reads | Effect::Writes => Risk::Medium,
                Effect::Destroys | Effect::Spends => Risk::High,
            },
            life: LIFE,
            deciders,
            bot,
            chat: None,
            key: act.key.as_ref().map(|key| format!("consent/{key}")),
        })
    }

    async fn heed(&self, approval: &Approval, act: &Act<'_>, requester: &Requester) -> Result<(), Failure> {
        match &approval.state {
            ApprovalState::Pending => Err(undecided(approval.id, act)),
            ApprovalState::Decided(decided) if decided.meaning.allows() => {
                if !self.still_counts(decided).await? {
                    self.note_act(act.principal, "execute", &approval.id.to_string(), "forbidden").await;
                    return Err(not_allowed("Whoever allowed it may not decide any more."));
                }
                self.take_consent(approval, act, requester).await
            }
            ApprovalState::Decided(decided) => Err(not_allowed(&self.denial(decided).await?)),
            // Under the same key it is the same act, which is done once for as long as keys are kept.
            ApprovalState::Executed(decided) if act.key.is_some() && self.is_kept_still(decided) => Ok(()),
            ApprovalState::Executed(_) => Err(not_allowed("It was allowed once, and done.")),
            ApprovalState::Expired => Err(not_allowed("Nobody decided in time.")),
            ApprovalState::Cancelled(_) => Err(not_allowed("The question was taken back.")),
            ApprovalState::Undeliverable { .. } => {
                Err(not_allowed("Nobody could be asked: the bot cannot write to whoever decides."))
            }
        }
    }

    /// Whether what was done after this decision is still known by its key.
    fn is_kept_still(&self, decided: &Decided) -> bool {
        self.ports().clock.now() - moment(decided.at) < SAME_ACT_FOR
    }

    /// What was allowed is taken up once.
    async fn take_consent(&self, approval: &Approval, act: &Act<'_>, requester: &Requester) -> Result<(), Failure> {
        let subject = Subject {
            tool: act.facts.name.to_owned(),
            arguments: self.fingerprint_of(act.facts.name, &act.shown),
            rule: None,
        };
        match self.change_approval(approval.id, |approval, at| approval.execute(requester, &subject, at)).await {
            Ok(_) => {
                self.note_act(act.principal, "execute", &approval.id.to_string(), "ok").await;
                Ok(())
            }
            Err(Unchanged::Refused(refusal)) => Err(not_allowed(&format!("It is not allowed: {refusal}."))),
            Err(other) => Err(other.into()),
        }
    }
}

fn undecided(id: ApprovalId, act: &Act<'_>) -> Failure {
    let action = if act.facts.is_keyed {
        "Repeat the same call with the `idempotency_key` of `details` to go on waiting; it is done once."
    } else {
        "Repeat the same call to go on waiting for the same decision."
    };
    Failure::new(Code::ApprovalRequired, "A person has to allow this, and nobody has decided yet.", action)
        .with_details(serde_json::json!({ "approval": id.to_string() }))
}

fn not_allowed(why: &str) -> Failure {
    Failure::new(
        Code::Forbidden,
        why,
        "Do not repeat it unless the person asks for it; then with a new key if it has one.",
    )
}

fn nobody_to_ask(failure: &Failure) -> Failure {
    Failure::new(
        Code::ApprovalRequired,
        format!("A person has to allow this, and nobody can be asked: {}", failure.message),
        "Ask the owner of this server to sign a bot in and to let in who decides: `telegraphist login --help`, `telegraphist people --help`.",
    )
}
