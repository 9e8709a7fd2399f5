//! What would become of a call, and why: the pipeline's own checks, one after the other, with nothing spent, written
//! down or done. Looking for a chat may ask Telegram for it, as any look-up does.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::limits::{self, Counting};
use super::step::Ended;
use super::{Here, Terms, refusals, session};
use crate::application::Application;
use crate::caller::{CallContext, Caller};
use crate::failure::{Code, Failure};
use crate::operation::{Effect, Facts, Operation, Toolset};
use crate::ports::TelegramError;

/// What would become of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Which tool.
    pub tool: String,
    /// Who calls.
    pub principal: String,
    /// What was asked, in the pipeline's order. What needs an earlier step that failed is left out.
    pub steps: Vec<ExplainedStep>,
    /// What follows from them.
    pub verdict: WouldBe,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedStep {
    /// `token`, `scope`, `read_only`, `session`, `arguments`, `quota`, `chats`, `confirmation`, `approval` or `strangers`.
    pub step: String,
    /// What it says.
    pub says: Says,
    /// Why, for people.
    pub why: String,
    /// What the caller would be told, if it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// When to come back, where a wait is all it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// It goes on.
    Passes,
    /// It ends here.
    Refuses,
    /// A person has to allow it.
    Asks,
}

/// What would become of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WouldBe {
    /// It would be tried on Telegram.
    Tried,
    /// It would be tried once a person has allowed it.
    Asked,
    /// It would be refused.
    Refused,
}

impl Explanation {
    fn of(caller: &Caller, facts: Facts) -> Self {
        let (tool, principal) = (facts.name.to_owned(), caller.principal.clone());
        Self { tool, principal, steps: Vec::new(), verdict: WouldBe::Tried }
    }

    /// Says first that the token lets nobody in.
    pub fn let_nobody_in(&mut self, why: &str) {
        self.refuse("token", Failure::new(Code::Forbidden, why, ""));
        self.steps.rotate_right(1);
    }

    /// Adds a check; gives what it found.
    fn note<T>(&mut self, step: &str, found: Result<T, Failure>, why: impl FnOnce(&T) -> String) -> Option<T> {
        match found {
            Ok(found) => {
                self.push(step, Says::Passes, why(&found));
                Some(found)
            }
            Err(failure) => {
                self.refuse(step, failure);
                None
            }
        }
    }

    /// Adds a check that refuses.
    fn refuse(&mut self, step: &str, failure: Failure) {
        self.push(step, Says::Refuses, failure.message);
        if let Some(last) = self.steps.last_mut() {
            last.code = Some(failure.code);
            last.retry_after_ms = failure.retry_after_ms;
        }
    }

    fn push(&mut self, step: &str, says: Says, why: impl Into<String>) {
        self.verdict = match (self.verdict, says) {
            (WouldBe::Refused, _) | (_, Says::Refuses) => WouldBe::Refused,
            (WouldBe::Asked, _) | (_, Says::Asks) => WouldBe::Asked,
            (WouldBe::Tried, Says::Passes) => WouldBe::Tried,
        };
        self.steps.push(ExplainedStep {
            step: step.to_owned(),
            says,
            why: why.into(),
            code: None,
            retry_after_ms: None,
        });
    }

    fn admission(&mut self, caller: &Caller, facts: &Facts, is_dry_run: bool) {
        let grants = &caller.grants;
        let read_only =
            grants.read_only_refuses(facts, is_dry_run).map_or(Ok(()), |denied| Err(refusals::denied(denied)));
        self.note("read_only", read_only, |()| match (facts.effect, is_dry_run) {
            (Effect::Reads, _) | (_, true) => "It changes nothing.".to_owned(),
            (Effect::Writes | Effect::Destroys | Effect::Spends, false) => "It may change something.".to_owned(),
        });
        let scope = grants.denied(facts.scope).map_or(Ok(()), |denied| Err(refusals::denied(denied)));
        self.note("scope", scope, |()| format!("It has the scope `{}`.", facts.scope.as_str()));
    }

    fn quotas(&mut self, counted: Vec<Counting>, wait_max: Duration) {
        if counted.is_empty() {
            self.push("quota", Says::Passes, "Nothing counts it.");
        }
        for Counting { what, wait } in counted {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            if wait.is_zero() {
                self.push("quota", Says::Passes, format!("There is room for it in {what}."));
            } else if wait <= wait_max {
                self.push("quota", Says::Passes, format!("It would wait {seconds} s for {what}."));
            } else {
                let why = format!("There is no room for it in {what}; come back in {seconds} s.");
                self.refuse("quota", Failure::new(Code::RateLimited, why, "").retry_after(wait));
            }
        }
    }
}

