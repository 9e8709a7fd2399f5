use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::BridgeStatus;

/// Start delivery to people unless it runs.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnsureBridgeRunning {}

impl Operation for EnsureBridgeRunning {
    type Output = BridgeStatus;
    const FACTS: Facts = Facts {
        name: "ensure_bridge_running",
        title: "Ensure bridge runs",
        toolset: Toolset::Notify,
        effect: Effect::Writes,
        scope: Scope::NotifyAdmin,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fn session(&self) -> Option<&str> {
        None
    }
}

#[async_trait]
impl Here for EnsureBridgeRunning {
    async fn run(self, app: &Application, call: &HereCall) -> Result<BridgeStatus, Failure> {
        app.start_bridge().await?;
        app.bridge_status(&call.caller.grants.sessions).await
    }
}
