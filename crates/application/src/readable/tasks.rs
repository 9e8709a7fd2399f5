use super::{Lines, Readable, minute};
use crate::tasks::{TaskState, TaskSystem};
use crate::text::Foreign;
use crate::views::{RegisteredTodos, TaskCounts, TaskListView, TaskStatus, TaskView, TodoLists};

impl Readable for TaskStatus {
    fn read(&self, lines: &mut Lines) {
        if self.lists.is_empty() {
            lines.line("no tasks");
        }
        for list in &self.lists {
            read_list(list, lines);
        }
        lines.field("note", self.note.as_ref());
    }
}

impl Readable for TodoLists {
    fn read(&self, lines: &mut Lines) {
        if self.lists.is_empty() {
            lines.line("nothing to do");
        }
        for list in &self.lists {
            head(list.system, &list.name, list.counts, lines);
            lines.end();
            for section in &list.sections {
                lines.line(format!("{} ({})", section.section.heading(), section.total));
                for task in &section.items {
                    read_task(task, lines);
                }
                if section.items.len() < section.total {
                    lines.line(format!("  … and {} more", section.total - section.items.len()));
                }
            }
        }
        lines.field("note", self.note.as_ref());
    }
}

impl Readable for RegisteredTodos {
    fn read(&self, lines: &mut Lines) {
        if self.counts.total == 0 {
            lines.line(format!("the list {} is gone", self.list));
        } else {
            lines.put(format_args!("registered as {}: ", self.list));
            counted(self.counts, lines);
            lines.end();
        }
    }
}

fn read_list(list: &TaskListView, lines: &mut Lines) {
    head(list.system, &list.name, list.counts, lines);
    if let Some(root) = &list.project_root {
        lines.put(format_args!(" · {root}"));
    }
    if let Some(updated) = list.updated {
        lines.push(" · registered ");
        minute(updated, lines);
    }
    lines.end();
    for task in &list.items {
        read_task(task, lines);
    }
    if list.left_out > 0 {
        lines.line(format!("  … and {} more; pass `status_filter` to see fewer kinds", list.left_out));
    }
}

fn head(system: TaskSystem, name: &Foreign, counts: TaskCounts, lines: &mut Lines) {
    lines.push(match system {
        TaskSystem::ClaudeCode => "todos ",
        TaskSystem::Taskmaster => "TaskMaster ",
    });
    lines.name(name);
    lines.push(": ");
    counted(counts, lines);
}

fn counted(counts: TaskCounts, lines: &mut Lines) {
    let TaskCounts { total, pending, in_progress, completed, blocked, set_aside } = counts;
    lines.put(format_args!("{completed} of {total} done"));
    let others = [(in_progress, "in progress"), (blocked, "blocked"), (pending, "pending"), (set_aside, "set aside")];
    for (count, word) in others {
        if count > 0 {
            lines.put(format_args!(", {count} {word}"));
        }
    }
}

fn read_task(task: &TaskView, lines: &mut Lines) {
    read_one(1, (&task.id, &task.title), task.status, lines);
    if let Some(priority) = &task.priority {
        lines.put(format_args!(" · {priority}"));
    }
    if !task.waits_for.is_empty() {
        lines.push(" · waits for ");
        let mut list = lines.list(", ");
        for id in &task.waits_for {
            list.next().name(id);
        }
        if task.waits_for_left_out > 0 {
            lines.put(format_args!(" and {} more", task.waits_for_left_out));
        }
    }
    lines.end();
    for subtask in &task.subtasks {
        read_one(2, (&subtask.id, &subtask.title), subtask.status, lines);
        lines.end();
    }
    if task.subtasks_left_out > 0 {
        lines.line(format!("    … and {} more", task.subtasks_left_out));
    }
}

fn read_one(depth: usize, (id, title): (&Foreign, &Foreign), state: TaskState, lines: &mut Lines) {
    lines.put(format_args!("{:1$}{2} ", "", depth * 2, mark(state)));
    lines.name(id);
    lines.push(" ");
    lines.quoted(title);
    match state {
        TaskState::Review => lines.push(" · in review"),
        TaskState::Deferred => lines.push(" · put off"),
        TaskState::Cancelled => lines.push(" · cancelled"),
        TaskState::Pending | TaskState::InProgress | TaskState::Completed | TaskState::Blocked => {}
    }
}

const fn mark(state: TaskState) -> &'static str {
    match state {
        TaskState::Completed => "[x]",
        TaskState::InProgress | TaskState::Review => "[>]",
        TaskState::Blocked => "[!]",
        TaskState::Pending => "[ ]",
        TaskState::Deferred | TaskState::Cancelled => "[-]",
    }
}
