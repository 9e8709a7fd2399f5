use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::BridgeStatus;

/// How delivery to people stands: running or stopped, mode, quiet hours, what waits.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetBridgeStatus {}

impl Operation for GetBridgeStatus {
    type Output = BridgeStatus;
    const FACTS: Facts = Facts {
        name: "get_bridge_status",
        title: "Bridge status",
        toolset: Toolset::Notify,
        effect: Effect::Reads,
        scope: Scope::NotifyRead,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fn session(&self) -> Option<&str> {
        None
    }
}

#[async_trait]
impl Here for GetBridgeStatus {
    async fn run(self, app: &Application, call: &HereCall) -> Result<BridgeStatus, Failure> {
        app.bridge_status(&call.caller.grants.sessions).await
    }
}
