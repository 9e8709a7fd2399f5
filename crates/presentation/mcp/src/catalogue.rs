//! The catalogue: every tool, one line each.
//!
//! A tool is an operation seen from outside: its schemas come from the operation's struct, its facts from the
//! operation's constant, and calling it is performing the operation. The list is compiled once per process; a call
//! does no schema work. Start with [`Catalogue::call`].

mod arguments;
mod schema;
mod tool;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use telegraphist_application::operations::*;
use telegraphist_application::readable::{Readable, text_of};
use telegraphist_application::{Application, CallContext, Caller, Code, Failure};

pub use self::tool::{Argument, Tool};
use self::tool::{Calling, here, telegram, tool};
use crate::nearest::nearest;

/// All tools, in the order they are documented and listed.
pub struct Catalogue {
    tools: Vec<Tool>,
    by_name: HashMap<&'static str, usize>,
}

fn tools() -> Vec<Tool> {
    vec![
        telegram::<GetMe>(),
        tool::<ListSessions>(list_sessions, |app, caller, query| {
            Box::pin(async move { app.explain_listing(caller, &query) })
        }),
        telegram::<ListChats>(),
        telegram::<FindChats>(),
        telegram::<GetChat>(),
        telegram::<ListMembers>(),
        telegram::<ListTopics>(),
        telegram::<MarkRead>(),
        telegram::<ReadMessages>(),
        telegram::<SearchMessages>(),
        telegram::<GetMessages>(),
        telegram::<SendMessage>(),
        telegram::<EditMessage>(),
        telegram::<DeleteMessages>(),
        telegram::<ForwardMessages>(),
        telegram::<PinMessage>(),
        telegram::<ReactToMessage>(),
        telegram::<ResolveLink>(),
        telegram::<LinkMessage>(),
        telegram::<SendFile>(),
        telegram::<DownloadMedia>(),
        telegram::<ViewMedia>(),
        telegram::<ListContacts>(),
        telegram::<AddContact>(),
        telegram::<DeleteContact>(),
        telegram::<BlockUser>(),
        telegram::<UnblockUser>(),
        here::<SendTelegramEvent>(),
        here::<SendTelegramMessage>(),
        here::<SendTaskCompletion>(),
        here::<SendPerformanceAlert>(),
        here::<SendApprovalRequest>(),
        here::<GetTelegramResponses>(),
        here::<ProcessPendingResponses>(),
        here::<ClearOldResponses>(),
        here::<GetBridgeStatus>(),
        here::<StartBridge>(),
        here::<StopBridge>(),
        here::<RestartBridge>(),
        here::<EnsureBridgeRunning>(),
        here::<CheckBridgeProcess>(),
        here::<ListEventTypes>(),
        here::<GetTaskStatus>(),
        here::<RegisterClaudeTodos>(),
        here::<Todo>(),
        here::<SwitchToNomadMode>(),
        here::<SwitchToLocalMode>(),
        here::<SwitchToMuteMode>(),
        here::<RequestApproval>(),
        here::<WaitForApproval>(),
        here::<GetApproval>(),
        here::<CancelApproval>(),
        here::<ListApprovals>(),
        here::<ApproveToolUse>(),
    ]
}

/// Answered from what this server holds, and a use case of its own: command lines list sessions, too.
fn list_sessions<'a>(
    app: &'a Application,
    caller: &'a Caller,
    query: ListSessions,
    context: CallContext,
) -> Calling<'a> {
    Box::pin(async move { Ok(Called::of(&app.list_sessions(caller, query, context).await?)) })
}

impl Catalogue {
    /// The catalogue of this process.
    pub fn get() -> &'static Self {
        static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
            let tools = tools();
            let by_name = tools.iter().enumerate().map(|(n, tool)| (tool.facts.name, n)).collect();
            Catalogue { tools, by_name }
        });
        &CATALOGUE
    }

    /// Every tool, in order.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The tool of that name.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.by_name.get(name).map(|n| &self.tools[*n])
    }

    /// Calls a tool by name. An unknown name and arguments that do not fit are failures like any other.
    pub async fn call(
        &self,
        app: &Application,
        caller: &Caller,
        name: &str,
        arguments: &Map<String, Value>,
        context: CallContext,
    ) -> Result<Called, Failure> {
        match self.tool(name) {
            Some(tool) => tool.call(app, caller, arguments, context).await,
            None => Err(with_id(unknown_tool(name, self.by_name.keys().copied()), app, context.correlation_id)),
        }
    }
}

/// What a tool answered.
pub struct Called {
    /// As the output schema says; JSON that is ready to be sent.
    pub structured: String,
    /// As text that alone is enough to act on.
    pub text: String,
    /// What the model should see itself.
    pub media: Option<Shown>,
}

/// An image or a sound for the model.
pub struct Shown {
    /// `image/…` or `audio/…`.
    pub mime_type: String,
    /// The bytes in base64.
    pub base64: String,
}

impl Called {
    /// How many bytes it has, in all its forms.
    pub(crate) fn size(&self) -> usize {
        self.structured.len() + self.text.len() + self.media.as_ref().map_or(0, |media| media.base64.len())
    }

    /// An answer in both forms.
    pub(crate) fn of<O: Readable + serde::Serialize>(output: &O) -> Self {
        Self {
            structured: serde_json::to_string(output).expect("answers are plain data"),
            text: text_of(output),
            media: output
                .media()
                .map(|media| Shown { mime_type: media.mime_type.to_owned(), base64: media.base64.to_owned() }),
        }
    }
}

/// The failure for a name that is not among `known`.
pub(crate) fn unknown_tool<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let action = match nearest(name, known) {
        Some(near) => format!("Call `{near}`, which is nearest, or list the tools."),
        None => "List the tools and call one of them.".to_owned(),
    };
    Failure::new(Code::UnknownTool, "There is no such tool, or not on this connection.", action)
}

/// Gives a failure that never reached the pipeline the id that finds it in logs.
pub(crate) fn with_id(mut failure: Failure, app: &Application, id: Option<String>) -> Failure {
    failure.correlation_id = id.unwrap_or_else(|| app.correlation());
    tracing::debug!(code = failure.code.as_str(), correlation_id = failure.correlation_id, "refused a call");
    failure
}
