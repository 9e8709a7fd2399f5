use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::ApprovalView;

/// How a question that you asked stands.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetApproval {
    pub approval_id: String,
}

impl Operation for GetApproval {
    type Output = ApprovalView;
    const FACTS: Facts = Facts {
        name: "get_approval",
        title: "Get approval",
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
}

#[async_trait]
impl Here for GetApproval {
    async fn run(self, app: &Application, call: &HereCall) -> Result<ApprovalView, Failure> {
        let approval = app.own_approval(&call.caller, &self.approval_id).await?;
        app.view_of_approval(&approval).await
    }
}
