//! What there is to do, and how far it is.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tasks::{Section, Task, TaskState, TaskSystem};
use crate::text::Foreign;

/// So many parts of a task, and so many of those that it waits for, are told at once.
const PARTS_MAX: usize = 50;

/// Lists of tasks.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskStatus {
    /// The newest first.
    pub lists: Vec<TaskListView>,
    /// What else there is to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One list.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskListView {
    /// Who keeps it: `claude-code` or `taskmaster`.
    pub system: TaskSystem,
    /// What its keeper calls it; TaskMaster's tag.
    pub name: Foreign,
    /// Its project's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_root: Option<String>,
    /// When it was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<DateTime<Utc>>,
    /// How many there are.
    pub counts: TaskCounts,
    /// The tasks; none in a summary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<TaskView>,
    /// So many more there are, which are not in `items`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

/// How many tasks are how far.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TaskCounts {
    /// All.
    pub total: usize,
    /// Can be begun.
    pub pending: usize,
    /// Being done, or looked at.
    pub in_progress: usize,
    /// Done.
    pub completed: usize,
    /// Waiting for others.
    pub blocked: usize,
    /// Put off, or not to be done any more.
    pub set_aside: usize,
}

/// A task.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TaskView {
    /// Its id in its list.
    pub id: Foreign,
    /// What is to be done.
    pub title: Foreign,
    /// How far it is.
    pub status: TaskState,
    /// `high`, `medium` or `low`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Ids of what must be done before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<Foreign>,
    /// So many more it waits for.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waits_for_left_out: usize,
    /// Its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subtasks: Vec<SubtaskView>,
    /// So many more parts it has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub subtasks_left_out: usize,
}

/// A part of a task.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct SubtaskView {
    /// Its id, after that of its task.
    pub id: Foreign,
    /// What is to be done.
    pub title: Foreign,
    /// How far it is.
    pub status: TaskState,
}

/// Lists of tasks as people read them.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TodoLists {
    /// The newest first.
    pub lists: Vec<TodoList>,
    /// What else there is to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One list in sections.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TodoList {
    /// Who keeps it: `claude-code` or `taskmaster`.
    pub system: TaskSystem,
    /// What its keeper calls it; TaskMaster's tag.
    pub name: Foreign,
    /// How many there are.
    pub counts: TaskCounts,
    /// Those that were asked for and hold something.
    pub sections: Vec<TodoSection>,
}

/// Tasks that are equally far.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TodoSection {
    /// `current`, `blocked`, `upcoming` or `completed`.
    pub section: Section,
    /// How many belong here.
    pub total: usize,
    /// Those that are shown.
    pub items: Vec<TaskView>,
}

/// A list that was registered.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct RegisteredTodos {
    /// The name under which it is replaced.
    pub list: String,
    /// What it holds now.
    pub counts: TaskCounts,
}

impl TaskView {
    pub(crate) fn of(task: &Task, with_subtasks: bool) -> Self {
        let subtasks = if with_subtasks { task.subtasks.as_slice() } else { &[] };
        Self {
            id: Foreign::new(&*task.id),
            title: Foreign::new(&*task.title),
            status: task.state,
            priority: task.priority.clone(),
            waits_for: task.waits_for.iter().take(PARTS_MAX).map(Foreign::new).collect(),
            waits_for_left_out: task.waits_for.len().saturating_sub(PARTS_MAX),
            subtasks: subtasks.iter().take(PARTS_MAX).map(SubtaskView::of).collect(),
            subtasks_left_out: subtasks.len().saturating_sub(PARTS_MAX),
        }
    }
}

impl SubtaskView {
    fn of(task: &Task) -> Self {
        Self { id: Foreign::new(&*task.id), title: Foreign::new(&*task.title), status: task.state }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}
