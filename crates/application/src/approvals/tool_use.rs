//! May this tool be used? The question that coding agents ask before they act, in their own words.

use serde_json::Value;
use telegraphist_domain::approval::{ApprovalState, Decided, Meaning, Requester, Risk, Subject};
use telegraphist_domain::{Approval, ApprovalId};
use tokio::time::Instant;

use super::ask::Ask;
use super::asked::Asked;
use super::change::Unchanged;
use crate::application::Application;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::pipeline::HereCall;

/// A tool that is to be used.
pub(crate) struct ToolUse {
    pub(crate) tool: String,
    pub(crate) input: Value,
    /// The bot to ask through.
    pub(crate) session: Option<String>,
}

/// May it?
pub(crate) enum ToolUseAnswer {
    /// With this input, which the decider may have changed.
    Allow(Value),
    /// No, for this reason.
    Deny(String),
}

/// What a requester is told for whom nobody has decided yet.
pub(crate) const UNDECIDED: &str =
    "There is no decision yet. The question stays open: use the tool again to go on waiting.";

/// How long the question itself lives: longer than one wait, so that a repeated call finds it.
const LIFE: std::time::Duration = std::time::Duration::from_hours(1);

impl Application {
    /// Asks, or goes on waiting for the same question, until `until`.
    pub(crate) async fn ask_for_tool(
        &self,
        call: &HereCall,
        tool_use: ToolUse,
        until: Instant,
    ) -> Result<ToolUseAnswer, Failure> {
        let requester = call.requester();
        let fingerprint = self.fingerprint_of(&tool_use.tool, &tool_use.input);
        let open = self
            .ports()
            .approvals
            .pending_about(&requester.principal, &requester.generation, &tool_use.tool, fingerprint)
            .await?;
        let id = match open {
            Some(id) if self.still_stands(id).await? => id,
            Some(_) | None => self.ask(self.question_about(&call.caller, &requester, &tool_use).await?).await?.id,
        };
        let approval = self.await_watched(id, &call.waiting(until)).await?;
        self.answer_of(&approval, &requester, &tool_use).await
    }

    /// Whether a question is the answer to another one like it. A denial is for as long as one prompt waits: who asks
    /// again at once is not asked about twice, and who asks much later is asked anew.
    pub(super) async fn still_stands(&self, id: ApprovalId) -> Result<bool, Failure> {
        let Some(approval) = self.approval(id).await? else { return Ok(false) };
        let Some(decided) = Self::decision_of(&approval).filter(|decided| !decided.meaning.allows()) else {
            return Ok(true);
        };
        let age = self.ports().clock.now() - super::card::moment(decided.at);
        Ok(age.to_std().is_ok_and(|age| age < self.inner.settings.approvals.prompt_wait))
    }

    async fn question_about(&self, caller: &Caller, requester: &Requester, tool_use: &ToolUse) -> Result<Ask, Failure> {
        let mut choices = vec![
            (Meaning::AllowOnce, "Allow once"),
            (Meaning::Deny, "Deny"),
            (Meaning::AllowForSession, "Allow for this session"),
            (Meaning::AllowAlways, "Always allow exactly this"),
            (Meaning::AllowEdited, "Allow with changes…"),
            (Meaning::DenyWithReason, "Deny with a reason…"),
        ];
        // What does not stay has no session to allow it for.
        choices.retain(|(meaning, _)| *meaning != Meaning::AllowForSession || !requester.generation.is_empty());
        let asked = Asked {
            title: format!("Use {}?", super::card::shortened(&tool_use.tool, 100)),
            description: None,
            tool: Some(tool_use.tool.clone()),
            arguments: Some(tool_use.input.clone()),
            labels: choices.iter().map(|(_, label)| (*label).to_owned()).collect(),
        };
        Ok(Ask {
            requester: requester.clone(),
            asked,
            meanings: choices.iter().map(|(meaning, _)| *meaning).collect(),
            rule: None,
            risk: Risk::Medium,
            life: LIFE.max(self.inner.settings.approvals.prompt_wait * 2),
            deciders: Vec::new(),
            bot: self.speaking_bot(caller, tool_use.session.as_deref()).await?,
            chat: None,
            key: None,
        })
    }

    async fn answer_of(
        &self,
        approval: &Approval,
        requester: &Requester,
        tool_use: &ToolUse,
    ) -> Result<ToolUseAnswer, Failure> {
        Ok(match &approval.state {
            ApprovalState::Pending => ToolUseAnswer::Deny(UNDECIDED.to_owned()),
            ApprovalState::Decided(decided) if decided.meaning.allows() => {
                self.take_up(approval, decided, requester, tool_use).await?
            }
            ApprovalState::Decided(decided) => ToolUseAnswer::Deny(self.denial(decided).await?),
            ApprovalState::Executed(_) => {
                ToolUseAnswer::Deny("What was allowed was done already; it was allowed once.".to_owned())
            }
            ApprovalState::Expired => ToolUseAnswer::Deny("Nobody decided in time.".to_owned()),
            ApprovalState::Cancelled(_) => ToolUseAnswer::Deny("The question was taken back.".to_owned()),
            ApprovalState::Undeliverable { .. } => {
                ToolUseAnswer::Deny("Nobody could be asked: the bot cannot write to whoever decides.".to_owned())
            }
        })
    }

    /// What was allowed is taken up once, by who asked for it, if the decider's word still counts.
    async fn take_up(
        &self,
        approval: &Approval,
        decided: &Decided,
        requester: &Requester,
        tool_use: &ToolUse,
    ) -> Result<ToolUseAnswer, Failure> {
        if !self.still_counts(decided).await? {
            self.note_act(&requester.principal, "execute", &approval.id.to_string(), "forbidden").await;
            return Ok(ToolUseAnswer::Deny("Whoever allowed it may not decide any more.".to_owned()));
        }
        let input = match decided.edited {
            None => tool_use.input.clone(),
            Some(edited) => {
                let text = self.stored_text(edited.content).await?.unwrap_or_default();
                match serde_json::from_str(&text) {
                    Ok(input) => input,
                    Err(_) => return Ok(ToolUseAnswer::Deny("The changed arguments were deleted.".to_owned())),
                }
            }
        };
        let subject = Subject {
            tool: tool_use.tool.clone(),
            arguments: self.fingerprint_of(&tool_use.tool, &input),
            rule: approval.subject.rule.clone(),
        };
        match self.change_approval(approval.id, |approval, at| approval.execute(requester, &subject, at)).await {
            Ok(_) => {
                self.note_act(&requester.principal, "execute", &approval.id.to_string(), "ok").await;
                Ok(ToolUseAnswer::Allow(input))
            }
            Err(Unchanged::Refused(refusal)) => Ok(ToolUseAnswer::Deny(format!("Not allowed: {refusal}."))),
            Err(other) => Err(other.into()),
        }
    }

    pub(super) async fn denial(&self, decided: &Decided) -> Result<String, Failure> {
        let who = self.name_of(decided.by).await?;
        let reason = match decided.reason {
            Some(reason) => self.stored_text(reason).await?,
            None => None,
        };
        Ok(match reason {
            Some(reason) => format!("Denied by {who}: {reason}"),
            None => format!("Denied by {who}."),
        })
    }
}
