use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use telegraphist_domain::approval::Cancellation;

use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::ApprovalView;

/// Take back a question that you asked; nobody can answer it any more. One that is decided stays decided.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelApproval {
    pub approval_id: String,
}

impl Operation for CancelApproval {
    type Output = ApprovalView;
    const FACTS: Facts = Facts {
        name: "cancel_approval",
        title: "Cancel approval",
        toolset: Toolset::Approvals,
        effect: Effect::Writes,
        scope: Scope::ApprovalsRequest,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fn session(&self) -> Option<&str> {
        None
    }
}

#[async_trait]
impl Here for CancelApproval {
    async fn run(self, app: &Application, call: &HereCall) -> Result<ApprovalView, Failure> {
        let approval = app.own_approval(&call.caller, &self.approval_id).await?;
        // Whoever was faster has decided, and the answer says so.
        app.cancelled(approval.id, Cancellation::Requester).await?;
        let approval = app.own_approval(&call.caller, &self.approval_id).await?;
        app.view_of_approval(&approval).await
    }
}
