use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::get_task_status::TaskSystemArg;
use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::tasks::{Found, Section, Wanted};
use crate::views::TodoLists;

const USUAL: u32 = 5;
const COMPLETED_MAX: u32 = 50;

/// What is to be done, in sections, to be read.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Todo {
    /// The project's folder, absolute, in an allowed folder; TaskMaster needs it.
    pub project_root: Option<String>,
    /// Default taskmaster.
    pub task_system: Option<TaskSystemArg>,
    /// Default all.
    pub sections: Option<Vec<SectionArg>>,
    /// 1 to 50, default 5: the last ones.
    pub limit_completed: Option<u32>,
    /// Default true.
    pub show_subtasks: Option<bool>,
}

/// Which part of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SectionArg {
    Completed,
    Current,
    Upcoming,
    Blocked,
}

impl SectionArg {
    const fn section(self) -> Section {
        match self {
            Self::Completed => Section::Completed,
            Self::Current => Section::Current,
            Self::Upcoming => Section::Upcoming,
            Self::Blocked => Section::Blocked,
        }
    }
}

impl Todo {
    fn system(&self) -> TaskSystemArg {
        self.task_system.unwrap_or(TaskSystemArg::Taskmaster)
    }
}

impl Operation for Todo {
    type Output = TodoLists;
    const FACTS: Facts = Facts {
        name: "todo",
        title: "Todo list",
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
        if self.limit_completed.is_some_and(|limit| !(1..=COMPLETED_MAX).contains(&limit)) {
            return Err(Refused::new("limit_completed", format!("must be 1 to {COMPLETED_MAX}")));
        }
        if self.sections.as_ref().is_some_and(Vec::is_empty) {
            return Err(Refused::new("sections", "names none; leave it out for all"));
        }
        self.system().check(self.project_root.as_deref())
    }
}

#[async_trait]
impl Here for Todo {
    async fn run(self, app: &Application, call: &HereCall) -> Result<TodoLists, Failure> {
        let wanted = Wanted {
            principal: &call.caller.principal,
            project_root: self.project_root.as_deref(),
            system: self.system().only(),
        };
        let Found { lists, note } = app.task_lists(wanted).await?;
        let sections: Vec<Section> = match &self.sections {
            Some(sections) => sections.iter().map(|section| section.section()).collect(),
            None => Section::ALL.to_vec(),
        };
        let completed_max = self.limit_completed.unwrap_or(USUAL) as usize;
        let with_subtasks = self.show_subtasks.unwrap_or(true);
        let lists = lists.into_iter().map(|list| list.todo(&sections, completed_max, with_subtasks)).collect();
        Ok(TodoLists { lists, note })
    }
}
