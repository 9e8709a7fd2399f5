//! What the fields of an event say, as a person reads them.

use serde_json::{Map, Value};

use super::data::{FIELDS, Field, Holds, field_named};
use super::events::EventType;
use crate::text::{self, Foreign, utf16_len};

/// What is longer than this does not stand on a line of its own, in UTF-16 code units.
const LINE_MAX: usize = 200;
/// So many items of a list stand on a line.
const LINE_ITEMS_MAX: usize = 3;

/// A line with a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) says: String,
    /// Whether it is to be copied.
    pub(super) is_code: bool,
}

/// What is too long for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Detail {
    pub(super) label: &'static str,
    pub(super) body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    /// Words, in markdown.
    Words(String),
    /// Each on a line, as they are.
    Items(Vec<String>),
    /// In fixed width.
    Block { language: &'static str, text: String },
}

/// Everything that an event says beside its title and description.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) lines: Vec<Fact>,
    pub(super) details: Vec<Detail>,
}

/// The facts of an event: first those that belong to its type, then all others.
pub(super) fn facts_of(event: &EventType, data: &Map<String, Value>) -> Facts {
    let first = event.facts.iter().filter_map(|name| field_named(name));
    let others = FIELDS.iter().filter(|field| !event.facts.contains(&field.name));
    let mut facts = Facts::default();
    for field in first.chain(others) {
        match (field.name, data.get(field.name)) {
            (_, None | Some(Value::Null)) => {}
            ("current", Some(current)) if data.get("total").is_some_and(|total| !total.is_null()) => {
                let words = format!("{} of {}", plain(current), plain(&data["total"]));
                facts.short("Done", &words, false);
            }
            ("total", Some(_)) if data.get("current").is_some_and(|current| !current.is_null()) => {}
            (_, Some(value)) => facts.add(field, value),
        }
    }
    facts
}

impl Facts {
    fn add(&mut self, field: &Field, value: &Value) {
        let label = field.label;
        match field.holds {
            Holds::Text | Holds::Amount | Holds::OneOf(_) => self.words(label, plain(value)),
            Holds::Code => self.code(label, plain(value)),
            Holds::Block => self.block(label, "", plain(value)),
            Holds::Whole | Holds::Count => self.short(label, &plain(value), false),
            Holds::Percent => self.short(label, &format!("{} %", plain(value)), false),
            Holds::Millis => self.short(label, &duration(value.as_f64().unwrap_or_default()), false),
            Holds::Bytes => self.short(label, &bytes(value.as_f64().unwrap_or_default()), false),
            Holds::Megabytes => self.short(label, &format!("{} MB", plain(value)), false),
            Holds::Flag => {
                let words = if value.as_bool() == Some(true) { "yes" } else { "no" };
                self.short(label, words, false);
            }
            Holds::List | Holds::CountOrList => match value {
                Value::Array(items) => self.list(label, &items.iter().map(plain).collect::<Vec<_>>()),
                other => self.words(label, plain(other)),
            },
            Holds::Facts => match value {
                Value::Object(facts) => self.pairs(label, facts),
                other => self.words(label, plain(other)),
            },
            Holds::Free => {
                if value.as_object().is_some_and(|free| !free.is_empty()) {
                    self.block(label, "json", serde_json::to_string_pretty(value).expect("JSON can be written"));
                }
            }
            // Those that cannot be a button are shown as they are.
            Holds::Link => {
                if !super::buttons::is_openable(value.as_str().unwrap_or_default()) {
                    self.code(label, plain(value));
                }
            }
            Holds::Options | Holds::Actions => {}
        }
    }

    fn words(&mut self, label: &'static str, words: String) {
        if fits_a_line(&words) {
            self.short(label, &words, false);
        } else {
            self.details.push(Detail { label, body: Body::Words(words) });
        }
    }

    fn code(&mut self, label: &'static str, code: String) {
        if fits_a_line(&code) {
            self.short(label, &code, true);
        } else {
            self.block(label, "", code);
        }
    }

    fn block(&mut self, label: &'static str, language: &'static str, text: String) {
        if !text.trim().is_empty() {
            self.details.push(Detail { label, body: Body::Block { language, text } });
        }
    }

