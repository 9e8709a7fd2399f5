use std::collections::HashSet;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::tasks::{NewList, Task, TaskState, counts};
use crate::views::RegisteredTodos;

const TODOS_MAX: usize = 100;
const CONTENT_MAX: usize = 1000;
const NAME_MAX: usize = 100;
const ROOT_MAX: usize = 500;
const USUAL_LIST: &str = "todos";

/// Tell people what you have to do: replaces your list, which they see with /todo.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterClaudeTodos {
    /// The whole list, at most 100; none removes it.
    pub todos: Vec<TodoArg>,
    /// Your list's name, if you keep several.
    #[serde(alias = "session_id")]
    pub list: Option<String>,
    /// The project's folder, absolute, in an allowed folder.
    pub project_root: Option<String>,
}

/// A thing to do.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct TodoArg {
    /// Its place in the list, if left out.
    pub id: Option<String>,
    pub content: String,
    pub status: TodoStatusArg,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum TodoStatusArg {
    Pending,
    InProgress,
    Completed,
    Blocked,
}

impl TodoStatusArg {
    const fn state(self) -> TaskState {
        match self {
            Self::Pending => TaskState::Pending,
            Self::InProgress => TaskState::InProgress,
            Self::Completed => TaskState::Completed,
            Self::Blocked => TaskState::Blocked,
        }
    }
}

impl RegisterClaudeTodos {
    fn list(&self) -> &str {
        self.list.as_deref().unwrap_or(USUAL_LIST)
    }

    fn tasks(&self) -> Vec<Task> {
        let numbered = self.todos.iter().enumerate().map(|(at, todo)| Task {
            id: todo.id.clone().unwrap_or_else(|| (at + 1).to_string()),
            title: todo.content.clone(),
            state: todo.status.state(),
            priority: None,
            waits_for: Vec::new(),
            subtasks: Vec::new(),
        });
        numbered.collect()
    }
}

impl Operation for RegisterClaudeTodos {
    type Output = RegisteredTodos;
    const FACTS: Facts = Facts {
        name: "register_claude_todos",
        title: "Register todos",
        toolset: Toolset::Notify,
        effect: Effect::Writes,
        scope: Scope::NotifySend,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fn session(&self) -> Option<&str> {
        None
    }

    fn check(&self) -> Result<(), Refused> {
        if self.todos.len() > TODOS_MAX {
            return Err(Refused::new("todos", format!("at most {TODOS_MAX}")));
        }
        let tasks = self.tasks();
        let ids: HashSet<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
        if ids.len() < tasks.len() {
            return Err(Refused::new("todos", "two of them have the same id"));
        }
        for task in &tasks {
            if task.title.trim().is_empty() || task.title.chars().count() > CONTENT_MAX {
                return Err(Refused::new("todos", format!("the content of each has 1 to {CONTENT_MAX} characters")));
            }
            check_short("todos", &task.id, NAME_MAX)?;
        }
        check_short("list", self.list(), NAME_MAX)?;
        check_root(self.project_root.as_deref())
    }
}

fn check_short(argument: &'static str, text: &str, max: usize) -> Result<(), Refused> {
    let is_good = !text.trim().is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control);
    if is_good { Ok(()) } else { Err(Refused::new(argument, format!("an id or a name is one line of 1 to {max} characters"))) }
}

/// Whether it is a path that can be looked for.
pub(super) fn check_root(root: Option<&str>) -> Result<(), Refused> {
    match root {
        Some(root) if !root.starts_with('/') || root.chars().count() > ROOT_MAX => {
            Err(Refused::new("project_root", format!("must be an absolute path of at most {ROOT_MAX} characters")))
        }
        Some(_) | None => Ok(()),
    }
}

#[async_trait]
impl Here for RegisterClaudeTodos {
    async fn run(self, app: &Application, call: &HereCall) -> Result<RegisteredTodos, Failure> {
        let tasks = self.tasks();
        let (list, counts) = (self.list().to_owned(), counts(&tasks));
        let principal = call.caller.principal.clone();
        let new = NewList { principal, name: list.clone(), project_root: self.project_root, tasks };
        app.register_checked(new).await?;
        Ok(RegisteredTodos { list, counts })
    }
}
