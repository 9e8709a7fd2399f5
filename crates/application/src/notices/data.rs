//! The `data` of an event: every field that is known, what it holds, and what it is called for people.

use serde_json::{Map, Value};

use super::NoticeClass;
use super::events::EventType;
use super::nearest::nearest;
use crate::operation::Refused;
use crate::text::utf16_len;

/// The longest label of a button, in UTF-16 code units.
const LABEL_MAX: usize = 64;
/// The most buttons below a message. ASSUMED: Telegram refuses more than a hundred.
const BUTTONS_MAX: usize = 100;
/// The most items of a list.
const ITEMS_MAX: usize = 1000;
/// The largest data, in bytes of JSON; nobody reads more.
const DATA_MAX: usize = 256 * 1024;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Words.
    Text,
    /// Something to be copied: a path, a name, a command.
    Code,
    /// Lines in fixed width.
    Block,
    /// A whole number.
    Whole,
    /// A whole number that is not negative.
    Count,
    /// Any number, or words around one.
    Amount,
    /// 0 to 100, or more where something is over its limit.
    Percent,
    /// Milliseconds.
    Millis,
    /// Bytes.
    Bytes,
    /// Megabytes.
    Megabytes,
    /// Yes or no.
    Flag,
    /// Words, or a list of them.
    List,
    /// How many, or a list of which.
    CountOrList,
    /// An address.
    Link,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Labels of buttons.
    Options,
    /// Buttons.
    Actions,
    /// Words, or an object of them.
    Facts,
    /// Anything, in an object.
    Free,
}

/// A field of `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it is called for people.
    pub(crate) label: &'static str,
    /// What it holds.
    pub(crate) holds: Holds,
}

const fn field(name: &'static str, label: &'static str, holds: Holds) -> Field {
    Field { name, label, holds }
}

use Holds::{
    Actions, Amount, Block, Bytes, Code, Count, CountOrList, Facts, Flag, Free, Link, List, Megabytes, Millis, OneOf,
    Options, Percent, Text, Whole,
};

/// All of them, in the order in which they are shown where an event has no order of its own.
pub(crate) const FIELDS: [Field; 72] = [
    field("status", "Status", Text),
    field("success", "Success", Flag),
    field("severity", "Severity", OneOf(&["low", "medium", "high", "critical"])),
    field("priority", "Priority", OneOf(&["low", "normal", "high", "urgent"])),
    field("category", "Category", Text),
    field("message", "Message", Text),
    field("prompt", "Question", Text),
    field("approval_prompt", "Question", Text),
    field("current", "Current", Amount),
    field("total", "Total", Amount),
    field("percentage", "Progress", Percent),
    field("eta", "Remaining", Amount),
    field("metric", "Metric", Text),
    field("current_value", "Value", Amount),
    field("threshold", "Threshold", Amount),
    field("unit", "Unit", Text),
    field("service_name", "Service", Text),
    field("component", "Component", Text),
    field("environment", "Environment", Text),
    field("version", "Version", Text),
    field("endpoint", "Endpoint", Code),
    field("response_code", "Response code", Whole),
    field("request_id", "Request", Code),
    field("build_target", "Target", Text),
    field("branch", "Branch", Code),
    field("branch_name", "Branch", Code),
    field("commit", "Commit", Code),
    field("commit_hash", "Commit", Code),
    field("commit_message", "Commit message", Text),
    field("author", "Author", Text),
    field("pull_request_number", "Pull request", Count),
    field("user_id", "User", Amount),
    field("file_path", "File", Code),
    field("line_number", "Line", Count),
    field("directory", "Directory", Code),
    field("language", "Language", Text),
    field("function_name", "Function", Code),
    field("class_name", "Class", Code),
    field("module_name", "Module", Code),
    field("command", "Command", Code),
    field("arguments", "Arguments", List),
    field("exit_code", "Exit code", Whole),
    field("error_code", "Error code", Amount),
    field("error_message", "Error", Text),
    field("error_count", "Errors", Count),
    field("warning_count", "Warnings", Count),
    field("test_count", "Tests", Count),
    field("tests_passed", "Passed", Count),
    field("tests_failed", "Failed", Count),
    field("test_results", "Tests", Facts),
    field("coverage_percentage", "Coverage", Percent),
    field("duration_ms", "Duration", Millis),
    field("cpu_usage_percent", "CPU", Percent),
    field("memory_usage_mb", "Memory", Megabytes),
    field("disk_usage_mb", "Disk", Megabytes),
    field("network_bytes", "Network", Bytes),
    field("files_changed", "Files changed", CountOrList),
    field("files_affected", "Files", CountOrList),
    field("tags", "Tags", List),
    field("url", "Link", Link),
    field("deployment_url", "Deployment", Link),
    field("results", "Results", Text),
    field("code_snippet", "Code", Block),
    field("stack_trace", "Stack trace", Block),
    field("requires_response", "Answer wanted", Flag),
    field("timeout_minutes", "Minutes to answer", Count),
    field("timeout_seconds", "Seconds to answer", Count),
    field("options", "Options", Options),
    field("response_options", "Options", Options),
    field("actions", "Actions", Actions),
    field("details", "Details", Facts),
    field("metadata", "Metadata", Free),
];

