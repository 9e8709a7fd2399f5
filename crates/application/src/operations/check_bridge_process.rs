use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::BridgeStatus;

/// Whether delivery runs. It is part of this server; there is no process to look for.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckBridgeProcess {}

impl Operation for CheckBridgeProcess {
    type Output = BridgeStatus;
    const FACTS: Facts = Facts {
        name: "check_bridge_process",
        title: "Check bridge",
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
impl Here for CheckBridgeProcess {
    async fn run(self, app: &Application, call: &HereCall) -> Result<BridgeStatus, Failure> {
        app.bridge_status(&call.caller.grants.sessions).await
    }
}
