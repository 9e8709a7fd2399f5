//! The event types that agents may report: one table, from which the list, the templates and the checks come.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NoticeClass;
use super::nearest::nearest;
use crate::views::EventTypeView;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Category {
    /// Tasks of an agent.
    Task,
    /// Work on code.
    Code,
    /// Files and directories.
    File,
    /// Builds, tests and checks.
    Build,
    /// Version control.
    Git,
    /// How systems do.
    Monitoring,
    /// What people are asked or did.
    User,
    /// Plain notifications.
    Notification,
    /// Other systems.
    Integration,
    /// Everything else.
    Custom,
}

/// A type of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub category: Category,
    /// What it is to its reader, unless its data say otherwise.
    pub class: NoticeClass,
    /// What it is called for people.
    pub label: &'static str,
    /// The fields of `data` that belong to it, in the order shown. Every other field may be given, too.
    pub facts: &'static [&'static str],
}

const fn event(
    name: &'static str,
    category: Category,
    class: NoticeClass,
    label: &'static str,
    facts: &'static [&'static str],
) -> EventType {
    EventType { name, category, class, label, facts }
}

use Category::{Build, Code, Custom, File, Git, Integration, Monitoring, Notification, Task, User};
use NoticeClass::{Alert, Approval, Done, Failure, Info, Progress};

const TASK: &[&str] = &["status", "duration_ms", "files_affected", "results"];
const FAILED: &[&str] = &["error_message", "error_code", "exit_code", "duration_ms", "stack_trace"];
const PROGRESS: &[&str] = &["status", "current", "total", "percentage", "eta", "message"];
const CODE: &[&str] = &["file_path", "line_number", "language", "function_name", "class_name", "files_affected"];
const PATH: &[&str] = &["file_path", "directory", "language"];
const DIRECTORY: &[&str] = &["directory", "files_affected"];
const BUILD: &[&str] = &["build_target", "branch", "commit", "duration_ms", "test_results", "deployment_url"];
const BROKEN: &[&str] =
    &["build_target", "branch", "commit", "error_count", "error_message", "duration_ms", "stack_trace"];
const TESTS: &[&str] = &["test_count", "tests_passed", "tests_failed", "coverage_percentage", "duration_ms"];
const CHECK: &[&str] = &["success", "error_count", "warning_count", "files_affected", "duration_ms"];
const GIT: &[&str] = &["branch_name", "commit_hash", "author", "commit_message", "files_changed"];
const PULL: &[&str] = &["branch_name", "author", "pull_request_number", "files_changed", "url"];
const HEALTH: &[&str] =
    &["service_name", "status", "cpu_usage_percent", "memory_usage_mb", "disk_usage_mb", "network_bytes"];
const ALERT: &[&str] = &["severity", "service_name", "current_value", "threshold", "error_message"];
const ASKED: &[&str] = &["approval_prompt", "options", "priority"];
const COMMAND: &[&str] = &["command", "arguments", "exit_code", "duration_ms", "results"];
const CALL: &[&str] = &["service_name", "endpoint", "response_code", "request_id", "duration_ms"];
const NOTE: &[&str] = &["status", "message", "priority", "category", "tags", "url"];

