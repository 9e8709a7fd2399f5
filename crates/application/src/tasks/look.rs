//! What callers and people see of the lists.

use super::task::shortened;
use super::{NewList, Section, TaskList, TaskSystem, counts, taskmaster};
use crate::application::Application;
use crate::failure::Failure;
use crate::text::Writing;
use crate::views::{TaskListView, TaskView, TodoList, TodoSection};

/// So many tasks of one list are told at once.
const ITEMS_MAX: usize = 200;
/// So many lists are shown to people at once.
const SHOWN_LISTS_MAX: usize = 5;
/// So many tasks of a section are shown to people at once.
const SHOWN_TASKS_MAX: usize = 10;
/// So many letters of a task are shown to people.
const TITLE_MAX: usize = 120;

/// Which lists somebody wants.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) principal: &'a str,
    pub(crate) project_root: Option<&'a str>,
    /// Both, if none.
    pub(crate) system: Option<TaskSystem>,
}

/// The lists, and what the caller should know about those that are not among them.
pub(crate) struct Found {
    pub(crate) lists: Vec<TaskList>,
    pub(crate) note: Option<String>,
}

impl Application {
    /// The lists that a caller asks for. Registered lists that belong to no project belong to every one.
    pub(crate) async fn task_lists(&self, wanted: Wanted<'_>) -> Result<Found, Failure> {
        let mut found = Found { lists: Vec::new(), note: None };
        let has = |system| wanted.system.is_none_or(|only| only == system);
        if has(TaskSystem::Taskmaster) {
            match wanted.project_root {
                Some(root) => match taskmaster::read(&*self.ports().files, root).await {
                    Ok(list) => found.lists.push(list),
                    Err(taskmaster::TasksError::NoFile) if wanted.system.is_none() => {
                        found.note = Some("This project has no TaskMaster file.".to_owned());
                    }
                    Err(error) => return Err(error.into()),
                },
                None => found.note = Some("Pass `project_root` to see a project's TaskMaster file, too.".to_owned()),
            }
        } else if let Some(root) = wanted.project_root {
            taskmaster::check_root(&*self.ports().files, root).await?;
        }
        if has(TaskSystem::ClaudeCode) {
            let belongs = |list: &TaskList| {
                let (Some(of), Some(wanted)) = (&list.project_root, wanted.project_root) else { return true };
                of == wanted
            };
            let registered = self.registered_lists(Some(wanted.principal)).await?;
            found.lists.extend(registered.into_iter().filter(belongs));
        }
        Ok(found)
    }

    /// Replaces a list whose project, if it has one, may be read.
    pub(crate) async fn register_checked(&self, list: NewList) -> Result<(), Failure> {
        if let Some(root) = &list.project_root {
            taskmaster::check_root(&*self.ports().files, root).await?;
        }
        self.register_list(list).await
    }

    /// How far every registered list is, for people.
    pub(crate) async fn tasks_for_people(&self) -> Result<Writing, Failure> {
        let lists = self.registered_lists(None).await?;
        if lists.is_empty() {
            return Ok(nothing_registered());
        }
        let mut text = Writing::default();
        for list in &lists {
            let counts = counts(&list.tasks);
            let open = counts.total - counts.completed - counts.set_aside;
            text = text.lines(1).bold(&list.name).text(&format!(" · {} of {} done", counts.completed, counts.total));
            for (count, word) in [(counts.in_progress, "in progress"), (counts.blocked, "blocked")] {
                if count > 0 {
                    text = text.text(&format!(", {count} {word}"));
                }
            }
            if open == 0 {
                text = text.text(" ✓");
            }
        }
        Ok(text.lines(2).text("/todo shows what they hold."))
    }

    /// What the registered lists hold, for people.
    pub(crate) async fn todo_for_people(&self) -> Result<Writing, Failure> {
        let lists = self.registered_lists(None).await?;
        if lists.is_empty() {
            return Ok(nothing_registered());
        }
        let mut text = Writing::default();
        for list in lists.iter().take(SHOWN_LISTS_MAX) {
            text = text.lines(2).bold(&list.name);
            for section in Section::ALL {
                text = written(text, list, section);
            }
        }
        if lists.len() > SHOWN_LISTS_MAX {
            let more = format!("{} older lists are not shown; /tasks counts them.", lists.len() - SHOWN_LISTS_MAX);
            text = text.lines(2).text(&more);
        }
        Ok(text)
    }
}

fn nothing_registered() -> Writing {
    Writing::default().text("No agent has told me what it has to do.")
}

fn written(mut text: Writing, list: &TaskList, section: Section) -> Writing {
    let tasks: Vec<_> = list.tasks.iter().filter(|task| Section::of(task.state) == Some(section)).collect();
    if tasks.is_empty() {
        return text;
    }
    text = text.lines(1).italic(&format!("{} ({})", section.heading(), tasks.len()));
    // What was done last stands last in its list.
    let skipped = if section == Section::Completed { tasks.len().saturating_sub(SHOWN_TASKS_MAX) } else { 0 };
    for task in tasks.iter().skip(skipped).take(SHOWN_TASKS_MAX) {
        text = text.lines(1).text(mark(section)).text(" ").text(&shortened(&task.title, TITLE_MAX));
    }
    if tasks.len() > SHOWN_TASKS_MAX {
        text = text.lines(1).text(&format!("… and {} more", tasks.len() - SHOWN_TASKS_MAX));
    }
    text
}

const fn mark(section: Section) -> &'static str {
    match section {
        Section::Completed => "✓",
        Section::Current => "▸",
        Section::Upcoming => "·",
        Section::Blocked => "✕",
    }
}

impl TaskList {
    /// With its tasks of one kind, or of all; or only counted.
    pub(crate) fn view(self, only: Option<Section>, summary_only: bool) -> TaskListView {
        let wanted: Vec<_> =
            self.tasks.iter().filter(|task| only.is_none() || Section::of(task.state) == only).collect();
        let items_max = if summary_only { 0 } else { ITEMS_MAX };
        let items: Vec<_> = wanted.iter().take(items_max).map(|task| TaskView::of(task, true)).collect();
        let left_out = if summary_only { 0 } else { wanted.len() - items.len() };
        TaskListView {
            counts: counts(&self.tasks),
            system: self.system,
            name: crate::text::Foreign::new(self.name),
            project_root: self.project_root,
            updated: self.updated,
            items,
            left_out,
        }
    }

    /// In sections, each with so many of its tasks at most; of what was done, the last.
    pub(crate) fn todo(self, sections: &[Section], completed_max: usize, with_subtasks: bool) -> TodoList {
        let shown = Section::ALL.into_iter().filter(|section| sections.contains(section)).filter_map(|section| {
            let tasks: Vec<_> = self.tasks.iter().filter(|task| Section::of(task.state) == Some(section)).collect();
            let (skipped, max) = match section {
                Section::Completed => (tasks.len().saturating_sub(completed_max), completed_max),
                Section::Current | Section::Upcoming | Section::Blocked => (0, ITEMS_MAX),
            };
            let items = tasks.iter().skip(skipped).take(max).map(|task| TaskView::of(task, with_subtasks)).collect();
            (!tasks.is_empty()).then_some(TodoSection { section, total: tasks.len(), items })
        });
        TodoList {
            sections: shown.collect(),
            counts: counts(&self.tasks),
            system: self.system,
            name: crate::text::Foreign::new(self.name),
        }
    }
}
