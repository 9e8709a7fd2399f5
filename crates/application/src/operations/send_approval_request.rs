use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::request_approval::{OptionArg, RequestApproval, RiskArg};
use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::ApprovalView;

/// The old name of request_approval, with the old arguments.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendApprovalRequest {
    /// The bot's session name, if there are several.
    pub session: Option<String>,
    pub title: String,
    /// Everything needed to decide, in markdown.
    pub description: String,
    /// 1 to 10 buttons; Approve and Deny if left out.
    #[serde(default)]
    pub options: Vec<OptionArg>,
    /// 1 to 10080, default 30.
    pub timeout_minutes: Option<u64>,
    /// The same key twice is one question.
    pub idempotency_key: Option<String>,
}

impl SendApprovalRequest {
    fn as_request(&self) -> RequestApproval {
        RequestApproval {
            session: self.session.clone(),
            title: self.title.clone(),
            description: Some(self.description.clone()),
            options: self.options.clone(),
            tool: None,
            arguments: None,
            risk: RiskArg::Medium,
            deciders: Vec::new(),
            chat: None,
            expires_in: self.timeout_minutes.map(|minutes| minutes.saturating_mul(60)),
            idempotency_key: self.idempotency_key.clone(),
        }
    }
}

impl Operation for SendApprovalRequest {
    type Output = ApprovalView;
    const FACTS: Facts = Facts {
        name: "send_approval_request",
        title: "Send approval request",
        toolset: Toolset::Notify,
        effect: Effect::Writes,
        scope: Scope::ApprovalsRequest,
        class: Class::Local,
        is_idempotent: false,
        is_keyed: true,
    };

    fields!(session, idempotency_key);

    fn check(&self) -> Result<(), Refused> {
        if self.timeout_minutes.is_some_and(|minutes| !(1..=10_080).contains(&minutes)) {
            return Err(Refused::new("timeout_minutes", "1 to 10080 minutes"));
        }
        self.as_request().check()
    }
}

#[async_trait]
impl Here for SendApprovalRequest {
    async fn run(self, app: &Application, call: &HereCall) -> Result<ApprovalView, Failure> {
        self.as_request().run(app, call).await
    }
}
