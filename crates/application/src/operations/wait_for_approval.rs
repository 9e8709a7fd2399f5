use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::ApprovalView;

/// The longest wait: clients cut calls off after a minute.
const WAIT_MAX: u64 = 50;
/// What is left of the caller's time for the answer itself.
const REST: Duration = Duration::from_millis(500);

/// Wait until somebody has decided; call it again while the state is `pending`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitForApproval {
    pub approval_id: String,
    /// Seconds, at most 50, which is the default.
    pub timeout_seconds: Option<u64>,
}

impl Operation for WaitForApproval {
    type Output = ApprovalView;
    const FACTS: Facts = Facts {
        name: "wait_for_approval",
        title: "Wait for approval",
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

    fn check(&self) -> Result<(), Refused> {
        match self.timeout_seconds {
            Some(seconds) if seconds > WAIT_MAX => {
                Err(Refused::new("timeout_seconds", "at most 50; call it again to go on waiting"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[async_trait]
impl Here for WaitForApproval {
    fn patience(&self, _app: &Application) -> Option<Duration> {
        Some(Duration::from_secs(self.timeout_seconds.unwrap_or(WAIT_MAX)) + REST * 10)
    }

    async fn run(self, app: &Application, call: &HereCall) -> Result<ApprovalView, Failure> {
        let approval = app.own_approval(&call.caller, &self.approval_id).await?;
        let wait = Duration::from_secs(self.timeout_seconds.unwrap_or(WAIT_MAX));
        let until = (Instant::now() + wait).min(call.deadline - REST);
        let approval = app.await_watched(approval.id, &call.waiting(until)).await?;
        app.view_of_approval(&approval).await
    }
}
