use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::application::Application;
use crate::approvals::{ToolUse, ToolUseAnswer, UNDECIDED};
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::readable::{Lines, Readable};

/// What is left of the caller's time for the answer itself.
const REST: Duration = Duration::from_millis(500);

/// For a coding agent's permission prompt: may this tool be used? Waits for a person in Telegram.
// Clients send more than they used to, and what they send more is none of our business.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
pub struct ApproveToolUse {
    pub tool_name: String,
    /// The tool's arguments.
    pub input: Map<String, Value>,
    /// The client's id of the call.
    pub tool_use_id: Option<String>,
    /// The bot's session name, if there are several.
    pub session: Option<String>,
}

/// The decision, in the words of the permission prompt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ToolUseDecision {
    pub behavior: Behavior,
    /// The arguments to use.
    #[serde(rename = "updatedInput", default, skip_serializing_if = "Option::is_none")]
    pub updated_input: Option<Value>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl ToolUseDecision {
    /// Whether nobody has decided: it is denied for now, and the question stays open.
    pub fn is_undecided(&self) -> bool {
        self.message.as_deref() == Some(UNDECIDED)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Behavior {
    Allow,
    Deny,
}

impl Readable for ToolUseDecision {
    /// Nothing but the bare JSON: the client parses it.
    fn read(&self, lines: &mut Lines) {
        lines.push(&serde_json::to_string(self).expect("a decision is plain data"));
    }
}

impl Operation for ApproveToolUse {
    type Output = ToolUseDecision;
    const FACTS: Facts = Facts {
        name: "approve_tool_use",
        title: "Approve tool use",
        toolset: Toolset::Approvals,
        effect: Effect::Writes,
        scope: Scope::ApprovalsRequest,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session);

    fn check(&self) -> Result<(), Refused> {
        if self.tool_name.trim().is_empty() || self.tool_name.len() > 256 {
            return Err(Refused::new("tool_name", "1 to 256 bytes"));
        }
        Ok(())
    }
}

#[async_trait]
impl Here for ApproveToolUse {
    fn patience(&self, app: &Application) -> Option<Duration> {
        Some(app.inner.settings.approvals.prompt_wait + REST * 10)
    }

    async fn run(self, app: &Application, call: &HereCall) -> Result<ToolUseDecision, Failure> {
        let until = (Instant::now() + app.inner.settings.approvals.prompt_wait).min(call.deadline - REST);
        let tool_use = ToolUse { tool: self.tool_name, input: Value::Object(self.input), session: self.session };
        Ok(match app.ask_for_tool(call, tool_use, until).await? {
            ToolUseAnswer::Allow(input) => {
                ToolUseDecision { behavior: Behavior::Allow, updated_input: Some(input), message: None }
            }
            ToolUseAnswer::Deny(why) => {
                ToolUseDecision { behavior: Behavior::Deny, updated_input: None, message: Some(why) }
            }
        })
    }
}
