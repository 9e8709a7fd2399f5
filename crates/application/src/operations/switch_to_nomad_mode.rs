use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::notices::Mode;
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::BridgeStatus;

/// People are away: what is done rings, too.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchToNomadMode {}

impl Operation for SwitchToNomadMode {
    type Output = BridgeStatus;
    const FACTS: Facts = Facts {
        name: "switch_to_nomad_mode",
        title: "Nomad mode",
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
impl Here for SwitchToNomadMode {
    async fn run(self, app: &Application, call: &HereCall) -> Result<BridgeStatus, Failure> {
        app.switch_mode(&call.caller.grants.sessions, Mode::Nomad).await
    }
}