/// The field of that name.
pub(crate) fn field_named(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

impl Holds {
    /// What is to be given, for whoever gave something else.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Text | Self::Code | Self::Block => "a text".to_owned(),
            Self::Whole => "a whole number".to_owned(),
            Self::Count => "a whole number, not negative".to_owned(),
            Self::Amount => "a number or a text".to_owned(),
            Self::Percent => "a percentage, a number that is not negative".to_owned(),
            Self::Millis => "milliseconds, a number that is not negative".to_owned(),
            Self::Bytes => "bytes, a number that is not negative".to_owned(),
            Self::Megabytes => "megabytes, a number that is not negative".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::List => "a text or a list of texts".to_owned(),
            Self::CountOrList => "a count or a list of texts".to_owned(),
            Self::Link => "an address, as text".to_owned(),
            Self::OneOf(names) => format!("one of {}", names.join(", ")),
            Self::Options => format!("a list of labels, each of 1 to {LABEL_MAX} characters"),
            Self::Actions => {
                format!(
                    "a list of objects with text (1 to {LABEL_MAX} characters) and action, data, url or style (primary, secondary, danger)"
                )
            }
            Self::Facts => "a text, or an object of texts and numbers".to_owned(),
            Self::Free => "an object".to_owned(),
        }
    }

    fn takes(self, value: &Value) -> bool {
        let is_not_negative = |value: &Value| value.as_f64().is_some_and(|number| number >= 0.0);
        let is_text_or_number = |value: &Value| value.is_string() || value.is_number();
        match self {
            Self::Text | Self::Code | Self::Block | Self::Link => value.is_string(),
            Self::Whole => value.is_i64() || value.is_u64(),
            Self::Count => value.is_u64(),
            Self::Amount => is_text_or_number(value),
            Self::Percent | Self::Millis | Self::Bytes | Self::Megabytes => is_not_negative(value),
            Self::Flag => value.is_boolean(),
            Self::List => value.is_string() || is_list_of_texts(value),
            Self::CountOrList => value.is_u64() || is_list_of_texts(value),
            Self::OneOf(names) => value.as_str().is_some_and(|value| names.contains(&value)),
            Self::Options => value.as_array().is_some_and(|labels| labels.iter().all(|label| is_label(Some(label)))),
            Self::Actions => value.as_array().is_some_and(|actions| actions.iter().all(is_action)),
            Self::Facts => {
                let is_plain = |value: &Value| is_text_or_number(value) || value.is_boolean();
                value.is_string() || value.as_object().is_some_and(|facts| facts.values().all(is_plain))
            }
            Self::Free => value.is_object(),
        }
    }
}

fn is_list_of_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.len() <= ITEMS_MAX && items.iter().all(Value::is_string))
}

fn is_label(value: Option<&Value>) -> bool {
    value.and_then(Value::as_str).is_some_and(|label| {
        // What hides is shown in its place, and takes more room.
        let shown = shown_label(label);
        !shown.is_empty() && utf16_len(&shown) <= LABEL_MAX
    })
}

/// A label as it stands on its button.
pub(super) fn shown_label(label: &str) -> String {
    super::facts::one_line(label)
}

fn is_action(value: &Value) -> bool {
    let Some(action) = value.as_object() else { return false };
    let is_known = |(name, value): (&String, &Value)| match name.as_str() {
        "text" => is_label(Some(value)),
        "action" | "url" => value.is_string(),
        "style" => matches!(value.as_str(), Some("primary" | "secondary" | "danger")),
        "data" => true,
        _ => false,
    };
    is_label(action.get("text")) && action.iter().all(is_known)
}

/// Refuses what is not known or of another kind, and says what was probably meant. What was left out with `null` is
/// taken as left out.
pub(crate) fn check(data: &Map<String, Value>) -> Result<(), Refused> {
    for (name, value) in data.iter().filter(|(_, value)| !value.is_null()) {
        let Some(field) = field_named(name) else { return Err(unknown(name)) };
        if !field.holds.takes(value) {
            return Err(Refused::new("data", format!("{name} takes {}", field.holds.expected())));
        }
    }
    if button_count(data) > BUTTONS_MAX {
        return Err(Refused::new("data", format!("options and actions are {BUTTONS_MAX} buttons at most")));
    }
    let is_small = serde_json::to_vec(data).is_ok_and(|data| data.len() <= DATA_MAX);
    if is_small { Ok(()) } else { Err(Refused::new("data", "at most 256 kB; nobody can read more than that")) }
}

