//! Questions as their requesters see them.

use std::time::Duration;

use telegraphist_domain::approval::{ApprovalState, Cancellation, Decider, Risk};
use telegraphist_domain::{Approval, ApprovalId};
use tokio::time::Instant;

use super::Waiting;
use super::card::moment;
use super::change::unknown;
use crate::application::Application;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::ports::ApprovalQuery;
use crate::text::Foreign;
use crate::views::{ApprovalStateName, ApprovalView, DecisionView};

/// How often a watching caller hears that it is still waited for.
const REPORT_EVERY: Duration = Duration::from_secs(10);

impl Application {
    /// A question that this caller asked.
    pub(crate) async fn own_approval(&self, caller: &Caller, id: &str) -> Result<Approval, Failure> {
        let id: ApprovalId = id.trim().parse().map_err(|_| unknown())?;
        let approval = self.approval(id).await?.ok_or_else(unknown)?;
        if approval.requester.principal == caller.principal { Ok(approval) } else { Err(unknown()) }
    }

    /// The question as soon as it is not pending any more, or as it is at `until`; the caller hears that it is waited.
    pub(crate) async fn await_watched(&self, id: ApprovalId, waiting: &Waiting<'_>) -> Result<Approval, Failure> {
        let Waiting { until, cancel, progress } = *waiting;
        let started = Instant::now();
        let total = until.duration_since(started).as_secs();
        // Whoever waits hears so at once, and then every now and again.
        let mut step = started;
        loop {
            let approval = self.await_decision(id, step, cancel).await?;
            if !approval.is_pending() || Instant::now() >= until || cancel.is_cancelled() {
                return Ok(approval);
            }
            let passed = started.elapsed().as_secs();
            progress.report(passed, Some(total), "waiting for a decision in Telegram");
            step = until.min(Instant::now() + REPORT_EVERY);
        }
    }

    /// The newest questions of a caller.
    pub(crate) async fn own_approvals(
        &self,
        caller: &Caller,
        is_pending: bool,
        before: Option<ApprovalId>,
        limit: usize,
    ) -> Result<Vec<Approval>, Failure> {
        let query = ApprovalQuery { is_pending, principal: Some(caller.principal.clone()), before };
        Ok(self.ports().approvals.approvals(&query, limit).await?)
    }

    /// A question for its requester.
    pub(crate) async fn view_of_approval(&self, approval: &Approval) -> Result<ApprovalView, Failure> {
        let asked = self.asked_of(approval).await?;
        let decision = match Self::decision_of(approval) {
            None => None,
            Some(decided) => {
                let arguments = match decided.edited {
                    Some(edited) => self.stored_text(edited.content).await?,
                    None => None,
                };
                Some(DecisionView {
                    choice: asked.label(decided.choice).to_owned(),
                    index: decided.choice,
                    is_allowed: decided.meaning.allows(),
                    by: match decided.by {
                        Decider::Person(_) => Foreign::new(self.name_of(decided.by).await?),
                        Decider::Local(_) | Decider::Rule(_) => Foreign::new(super::ending::decided_by(decided.by)),
                    },
                    at: moment(decided.at),
                    reason: match decided.reason {
                        Some(reason) => self.stored_text(reason).await?.map(Foreign::new),
                        None => None,
                    },
                    arguments: arguments.and_then(|text| serde_json::from_str(&text).ok()),
                })
            }
        };
        Ok(ApprovalView {
            approval_id: approval.id.to_string(),
            state: state_name(&approval.state),
            title: asked.title,
            tool: asked.tool,
            risk: risk_name(approval.risk).to_owned(),
            agent: approval.requester.agent.clone(),
            options: asked.labels,
            created: moment(approval.created),
            expires: moment(approval.expires),
            held_until: approval.held_until.filter(|_| approval.is_pending()).map(moment),
            shown_to: approval.cards.len(),
            voices: approval.votes.len(),
            decision,
            why: why(&approval.state),
        })
    }
}

fn state_name(state: &ApprovalState) -> ApprovalStateName {
    match state {
        ApprovalState::Pending => ApprovalStateName::Pending,
        ApprovalState::Decided(_) => ApprovalStateName::Decided,
        ApprovalState::Executed(_) => ApprovalStateName::Executed,
        ApprovalState::Expired => ApprovalStateName::Expired,
        ApprovalState::Cancelled(_) => ApprovalStateName::Cancelled,
        ApprovalState::Undeliverable { .. } => ApprovalStateName::Undeliverable,
    }
}

fn why(state: &ApprovalState) -> Option<String> {
    match state {
        ApprovalState::Undeliverable { reason } => Some(reason.clone()),
        ApprovalState::Cancelled(Cancellation::RequesterGone) => Some("the agent that asked is gone".to_owned()),
        ApprovalState::Cancelled(Cancellation::Operator) => Some("ended by hand".to_owned()),
        ApprovalState::Cancelled(Cancellation::Requester)
        | ApprovalState::Pending
        | ApprovalState::Decided(_)
        | ApprovalState::Executed(_)
        | ApprovalState::Expired => None,
    }
}

pub(super) const fn risk_name(risk: Risk) -> &'static str {
    match risk {
        Risk::Low => "low",
        Risk::Medium => "medium",
        Risk::High => "high",
    }
}
