use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::notices::Mode;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::BridgeStatus;

/// People want peace: only questions and alerts, silently.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchToMuteMode {}

impl Operation for SwitchToMuteMode {
    type Output = BridgeStatus;
    const FACTS: Facts = Facts {
        name: "switch_to_mute_mode",
        title: "Mute mode",
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
impl Here for SwitchToMuteMode {
    async fn run(self, app: &Application, call: &HereCall) -> Result<BridgeStatus, Failure> {
        app.switch_mode(&call.caller.grants.sessions, Mode::Muted).await
    }
}
