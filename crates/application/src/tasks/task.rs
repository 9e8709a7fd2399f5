use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::views::TaskCounts;

/// How far a task is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum TaskState {
    /// Not begun.
    Pending,
    /// Being done.
    InProgress,
    /// Done, and being looked at.
    Review,
    /// Done.
    Completed,
    /// Cannot be begun before something else is done.
    Blocked,
    /// Put off.
    Deferred,
    /// Not to be done any more.
    Cancelled,
}

/// Who keeps a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum TaskSystem {
    /// An agent registered it.
    ClaudeCode,
    /// It lies in a project's folder.
    Taskmaster,
}

/// Where a task belongs in a list that people read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Section {
    /// Done.
    Completed,
    /// Being done, or looked at.
    Current,
    /// Can be begun.
    Upcoming,
    /// Waits for something.
    Blocked,
}

impl Section {
    /// In the order in which they are shown.
    pub(crate) const ALL: [Self; 4] = [Self::Current, Self::Blocked, Self::Upcoming, Self::Completed];

    /// Nothing for what was set aside.
    pub(crate) const fn of(state: TaskState) -> Option<Self> {
        match state {
            TaskState::Pending => Some(Self::Upcoming),
            TaskState::InProgress | TaskState::Review => Some(Self::Current),
            TaskState::Completed => Some(Self::Completed),
            TaskState::Blocked => Some(Self::Blocked),
            TaskState::Deferred | TaskState::Cancelled => None,
        }
    }

    /// As a heading.
    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::Completed => "Done",
            Self::Current => "In progress",
            Self::Upcoming => "Next",
            Self::Blocked => "Blocked",
        }
    }
}

/// Something to be done.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) state: TaskState,
    /// `high`, `medium` or `low`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<String>,
    /// The tasks that must be done before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) waits_for: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) subtasks: Vec<Task>,
}

/// Tasks that belong together.
pub(crate) struct TaskList {
    pub(crate) system: TaskSystem,
    /// What its keeper calls it.
    pub(crate) name: String,
    pub(crate) project_root: Option<String>,
    /// When it was registered; files do not say.
    pub(crate) updated: Option<DateTime<Utc>>,
    pub(crate) tasks: Vec<Task>,
}

/// How many of them are how far.
pub(crate) fn counts(tasks: &[Task]) -> TaskCounts {
    let mut counts = TaskCounts { total: tasks.len(), ..TaskCounts::default() };
    for task in tasks {
        match Section::of(task.state) {
            Some(Section::Completed) => counts.completed += 1,
            Some(Section::Current) => counts.in_progress += 1,
            Some(Section::Upcoming) => counts.pending += 1,
            Some(Section::Blocked) => counts.blocked += 1,
            None => counts.set_aside += 1,
        }
    }
    counts
}

/// In one line of at most so many letters.
pub(super) fn shortened(text: &str, max: usize) -> String {
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(max) {
        words.truncate(end);
        words.push('…');
    }
    words
}
