use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use telegraphist_domain::ApprovalId;
use uuid::Uuid;

use crate::application::Application;
use crate::arguments::limit;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::{ApprovalView, Page};

const USUAL: u32 = 20;

/// The questions that you asked, newest first.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListApprovals {
    /// Only those that nobody has decided yet.
    #[serde(default)]
    pub pending: bool,
    /// 1 to 100, default 20.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Operation for ListApprovals {
    type Output = Page<ApprovalView>;
    const FACTS: Facts = Facts {
        name: "list_approvals",
        title: "List approvals",
        toolset: Toolset::Approvals,
        effect: Effect::Reads,
        scope: Scope::ApprovalsRead,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fn session(&self) -> Option<&str> {
        None
    }

    fields!(cursor);

    fn check(&self) -> Result<(), Refused> {
        limit(self.limit, USUAL).map(drop)
    }
}

#[async_trait]
impl Here for ListApprovals {
    async fn run(self, app: &Application, call: &HereCall) -> Result<Page<ApprovalView>, Failure> {
        let limit = self.limit.unwrap_or(USUAL) as usize;
        let before = match &call.cursors.position {
            Some(position) => Uuid::from_slice(position).ok().map(ApprovalId),
            None => None,
        };
        let mut approvals = app.own_approvals(&call.caller, self.pending, before, limit + 1).await?;
        let has_more = approvals.len() > limit;
        approvals.truncate(limit);
        let last = approvals.last().filter(|_| has_more);
        let cursor = last.map(|last| (call.cursors.seal)(last.id.0.as_bytes()));
        let mut items = Vec::with_capacity(approvals.len());
        for approval in &approvals {
            items.push(app.view_of_approval(approval).await?);
        }
        Ok(Page::new(items, cursor))
    }
}
