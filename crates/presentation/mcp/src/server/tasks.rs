//! A wait as a task, for clients that declare the tasks extension: they get a handle at once and look at it again.
//!
//! The task is the question itself: its id is the question's, so it is on the disk before it is answered, outlives the
//! daemon, is hard to guess, and is there only for who asked. Cancelling a task ends nothing: who gives up waiting has
//! not taken the question back.

use chrono::SecondsFormat;
use rmcp::model::{CallToolRequestParams, CreateTaskResult, DetailedTask, JsonObject, Task, TaskPayload, TaskStatus};
use rmcp::{ErrorData, RoleServer};
use serde_json::Value;
use telegraphist_application::operations::{GetApproval, WaitForApproval};
use telegraphist_application::views::{ApprovalStateName, ApprovalView};
use telegraphist_application::{Code, Failure, Operation as _};

use super::{Delivery, Room, answers, call};
use crate::catalogue::{Called, Tool};

type Request = rmcp::service::RequestContext<RoleServer>;

/// The tool whose calls are tasks.
pub(super) const WAIT: &str = WaitForApproval::FACTS.name;

/// How long a client should leave between two looks, in milliseconds: a person needs longer to read the question.
const LOOK_EVERY_MS: u64 = 2_000;

impl Room {
    /// The task in place of a wait, if the client takes tasks and there is something to wait for; else the call is
    /// answered as any other.
    pub(super) async fn wait_as_task(
        &self,
        tool: &Tool,
        params: &CallToolRequestParams,
        request: &Request,
    ) -> Option<CreateTaskResult> {
        let takes_tasks = request.client_capabilities().is_some_and(|client| client.supports_tasks());
        if tool.facts.name != WAIT || !takes_tasks {
            return None;
        }
        let arguments = params.arguments.as_ref()?;
        tool.check(arguments).ok()?;
        // What cannot be waited for is told by the call itself.
        let question = self.question(arguments.get("approval_id")?.as_str()?, request).await.ok()?;
        let task = CreateTaskResult::new(task_of(&question));
        (question.state == ApprovalStateName::Pending).then_some(task)
    }

    /// A task as it stands. A question that ended, however it did, completes its task with what the wait answers.
    pub(super) async fn task(&self, id: &str, request: &Request) -> Result<DetailedTask, ErrorData> {
        let unknown = || ErrorData::invalid_params("There is no such task.", None);
        if self.tool(WAIT).is_none() {
            return Err(unknown());
        }
        let question = self.question(id, request).await.map_err(|failure| match failure.code {
            Code::UnknownApproval => unknown(),
            _ => self.protocol_error(failure),
        })?;
        let payload = match question.state {
            ApprovalStateName::Pending => TaskPayload::Working,
            ApprovalStateName::Decided
            | ApprovalStateName::Executed
            | ApprovalStateName::Expired
            | ApprovalStateName::Cancelled
            | ApprovalStateName::Undeliverable => TaskPayload::Completed { result: result_of(&question) },
        };
        Ok(DetailedTask::new(task_of(&question), payload))
    }

    async fn question(&self, id: &str, request: &Request) -> Result<ApprovalView, Failure> {
        let mut context = call::context(request)?;
        context.life = self.life(request);
        let look = GetApproval { approval_id: id.to_owned() };
        self.inner.app.perform_here(&self.inner.caller, look, context).await
    }
}

fn task_of(question: &ApprovalView) -> Task {
    let moment = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let decided = question.decision.as_ref().map_or(question.created, |decision| decision.at);
    let life = (question.expires - question.created).num_milliseconds();
    Task::new(&question.approval_id, TaskStatus::Working, moment(question.created), moment(decided))
        .with_status_message(format!("{}: {}", question.state.as_str(), question.title))
        .with_ttl_ms(u64::try_from(life).unwrap_or_default())
        .with_poll_interval_ms(LOOK_EVERY_MS)
}

/// What the wait answers, as a tree: it lies inside a task, where finished JSON cannot be put in place.
fn result_of(question: &ApprovalView) -> JsonObject {
    let result = answers::success(Called::of(question), &Delivery::Tree);
    match serde_json::to_value(&result) {
        Ok(Value::Object(result)) => result,
        other => unreachable!("a result is an object: {other:?}"),
    }
}
