//! Asking the person before what cannot be undone.
//!
//! A call that confirms itself goes on. Otherwise the client is made to ask where it can: in the stateless era by an
//! answer that requires input, sealed to this caller, tool and arguments for a few minutes; before that by a question
//! on the open connection. Where it cannot ask, the call fails and says that it needs `confirm`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema,
    InputRequest, InputRequests, InputRequiredResult, SealOptions,
};
use rmcp::service::RequestContext;
use serde_json::{Map, Value};
use telegraphist_application::{Code, Failure};

use super::Inner;
use super::handler::is_stateless;
use crate::catalogue::Tool;

/// The one question and its one field.
const CONFIRM: &str = "confirm";
/// The longest value that is shown to the person.
const SHOWN_MAX: usize = 200;

/// Sees to it that a call which needs a confirmation has one. `Some` is what the client is to ask first.
pub(super) async fn obtained(
    inner: &Inner,
    tool: &Tool,
    params: &mut CallToolRequestParams,
    request: &RequestContext<RoleServer>,
) -> Result<Option<InputRequiredResult>, Failure> {
    let arguments = params.arguments.get_or_insert_default();
    if !tool.needs_confirmation() || arguments.get(CONFIRM) == Some(&Value::Bool(true)) || !can_ask(request) {
        return Ok(None);
    }
    // Nobody should confirm what would be refused anyway.
    tool.check(arguments)?;
    let answer = if is_stateless(request) {
        let binding = binding(inner, tool, arguments);
        match answered(inner, &binding, params) {
            Some(answer) => answer,
            None => return Ok(Some(question(inner, tool, &binding, params))),
        }
    } else {
        ask(inner, tool, arguments, request).await?
    };
    if !is_yes(&answer) {
        return Err(declined());
    }
    params.arguments.get_or_insert_default().insert(CONFIRM.to_owned(), Value::Bool(true));
    Ok(None)
}

/// Whether the client has forms to show.
fn can_ask(request: &RequestContext<RoleServer>) -> bool {
    let elicitation = request.client_capabilities().and_then(|capabilities| capabilities.elicitation);
    // A client that names neither mode has forms: that is how the capability began.
    elicitation.is_some_and(|modes| modes.form.is_some() || modes.url.is_none())
}

/// What a sealed state is good for: this caller, this tool, these arguments.
pub(super) fn binding(inner: &Inner, tool: &Tool, arguments: &Map<String, Value>) -> Vec<u8> {
    let arguments: BTreeMap<&String, &Value> = arguments.iter().filter(|(name, _)| *name != CONFIRM).collect();
    serde_json::to_vec(&(&inner.caller.principal, tool.facts.name, arguments)).expect("plain data")
}

/// The answer that a second round brings, if its state is ours, fresh, and for this very call.
fn answered(inner: &Inner, binding: &[u8], params: &CallToolRequestParams) -> Option<ElicitResult> {
    let sealed = params.request_state.as_ref()?;
    inner.options.state.open_with(sealed, binding).ok()?;
    let answer = params.input_responses.as_ref()?.get(CONFIRM)?;
    serde_json::from_value(answer.clone()).ok()
}

fn question(inner: &Inner, tool: &Tool, binding: &[u8], params: &CallToolRequestParams) -> InputRequiredResult {
    let sealed =
        inner.options.state.seal_with(b"", &SealOptions::new().associated_data(binding).ttl(inner.options.confirm_max));
    let form = ElicitRequest::new(form(tool, params.arguments.as_ref()));
    let requests = InputRequests::from([(CONFIRM.to_owned(), InputRequest::Elicitation(form))]);
    InputRequiredResult::new(Some(requests), Some(sealed)).with_meta(inner.identity.clone())
}

async fn ask(
    inner: &Inner,
    tool: &Tool,
    arguments: &Map<String, Value>,
    request: &RequestContext<RoleServer>,
) -> Result<ElicitResult, Failure> {
    let wait: Duration = inner.options.confirm_max;
    let asked = request.peer.create_elicitation_with_timeout(form(tool, Some(arguments)), Some(wait));
    tokio::select! {
        answer = asked => answer.map_err(|_| unanswered()),
        () = request.ct.cancelled() => Err(Failure::new(Code::Cancelled, "The call was cancelled.", "Nothing was done.")),
    }
}

fn form(tool: &Tool, arguments: Option<&Map<String, Value>>) -> ElicitRequestParams {
    let mut message = format!("{}? This cannot be undone.", tool.facts.title);
    for (name, value) in arguments.into_iter().flatten().filter(|(name, _)| *name != CONFIRM) {
        // Writing to a String cannot fail.
        let _ = write!(message, "\n{name}: {}", shown(value));
    }
    let requested_schema = ElicitationSchema::builder()
        .required_bool_property(CONFIRM, |yes| yes.title("Yes, do it"))
        .build()
        .expect("one property that exists");
    ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn is_yes(answer: &ElicitResult) -> bool {
    answer.action == ElicitationAction::Accept
        && answer.content.as_ref().is_some_and(|content| content[CONFIRM] == Value::Bool(true))
}

fn declined() -> Failure {
    Failure::new(
        Code::ConfirmationRequired,
        "The person did not confirm; nothing was changed.",
        "Do not repeat the call unless the person asks for it.",
    )
}

fn unanswered() -> Failure {
    Failure::new(
        Code::ConfirmationRequired,
        "Nobody answered the question whether to do it; nothing was changed.",
        "Ask the person, then repeat the call with `confirm: true`.",
    )
}