/// All of them.
pub const EVENT_TYPES: [EventType; 47] = [
    event("task_completion", Task, Done, "Task completed", TASK),
    event("task_started", Task, Progress, "Task started", &["status", "branch", "commit", "author", "eta"]),
    event("task_failed", Task, Failure, "Task failed", FAILED),
    event("task_progress", Task, Progress, "Task progress", PROGRESS),
    event("task_cancelled", Task, Info, "Task cancelled", &["status", "message"]),
    event("code_generation", Code, Done, "Code generated", CODE),
    event("code_analysis", Code, Done, "Code analysed", CODE),
    event("code_refactoring", Code, Done, "Code refactored", CODE),
    event("code_review", Code, Done, "Code reviewed", CODE),
    event("code_testing", Code, Done, "Code tested", TESTS),
    event(
        "code_deployment",
        Code,
        Done,
        "Code deployed",
        &["environment", "version", "branch", "commit", "deployment_url"],
    ),
    event("file_created", File, Info, "File created", PATH),
    event("file_modified", File, Info, "File modified", PATH),
    event("file_deleted", File, Info, "File deleted", PATH),
    event("directory_created", File, Info, "Directory created", DIRECTORY),
    event("directory_deleted", File, Info, "Directory deleted", DIRECTORY),
    event("build_started", Build, Progress, "Build started", &["build_target", "branch", "commit", "author"]),
    event("build_completed", Build, Done, "Build completed", BUILD),
    event("build_failed", Build, Failure, "Build failed", BROKEN),
    event("test_suite_run", Build, Done, "Test suite run", TESTS),
    event("test_passed", Build, Done, "Test passed", TESTS),
    event(
        "test_failed",
        Build,
        Failure,
        "Test failed",
        &["tests_failed", "tests_passed", "test_count", "error_message", "stack_trace"],
    ),
    event("lint_check", Build, Done, "Lint check", CHECK),
    event("type_check", Build, Done, "Type check", CHECK),
    event("git_commit", Git, Info, "Commit", GIT),
    event("git_push", Git, Info, "Push", GIT),
    event("git_merge", Git, Info, "Merge", GIT),
    event("git_branch", Git, Info, "Branch", GIT),
    event("git_tag", Git, Info, "Tag", &["version", "commit_hash", "author"]),
    event("pull_request_created", Git, Info, "Pull request created", PULL),
    event("pull_request_merged", Git, Done, "Pull request merged", PULL),
    event("system_health", Monitoring, Info, "System health", HEALTH),
    event("performance_alert", Monitoring, Alert, "Performance alert", ALERT),
    event("security_alert", Monitoring, Alert, "Security alert", ALERT),
    event("error_occurred", Monitoring, Failure, "Error", FAILED),
    event("resource_usage", Monitoring, Info, "Resource usage", HEALTH),
    event("approval_request", User, Approval, "Approval wanted", ASKED),
    event("user_response", User, Info, "Response", &["user_id", "message"]),
    event("command_executed", User, Done, "Command executed", COMMAND),
    event("progress_update", Notification, Progress, "Progress", PROGRESS),
    event("status_change", Notification, Info, "Status", NOTE),
    event("alert_notification", Notification, Alert, "Alert", &["severity", "message", "service_name", "url"]),
    event("info_notification", Notification, Info, "Info", NOTE),
    event("api_call", Integration, Info, "API call", CALL),
    event("webhook_received", Integration, Info, "Webhook received", CALL),
    event("service_integration", Integration, Info, "Service", &["service_name", "status", "endpoint"]),
    event("custom_event", Custom, Info, "Event", NOTE),
];

/// Words of an agent without an event around them.
pub(crate) const MESSAGE: EventType = event("message", Notification, NoticeClass::Message, "Message", &[]);

/// The type of that name.
pub(crate) fn event_type(name: &str) -> Option<&'static EventType> {
    EVENT_TYPES.iter().find(|event| event.name == name)
}

/// The name that was probably meant.
pub(crate) fn nearest_type(name: &str) -> Option<&'static str> {
    nearest(name, EVENT_TYPES.iter().map(|event| event.name))
}

/// The types of a category, or all.
pub fn event_types(category: Option<Category>) -> Vec<EventTypeView> {
    let is_meant = |event: &&EventType| category.is_none_or(|category| event.category == category);
    let view = |event: &EventType| EventTypeView {
        name: event.name.to_owned(),
        category: event.category,
        class: event.class,
        data: event.facts.iter().map(|fact| (*fact).to_owned()).collect(),
    };
    EVENT_TYPES.iter().filter(is_meant).map(view).collect()
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 10] = [Task, Code, File, Build, Git, Monitoring, User, Notification, Integration, Custom];
}

impl EventType {
    /// The symbol that stands before the title of a notice of this class.
    pub(crate) const fn mark(class: NoticeClass) -> &'static str {
        match class {
            NoticeClass::Approval => "❓",
            NoticeClass::Alert => "🚨",
            NoticeClass::Failure => "❌",
            NoticeClass::Done => "✅",
            NoticeClass::Progress => "⏳",
            NoticeClass::Info => "🔹",
            NoticeClass::Message => "💬",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::notices::data::FIELDS;

    #[test]
    fn every_category_has_the_types_that_agents_know() {
        let of = |category| EVENT_TYPES.iter().filter(|event| event.category == category).count();
        assert_eq!(Category::ALL.map(of), [5, 6, 5, 8, 7, 5, 3, 4, 3, 1]);
        let names: HashSet<_> = EVENT_TYPES.iter().map(|event| event.name).collect();
        assert_eq!(names.len(), EVENT_TYPES.len());
    }

    #[test]
    fn facts_of_events_are_known_fields() {
        for event in EVENT_TYPES {
            for fact in event.facts {
                assert!(FIELDS.iter().any(|field| field.name == *fact), "{fact} of {}", event.name);
            }
        }
    }

    #[test]
    fn a_slip_of_the_pen_finds_its_type() {
        assert_eq!(nearest_type("task_complete"), Some("task_completion"));
        assert_eq!(nearest_type("build_success"), Some("build_started"));
        assert_eq!(nearest_type("???"), None);
    }
}
