//! Questions to people, for who asked them.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Foreign;

/// Where a question stands.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Debug)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ApprovalStateName {
    /// Nobody has decided yet.
    Pending,
    /// Somebody has; see `decision`.
    Decided,
    /// Somebody has, and what was allowed has been taken up.
    Executed,
    /// Nobody decided in time; nothing is allowed.
    Expired,
    /// Taken back; nothing is allowed.
    Cancelled,
    /// Nobody could be asked; nothing is allowed.
    Undeliverable,
}

impl ApprovalStateName {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Decided => "decided",
            Self::Executed => "executed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Undeliverable => "undeliverable",
        }
    }
}

/// A question to people.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalView {
    /// Pass it to `wait_for_approval`.
    pub approval_id: String,
    /// Where it stands. Only a decision that allows is a yes.
    pub state: ApprovalStateName,
    /// What was asked.
    pub title: String,
    /// Which tool it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// `low`, `medium` or `high`.
    pub risk: String,
    /// Who asked.
    pub agent: String,
    /// What could be chosen.
    pub options: Vec<String>,
    /// When it was asked.
    pub created: DateTime<Utc>,
    /// When it ends by itself.
    pub expires: DateTime<Utc>,
    /// Quiet hours keep it from being shown until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<DateTime<Utc>>,
    /// So many cards have arrived.
    pub shown_to: usize,
    /// So many have said yes, where more than one has to.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub voices: usize,
    /// What was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionView>,
    /// Why it ended, where that is not said yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A decision.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct DecisionView {
    /// The option chosen.
    pub choice: String,
    /// Which of the options, from 0.
    pub index: usize,
    /// Whether it may be done.
    pub is_allowed: bool,
    /// Who decided.
    pub by: Foreign,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Foreign>,
    /// The arguments to use in place of those asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<serde_json::Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
