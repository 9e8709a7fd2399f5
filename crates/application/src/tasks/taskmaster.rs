//! TaskMaster's file of tasks, as it lies in a project: the form with tags, and the older one without.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use tokio::io::AsyncReadExt as _;

use super::task::shortened;
use super::{Task, TaskList, TaskState, TaskSystem};
use crate::failure::{Code, Failure};
use crate::ports::{FileError, Files, Incoming};

/// Where the file lies; the second is where it lay before.
const FILES: [&str; 2] = [".taskmaster/tasks/tasks.json", "tasks/tasks.json"];
/// Says which tag is worked on.
const STATE: &str = ".taskmaster/state.json";
const BYTES_MAX: u64 = 4 * 1024 * 1024;
/// So many letters of a title or an id are kept.
const TEXT_MAX: usize = 200;
/// The tag of those who use none.
const USUAL_TAG: &str = "master";

/// Why a project's tasks cannot be read. Says nothing of what is written in the files.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TasksError {
    #[error("the project's folder is not there")]
    NoFolder,
    #[error("the project has no file of tasks")]
    NoFile,
    #[error("{file} is not what TaskMaster writes: {problem}")]
    Malformed { file: &'static str, problem: String },
    #[error("a file is larger than {BYTES_MAX} bytes")]
    TooLarge,
    #[error("a file cannot be read")]
    File(#[source] FileError),
}

impl From<TasksError> for Failure {
    fn from(error: TasksError) -> Self {
        let refused = |message: String, action: &str| Self::new(Code::FileRefused, message, action);
        match error {
            TasksError::NoFolder => refused(
                "There is no such folder as `project_root` says.".to_owned(),
                "Pass the absolute path of the project's folder.",
            ),
            TasksError::NoFile => refused(
                format!("This project has no TaskMaster file: neither {} nor {}.", FILES[0], FILES[1]),
                "Pass another `project_root`, make the file with `task-master init`, or ask for `task_system` claude-code.",
            ),
            TasksError::Malformed { file, problem } => refused(
                format!("{file} is not what TaskMaster writes: {problem}."),
                "Correct the file, for instance with `task-master`, then repeat the call.",
            ),
            TasksError::TooLarge => refused(
                format!("The file of tasks is larger than {BYTES_MAX} bytes."),
                "Move what is done to another tag or file, then repeat the call.",
            ),
            TasksError::File(error) => error.into(),
        }
    }
}

/// Refuses a folder that may not be read.
pub(super) async fn check_root(files: &dyn Files, root: &str) -> Result<(), TasksError> {
    match files.check_readable(root).await {
        Ok(()) => Ok(()),
        Err(FileError::NotFound) => Err(TasksError::NoFolder),
        Err(error) => Err(TasksError::File(error)),
    }
}

/// The tasks of the project in this folder.
pub(super) async fn read(files: &dyn Files, root: &str) -> Result<TaskList, TasksError> {
    check_root(files, root).await?;
    let project_root = Some(root.to_owned());
    let root = root.trim_end_matches('/');
    for file in FILES {
        let Some(text) = text(files, root, file).await? else { continue };
        let current = match self::text(files, root, STATE).await? {
            Some(state) => current_tag(&state)?,
            None => None,
        };
        let (name, tasks) = parse(file, &text, current.as_deref())?;
        return Ok(TaskList { system: TaskSystem::Taskmaster, name, project_root, updated: None, tasks });
    }
    Err(TasksError::NoFile)
}

/// What stands in a file; nothing if there is none.
async fn text(files: &dyn Files, root: &str, file: &'static str) -> Result<Option<String>, TasksError> {
    let Incoming { bytes, .. } = match files.read(&format!("{root}/{file}")).await {
        Ok(incoming) => incoming,
        Err(FileError::NotFound) => return Ok(None),
        Err(FileError::TooLarge { .. }) => return Err(TasksError::TooLarge),
        Err(error) => return Err(TasksError::File(error)),
    };
    let mut content = Vec::new();
    // The size that was said before is not what counts: the file may grow meanwhile.
    let read = bytes.take(BYTES_MAX + 1).read_to_end(&mut content).await;
    read.map_err(|error| TasksError::File(FileError::Io(error)))?;
    // Before it is read as text: the cut may fall within a letter.
    if content.len() as u64 > BYTES_MAX {
        return Err(TasksError::TooLarge);
    }
    let text = String::from_utf8(content);
    text.map(Some).map_err(|_| TasksError::Malformed { file, problem: "it is not written in UTF-8".to_owned() })
}

fn current_tag(state: &str) -> Result<Option<String>, TasksError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct State {
        #[serde(default)]
        current_tag: Option<String>,
    }
    let state: State = serde_json::from_str(state).map_err(|error| no_json(STATE, &error))?;
    Ok(state.current_tag)
}

