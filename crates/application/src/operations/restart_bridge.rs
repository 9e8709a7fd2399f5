use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::BridgeStatus;

/// Stop delivery to people and start it again; nothing is lost.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestartBridge {}

impl Operation for RestartBridge {
    type Output = BridgeStatus;
    const FACTS: Facts = Facts {
        name: "restart_bridge",
        title: "Restart bridge",
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
impl Here for RestartBridge {
    async fn run(self, app: &Application, call: &HereCall) -> Result<BridgeStatus, Failure> {
        app.stop_bridge().await?;
        app.start_bridge().await?;
        app.bridge_status(&call.caller.grants.sessions).await
    }
}
