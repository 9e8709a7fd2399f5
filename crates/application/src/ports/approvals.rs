use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::approval::{Card, Fingerprint};
use telegraphist_domain::{Approval, ApprovalId, UserId};
use uuid::Uuid;

use crate::ports::StoreError;

/// Which questions are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalQuery {
    /// Only those that nobody has decided yet.
    pub is_pending: bool,
    /// Only of this principal.
    pub principal: Option<String>,
    /// Only those asked before this one; none if it is not known.
    pub before: Option<ApprovalId>,
}

/// Rows that answer questions about approvals; written by the store with the events they follow from.
#[async_trait]
pub trait Approvals: Send + Sync {
    /// The ones that fit, the one asked last first, at most `limit`. MUST show what this handle appended as soon as
    /// `append` returned.
    async fn approvals(&self, query: &ApprovalQuery, limit: usize) -> Result<Vec<Approval>, StoreError>;
    /// The question that a message shows; the one shown there last.
    async fn approval_on(&self, card: Card) -> Result<Option<ApprovalId>, StoreError>;
    /// The pending question of this requester about exactly this, if there is one; the one asked last.
    async fn pending_about(
        &self,
        principal: &str,
        generation: &str,
        tool: &str,
        arguments: Fingerprint,
    ) -> Result<Option<ApprovalId>, StoreError>;
    /// How many nobody has decided yet, and when the next of them expires.
    async fn pending_approvals(&self) -> Result<(u64, Option<DateTime<Utc>>), StoreError>;
}

/// What a person has allowed beyond one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: Uuid,
    /// For whom.
    pub principal: String,
    /// Only for this life of the agent; for all of them if left out.
    pub generation: Option<String>,
    /// Which tool.
    pub tool: String,
    /// What it is about: a keyed hash of the requester's words for it, or of the exact arguments.
    pub about: Fingerprint,
    /// The requester's words for it, for lists; none where it is about exact arguments.
    pub words: Option<String>,
    /// Who made it.
    pub made_by: UserId,
    /// With which decision.
    pub approval: ApprovalId,
    /// When.
    pub made: DateTime<Utc>,
    /// Until when it counts.
    pub expires: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked: Option<DateTime<Utc>>,
}

/// What is asked of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleQuestion {
    /// Who asks.
    pub principal: String,
    /// In which life.
    pub generation: String,
    /// For which tool.
    pub tool: String,
    /// About what: any of these will do.
    pub about: Vec<Fingerprint>,
}

/// What people have allowed beyond one call.
#[async_trait]
pub trait Rules: Send + Sync {
    /// MUST be durable when it returns. Ids are fresh; one that is there already is left as it is.
    async fn make_rule(&self, rule: &Rule) -> Result<(), StoreError>;
    /// The newest one that counts now and allows it.
    async fn rule_for(&self, question: &RuleQuestion, now: DateTime<Utc>) -> Result<Option<Rule>, StoreError>;
    /// All of them, newest first, also those that count no more.
    async fn rules(&self) -> Result<Vec<Rule>, StoreError>;
    /// Takes one back, durable when it returns. False if there is none, or it was taken back before.
    async fn revoke_rule(&self, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError>;
}
