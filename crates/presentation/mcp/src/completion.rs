//! Completion of what a person types into a prompt's or template's field. Only sessions are cheap enough to complete;
//! the other fields have nothing to offer.

use rmcp::model::{CompleteRequestParams, CompletionInfo, Reference};
use telegraphist_application::operations::ListSessions;
use telegraphist_application::{Application, CallContext, Caller, Code, Failure};

use crate::selection::Selection;
use crate::{prompts, resources};

/// The one field that is completed.
const SESSION: &str = "session";

/// What `params` may be going to say.
pub(crate) async fn complete(
    app: &Application,
    caller: &Caller,
    selection: &Selection,
    params: &CompleteRequestParams,
    context: CallContext,
) -> Result<CompletionInfo, Failure> {
    if !is_known(selection, &params.r#ref) {
        return Err(Failure::new(Code::InvalidArgument, "There is no such prompt or template.", "List them."));
    }
    if params.argument.name != SESSION || !selection.has("list_sessions") {
        return Ok(CompletionInfo::default());
    }
    let sessions = app.list_sessions(caller, ListSessions {}, context).await?;
    let names = sessions.items.into_iter().map(|session| session.name);
    let fitting: Vec<String> = names.filter(|name| name.starts_with(&params.argument.value)).collect();
    let total = u32::try_from(fitting.len()).ok();
    let shown: Vec<String> = fitting.into_iter().take(CompletionInfo::MAX_VALUES).collect();
    let has_more = total.is_some_and(|total| total as usize > shown.len());
    Ok(CompletionInfo::with_pagination(shown, total, has_more).expect("no more than the protocol allows"))
}

fn is_known(selection: &Selection, reference: &Reference) -> bool {
    match (reference.as_prompt_name(), reference.as_resource_uri()) {
        (Some(name), _) => prompts::offered(selection).any(|prompt| prompt.name == name),
        (None, Some(uri)) => resources::offered(selection).any(|kind| kind.template == uri),
        (None, None) => false,
    }
}
