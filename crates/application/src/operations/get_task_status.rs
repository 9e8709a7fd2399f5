use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::register_claude_todos::{TodoStatusArg, check_root};
use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::tasks::{Found, Section, TaskSystem, Wanted};
use crate::views::TaskStatus;

/// How far tasks are: your registered todos, and a project's TaskMaster file.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetTaskStatus {
    /// The project's folder, absolute, in an allowed folder.
    pub project_root: Option<String>,
    /// Default both.
    pub task_system: Option<TaskSystemArg>,
    pub status_filter: Option<TodoStatusArg>,
    /// Counts only.
    #[serde(default)]
    pub summary_only: bool,
}

/// Whose lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum TaskSystemArg {
    ClaudeCode,
    Taskmaster,
    Both,
}

impl TaskSystemArg {
    /// Nothing for both.
    pub(super) const fn only(self) -> Option<TaskSystem> {
        match self {
            Self::ClaudeCode => Some(TaskSystem::ClaudeCode),
            Self::Taskmaster => Some(TaskSystem::Taskmaster),
            Self::Both => None,
        }
    }

    /// TaskMaster's tasks alone are those of a project.
    pub(super) fn check(self, project_root: Option<&str>) -> Result<(), Refused> {
        if self == Self::Taskmaster && project_root.is_none() {
            return Err(Refused::new("project_root", "is needed to find a project's TaskMaster file"));
        }
        check_root(project_root)
    }
}

impl GetTaskStatus {
    fn system(&self) -> TaskSystemArg {
        self.task_system.unwrap_or(TaskSystemArg::Both)
    }
}

impl Operation for GetTaskStatus {
    type Output = TaskStatus;
    const FACTS: Facts = Facts {
        name: "get_task_status",
        title: "Task status",
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

    fn check(&self) -> Result<(), Refused> {
        self.system().check(self.project_root.as_deref())
    }
}

#[async_trait]
impl Here for GetTaskStatus {
    async fn run(self, app: &Application, call: &HereCall) -> Result<TaskStatus, Failure> {
        let only = self.status_filter.map(|status| match status {
            TodoStatusArg::Pending => Section::Upcoming,
            TodoStatusArg::InProgress => Section::Current,
            TodoStatusArg::Completed => Section::Completed,
            TodoStatusArg::Blocked => Section::Blocked,
        });
        let wanted = Wanted {
            principal: &call.caller.principal,
            project_root: self.project_root.as_deref(),
            system: self.system().only(),
        };
        let Found { lists, note } = app.task_lists(wanted).await?;
        Ok(TaskStatus { lists: lists.into_iter().map(|list| list.view(only, self.summary_only)).collect(), note })
    }
}