fn unknown(name: &str) -> Refused {
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(40).collect();
    let hint = nearest(&name, FIELDS.iter().map(|field| field.name)).and_then(field_named);
    Refused::new(
        "data",
        match hint {
            Some(field) => format!(
                "there is no field {name}; did you mean {}, which takes {}? Anything else goes into metadata",
                field.name,
                field.holds.expected()
            ),
            None => format!("there is no field {name}; anything that has no field of its own goes into metadata"),
        },
    )
}

fn button_count(data: &Map<String, Value>) -> usize {
    let count = |name: &str| data.get(name).and_then(Value::as_array).map_or(0, Vec::len);
    // An address has a button of its own.
    count("options") + count("response_options") + count("actions") + 2
}

/// What an event is to its reader: what is done and went wrong is a failure, and a small alert is for the record.
pub(crate) fn class_of(event: &EventType, data: &Map<String, Value>) -> NoticeClass {
    let is_bad = data.get("success").and_then(Value::as_bool) == Some(false)
        || data.get("exit_code").and_then(Value::as_i64).is_some_and(|code| code != 0);
    match event.class {
        NoticeClass::Done if is_bad => NoticeClass::Failure,
        NoticeClass::Alert if data.get("severity").and_then(Value::as_str) == Some("low") => NoticeClass::Info,
        class @ (NoticeClass::Approval
        | NoticeClass::Alert
        | NoticeClass::Failure
        | NoticeClass::Done
        | NoticeClass::Progress
        | NoticeClass::Info
        | NoticeClass::Message) => class,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::notices::events::event_type;

    fn refusal(data: &Value) -> Option<String> {
        check(data.as_object().unwrap()).err().map(|refused| refused.to_string())
    }

    #[test]
    fn what_build_servers_send_is_taken() {
        let sent = [
            json!({ "branch": "main", "commit": "3f2a9c1", "author": "Ada" }),
            json!({ "success": true, "duration_ms": 201_000, "test_results": { "passed": 120, "failed": 0 }, "deployment_url": "https://example.com" }),
            json!({ "error_count": 3, "stack_trace": "at x\nat y", "files_affected": ["a.rs"], "files_changed": 4 }),
            json!({ "current": 4, "total": 10.5, "eta": "2 min", "metadata": { "free": [1, { "as": "air" }] }, "status": null }),
            json!({ "actions": [{ "text": "Restart", "action": "restart", "data": { "id": 1 }, "style": "danger" }], "options": ["Go"] }),
        ];
        for data in sent {
            assert_eq!(refusal(&data), None, "{data}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_what_to_give() {
        for (data, said) in [
            (json!({ "duraton_ms": 5 }), "did you mean duration_ms, which takes milliseconds"),
            (json!({ "zzz": 5 }), "there is no field zzz; anything that has no field of its own goes into metadata"),
            (json!({ "duration_ms": "5 s" }), "duration_ms takes milliseconds, a number that is not negative"),
            (json!({ "test_count": -1 }), "test_count takes a whole number, not negative"),
            (json!({ "severity": "huge" }), "severity takes one of low, medium, high, critical"),
            (json!({ "options": [""] }), "options takes a list of labels"),
            (json!({ "options": ["\u{200B}".repeat(64)] }), "options takes a list of labels"),
            (json!({ "options": vec!["x"; 200] }), "100 buttons at most"),
            (json!({ "actions": [{ "text": "x", "href": "y" }] }), "actions takes a list of objects with text"),
            (json!({ "files_affected": [1] }), "files_affected takes a count or a list of texts"),
            (json!({ "results": "x".repeat(300_000) }), "at most 256 kB"),
        ] {
            let refused = refusal(&data).unwrap_or_default();
            assert!(refused.contains(said), "{refused:?} does not say {said:?}");
        }
    }

    #[test]
    fn what_went_wrong_is_a_failure_whatever_its_name() {
        let class = |name: &str, data: Value| class_of(event_type(name).unwrap(), data.as_object().unwrap());
        assert_eq!(class("build_completed", json!({ "success": false })), NoticeClass::Failure);
        assert_eq!(class("command_executed", json!({ "exit_code": 2 })), NoticeClass::Failure);
        assert_eq!(class("command_executed", json!({ "exit_code": 0 })), NoticeClass::Done);
        assert_eq!(class("performance_alert", json!({ "severity": "low" })), NoticeClass::Info);
        assert_eq!(class("performance_alert", json!({})), NoticeClass::Alert);
    }
}
