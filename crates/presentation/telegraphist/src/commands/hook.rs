//! `telegraphist hook permission`

use std::io::Read as _;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use telegraphist_application::operations::{Behavior, ToolUseDecision};

use super::Context;
use crate::arguments::Hook;
use crate::control::{Agent, Called, Control, Request};
use crate::terminal::{Screen, note};

/// A request with a whole file in it is a few megabytes.
const INPUT_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A little longer than the question waits, so that its own answer comes first.
const REST: Duration = Duration::from_secs(30);

/// What the agent writes to a hook; all else in it is not for us.
#[derive(Deserialize)]
struct PermissionRequest {
    #[serde(default)]
    session_id: String,
    tool_name: String,
    #[serde(default)]
    tool_input: Map<String, Value>,
}

/// Answers a hook.
pub(crate) fn run(context: &Context, hook: &Hook) -> anyhow::Result<()> {
    let Hook::Permission { session } = hook;
    let mut text = String::new();
    std::io::stdin().take(INPUT_BYTES_MAX).read_to_string(&mut text).context("cannot read standard input")?;
    let request: PermissionRequest = serde_json::from_str(&text)
        // What the parser quotes may be anything.
        .map_err(|_| crate::exit::Usage("standard input is no PermissionRequest of a hook".to_owned()))?;
    // Whatever goes wrong here, the agent asks at its own prompt: that is what no answer means to it.
    match decision(context, session.as_deref(), request) {
        Ok(Some(decision)) => Screen::new().json(&answer(&decision)),
        Ok(None) => Ok(()),
        Err(problem) => {
            crate::tell(&problem);
            note("No decision; the agent asks at its own prompt.");
            Ok(())
        }
    }
}

fn decision(
    context: &Context,
    session: Option<&str>,
    request: PermissionRequest,
) -> anyhow::Result<Option<ToolUseDecision>> {
    let mut arguments = Map::new();
    arguments.insert("tool_name".to_owned(), request.tool_name.into());
    arguments.insert("input".to_owned(), request.tool_input.into());
    if let Some(session) = session {
        arguments.insert("session".to_owned(), session.into());
    }
    let mut control = Control::open(&context.link()?)?;
    let timeout = Some(context.settings.approvals.prompt_wait.0 + REST);
    // A hook ends with each question, so its session's rules belong to the agent's own session.
    let agent = Some(Agent { name: "coding agent".to_owned(), generation: request.session_id });
    let tool = "approve_tool_use".to_owned();
    let called: Called = control.ask(Request::Call { tool, arguments, timeout, agent })?;
    let decision: ToolUseDecision =
        serde_json::from_value(called.structured).context("the daemon speaks another version")?;
    Ok(Some(decision).filter(|decision| !decision.is_undecided()))
}

fn answer(decision: &ToolUseDecision) -> Value {
    let decision = match decision.behavior {
        Behavior::Allow => json!({ "behavior": "allow", "updatedInput": decision.updated_input }),
        Behavior::Deny => json!({ "behavior": "deny", "message": decision.message }),
    };
    json!({ "hookSpecificOutput": { "hookEventName": "PermissionRequest", "decision": decision } })
}