    fn list(&mut self, label: &'static str, items: &[String]) {
        let line = items.join(", ");
        if items.len() <= LINE_ITEMS_MAX && fits_a_line(&line) {
            self.short(label, &line, false);
        } else {
            self.short(label, &items.len().to_string(), false);
            let items = items.iter().map(|item| one_line(item)).filter(|item| !item.is_empty()).collect();
            self.details.push(Detail { label, body: Body::Items(items) });
        }
    }

    fn pairs(&mut self, label: &'static str, facts: &Map<String, Value>) {
        let pairs: Vec<String> = facts.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect();
        let line = pairs.join(", ");
        if fits_a_line(&line) {
            self.short(label, &line, false);
        } else {
            let items = pairs.iter().map(|pair| one_line(pair)).collect();
            self.details.push(Detail { label, body: Body::Items(items) });
        }
    }

    fn short(&mut self, label: &'static str, words: &str, is_code: bool) {
        let says = one_line(words);
        if !says.is_empty() {
            self.lines.push(Fact { label, says, is_code });
        }
    }
}

fn fits_a_line(words: &str) -> bool {
    !words.trim().contains(['\n', '\r']) && utf16_len(&one_line(words)) <= LINE_MAX
}

/// Words as one line, without control characters, and with everything visible that would hide or reorder.
pub(super) fn one_line(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    let line = text::format(&words.join(" "), crate::arguments::TextFormat::Plain).text;
    Foreign::new(line).to_string()
}

/// A value as it is.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

/// `3 min 20 s`
pub(super) fn duration(millis: f64) -> String {
    // Longer than anybody waits, and far from where numbers lose their parts.
    let millis = millis.clamp(0.0, 1e15) as u64;
    let (seconds, rest) = (millis / 1000, millis % 1000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) if seconds == 0 => format!("{rest} ms"),
        (0, 0, 0) if seconds < 10 && rest >= 100 => format!("{seconds}.{} s", rest / 100),
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// `4.2 MB`
fn bytes(bytes: f64) -> String {
    let mut size = bytes.max(0.0);
    for unit in ["B", "kB", "MB", "GB"] {
        if size < 1000.0 {
            return if unit == "B" { format!("{size:.0} B") } else { format!("{size:.1} {unit}") };
        }
        size /= 1000.0;
    }
    format!("{size:.1} TB")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::notices::events::event_type;

    fn lines(name: &str, data: &Value) -> Vec<String> {
        let facts = facts_of(event_type(name).unwrap(), data.as_object().unwrap());
        facts.lines.iter().map(|fact| format!("{}: {}", fact.label, fact.says)).collect()
    }

    #[test]
    fn facts_of_the_type_come_first_and_read_as_people_write() {
        let data = json!({
            "author": "Ada", "duration_ms": 201_500, "build_target": "release", "network_bytes": 4_200_000,
            "success": true, "coverage_percentage": 91.5, "test_results": { "passed": 120, "failed": 0 }, "tags": null,
        });
        assert_eq!(
            lines("build_completed", &data),
            [
                "Target: release",
                "Duration: 3 min 21 s",
                "Tests: failed 0, passed 120",
                "Success: yes",
                "Author: Ada",
                "Coverage: 91.5 %",
                "Network: 4.2 MB",
            ]
        );
        assert_eq!(lines("task_progress", &json!({ "total": 10, "current": 4 })), ["Done: 4 of 10"]);
    }

    #[test]
    fn what_is_long_is_a_detail() {
        let files: Vec<String> = (0..5).map(|n| format!("src/{n}.rs")).collect();
        let data = json!({ "files_affected": files, "results": "one\ntwo", "stack_trace": "at x", "metadata": {} });
        let facts = facts_of(event_type("task_completion").unwrap(), data.as_object().unwrap());
        assert_eq!(facts.lines, [Fact { label: "Files", says: "5".to_owned(), is_code: false }]);
        let labels: Vec<&str> = facts.details.iter().map(|detail| detail.label).collect();
        assert_eq!(labels, ["Files", "Results", "Stack trace"]);
    }

    #[test]
    fn durations_have_two_parts_at_most() {
        for (millis, said) in [
            (0.0, "0 ms"),
            (950.0, "950 ms"),
            (1500.0, "1.5 s"),
            (12_000.0, "12 s"),
            (200_000.0, "3 min 20 s"),
            (7_260_000.0, "2 h 1 min"),
            (180_000_000.0, "2 d 2 h"),
            (f64::MAX, "11574074 d 1 h"),
        ] {
            assert_eq!(duration(millis), said);
        }
    }
}