impl Application {
    /// What would become of this operation on Telegram, called by `caller`.
    pub async fn explain<O: Operation>(&self, caller: &Caller, operation: O) -> Explanation {
        let mut told = Explanation::of(caller, O::FACTS);
        told.admission(caller, &O::FACTS, operation.is_dry_run());
        let named = operation.session();
        let found = session::find(&*self.ports().views, &caller.grants.sessions, named).await;
        let session = told.note("session", found, |session| format!("It is for the session `{}`.", session.name));
        let checked = self.check_arguments(&operation);
        let are_usable = told.note("arguments", checked, |()| "They can be used.".to_owned()).is_some();
        if let (Some(session), true) = (session, are_usable) {
            let context = CallContext::default();
            let deadline = self.inner.deadline(&context);
            let terms = deadline.map(|deadline| Terms { deadline, context, correlation_id: "explain" });
            let call = terms.and_then(|terms| self.call_of(caller, &Arc::new(operation), session, terms));
            match call {
                Ok(call) => self.explain_call(&mut told, &call).await,
                Err(failure) => told.refuse("arguments", failure),
            }
        }
        if caller.grants.is_locked_down {
            told.push("strangers", Says::Passes, "Texts by strangers are withheld from the answer.");
        }
        told
    }

    async fn explain_call(&self, told: &mut Explanation, call: &Call) {
        match limits::standing(&self.inner, call).await {
            Ok(counted) => told.quotas(counted, self.inner.settings.wait_max),
            Err(error) => told.refuse("quota", error.into()),
        }
        if call.step.reach.is_open() {
            told.push("chats", Says::Passes, "No chat is kept from it.");
        } else {
            let looked = self.looked_at_chats(call).await;
            told.note("chats", looked, |()| "The chats that it names are there for it.".to_owned());
        }
        told.note("confirmation", call.check_confirmed(), |()| match call.facts.effect {
            Effect::Reads | Effect::Writes => "It needs none.".to_owned(),
            Effect::Destroys | Effect::Spends => "It is confirmed, or changes nothing.".to_owned(),
        });
        self.explain_consent(told, call.needs_consent()).await;
    }

    async fn looked_at_chats(&self, call: &Call) -> Result<(), Failure> {
        match call.look_at_chats(self).await {
            Ended::Done(_) | Ended::Pending(_) => Ok(()),
            Ended::Telegram(TelegramError::Hidden(absent)) => {
                let told = refusals::of_telegram(call, *absent);
                let message = format!("A chat is kept from it by its lists. It is told: {}", told.message);
                Err(Failure { message, ..told })
            }
            Ended::Telegram(error) => Err(refusals::of_telegram(call, error)),
            Ended::NotTried(failure) => Err(failure),
            Ended::Lost => Err(refusals::broke()),
        }
    }

    async fn explain_consent(&self, told: &mut Explanation, is_needed: bool) {
        if !is_needed {
            return told.push("approval", Says::Passes, "Nobody has to allow it.");
        }
        match self.whom_to_ask().await {
            Ok((bot, deciders)) => {
                let why = format!(
                    "A person has to allow it: {} would be asked through `{}`.",
                    people(deciders.len()),
                    bot.name
                );
                told.push("approval", Says::Asks, why);
            }
            Err(failure) => told.refuse("approval", failure),
        }
    }

    /// The same for an operation that is answered here.
    pub async fn explain_here<O: Here>(&self, caller: &Caller, operation: O) -> Explanation {
        let mut told = Explanation::of(caller, O::FACTS);
        told.admission(caller, &O::FACTS, operation.is_dry_run());
        let checked = operation.check().map_err(|refused| refusals::invalid(&refused));
        told.note("arguments", checked, |()| "They can be used.".to_owned());
        told.note("confirmation", super::here::check_confirmed(&operation), |()| {
            "It needs none, or has it.".to_owned()
        });
        match limits::standing_here(&self.inner, caller, O::FACTS).await {
            // Nobody waits for what is answered here.
            Ok(counted) => told.quotas(counted, Duration::ZERO),
            Err(error) => told.refuse("quota", error.into()),
        }
        let chats = operation.chats();
        if matches!(O::FACTS.toolset, Toolset::Notify | Toolset::Approvals) && !chats.is_empty() {
            let found = self.speaking_bot(caller, operation.session()).await;
            let bot = told.note("session", found, |bot| format!("It is for the session `{}`.", bot.name));
            if let Some(bot) = bot {
                for chat in chats {
                    let place = self.allowed_place(caller, &bot, chat).await;
                    told.note("chats", place, |_| "The chat was let in, and is there for it.".to_owned());
                }
            }
        }
        self.explain_consent(&mut told, super::here::needs_consent(caller, &operation)).await;
        told
    }

    /// The same for what is a list of this server's own.
    pub fn explain_listing<O: Operation>(&self, caller: &Caller, operation: &O) -> Explanation {
        let mut told = Explanation::of(caller, O::FACTS);
        told.admission(caller, &O::FACTS, operation.is_dry_run());
        told
    }
}

fn people(count: usize) -> String {
    if count == 1 { "one person".to_owned() } else { format!("{count} people") }
}