/// The error's own words may hold what stands in the file.
fn no_json(file: &'static str, error: &serde_json::Error) -> TasksError {
    let problem = format!("it is no JSON of that form at line {}, column {}", error.line(), error.column());
    TasksError::Malformed { file, problem }
}

#[derive(Deserialize)]
struct RawTasks {
    tasks: Vec<RawTask>,
}

#[derive(Deserialize)]
struct RawTask {
    id: RawId,
    title: String,
    status: Option<String>,
    priority: Option<String>,
    dependencies: Option<Vec<RawId>>,
    subtasks: Option<Vec<RawTask>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawId {
    Number(u64),
    Text(String),
}

impl RawId {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// The tag that is worked on and its tasks.
pub(super) fn parse(file: &'static str, text: &str, current: Option<&str>) -> Result<(String, Vec<Task>), TasksError> {
    let malformed = |problem: &str| TasksError::Malformed { file, problem: problem.to_owned() };
    let value: Value = serde_json::from_str(text).map_err(|error| no_json(file, &error))?;
    let Value::Object(mut object) = value else { return Err(malformed("it holds no object")) };
    let (tag, value) = if object.get("tasks").is_some_and(Value::is_array) {
        (USUAL_TAG.to_owned(), Value::Object(object))
    } else {
        object.retain(|_, value| value.get("tasks").is_some_and(Value::is_array));
        let first = object.keys().next().cloned();
        let wanted = [current, Some(USUAL_TAG), first.as_deref()];
        let tag = wanted.into_iter().flatten().find(|tag| object.contains_key(*tag)).map(str::to_owned);
        let tag = tag.ok_or_else(|| malformed("it holds no list of tasks"))?;
        let value = object.remove(&tag).ok_or_else(|| malformed("it holds no list of tasks"))?;
        (tag, value)
    };
    let raw: RawTasks = serde_json::from_value(value)
        .map_err(|_| malformed("a task lacks its id or title, or a field of it has another type"))?;
    let tasks = tasks(raw.tasks).ok_or_else(|| malformed("a task has a status that TaskMaster does not have"))?;
    Ok((tag, tasks))
}

/// `None` if one of them has a status that there is not.
fn tasks(raw: Vec<RawTask>) -> Option<Vec<Task>> {
    let mut states = HashMap::new();
    for task in &raw {
        let id = task.id.text();
        for subtask in task.subtasks.iter().flatten() {
            states.insert(format!("{id}.{}", subtask.id.text()), state(subtask.status.as_deref())?);
        }
        states.insert(id, state(task.status.as_deref())?);
    }
    raw.into_iter().map(|task| task.judged(&states, None)).collect()
}

impl RawTask {
    fn judged(self, states: &HashMap<String, TaskState>, parent: Option<&str>) -> Option<Task> {
        let id = match parent {
            Some(parent) => format!("{parent}.{}", self.id.text()),
            None => self.id.text(),
        };
        // A subtask names its siblings by their own numbers.
        let full = |dependency: &RawId| {
            let text = dependency.text();
            let sibling = parent.map(|parent| format!("{parent}.{text}"));
            sibling.filter(|sibling| states.contains_key(sibling)).unwrap_or(text)
        };
        let dependencies = self.dependencies.iter().flatten().map(full);
        let mut waits_for: Vec<String> =
            dependencies.filter(|needed| states.get(needed) != Some(&TaskState::Completed)).collect();
        let state = match state(self.status.as_deref())? {
            TaskState::Pending if !waits_for.is_empty() => TaskState::Blocked,
            state => state,
        };
        if state != TaskState::Blocked {
            waits_for.clear();
        }
        let priority = self.priority.filter(|priority| matches!(priority.as_str(), "high" | "medium" | "low"));
        let subtasks = match parent {
            None => self.subtasks.into_iter().flatten().map(|task| task.judged(states, Some(&id))).collect(),
            Some(_) => Some(Vec::new()),
        };
        let short = |text: &str| shortened(text, TEXT_MAX);
        let waits_for = waits_for.iter().map(|id| short(id)).collect();
        Some(Task { subtasks: subtasks?, id: short(&id), title: short(&self.title), state, priority, waits_for })
    }
}

fn state(status: Option<&str>) -> Option<TaskState> {
    Some(match status {
        None | Some("pending") => TaskState::Pending,
        Some("in-progress" | "in_progress") => TaskState::InProgress,
        Some("review") => TaskState::Review,
        Some("done" | "completed") => TaskState::Completed,
        Some("blocked") => TaskState::Blocked,
        Some("deferred") => TaskState::Deferred,
        Some("cancelled" | "canceled") => TaskState::Cancelled,
        Some(_) => return None,
    })
}
