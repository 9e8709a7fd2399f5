//! Arguments: what a tool takes, and what is wrong with those that do not fit, without quoting them.

use serde_json::{Map, Value};
use telegraphist_application::operation::Refused;
use telegraphist_application::{Code, Failure};

use super::Argument;
use crate::nearest::nearest;

type Schema = Map<String, Value>;

/// The arguments of a schema: the required ones first, then by name.
pub(super) fn of(schema: &Schema) -> Vec<Argument> {
    let mut arguments: Vec<Argument> = properties(schema)
        .map(|(name, property)| Argument {
            name: name.to_owned(),
            kind: kind_of(property),
            description: property["description"].as_str().unwrap_or_default().to_owned(),
            is_required: required(schema).any(|required| required == name),
        })
        .collect();
    arguments.sort_by(|one, other| (!one.is_required, &one.name).cmp(&(!other.is_required, &other.name)));
    arguments
}

fn properties(schema: &Schema) -> impl Iterator<Item = (&str, &Value)> {
    schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

fn required(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn kind_of(property: &Value) -> String {
    if let Some(names) = property["enum"].as_array() {
        return names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | ");
    }
    if let Some(choices) = property["anyOf"].as_array() {
        return choices.iter().map(kind_of).collect::<Vec<_>>().join(" or ");
    }
    match property["type"].as_str() {
        Some("array") => format!("array of {}", kind_of(&property["items"])),
        Some("string") if property["format"] == "date-time" => "time (RFC 3339)".to_owned(),
        Some(kind) => kind.to_owned(),
        None => "any".to_owned(),
    }
}

/// The failure for an argument that Telegram would not accept.
pub(super) fn refused(refused: &Refused) -> Failure {
    let action = format!("Correct `{}` and call again.", refused.argument);
    Failure::new(Code::InvalidArgument, format!("`{}`: {}.", refused.argument, refused.problem), action)
}

/// Finds what keeps `arguments` from being read. The reader is more generous than the schema (a number passes for an
/// id that is a string), so what is certainly wrong is looked for before what may be.
pub(super) fn explain(
    schema: &Schema,
    arguments: &Map<String, Value>,
    is_readable: impl Fn(&Map<String, Value>) -> bool,
) -> Failure {
    unknown(schema, arguments)
        .or_else(|| missing(schema, arguments))
        .or_else(|| misfit(schema, arguments, Strictness::Kinds))
        .or_else(|| misfit(schema, arguments, Strictness::Ranges))
        .or_else(|| misfit(schema, arguments, Strictness::Exact))
        .unwrap_or_else(|| unreadable(schema, arguments, is_readable))
}

/// Everything looks right, and yet it is not: a zero for an id, an empty name. The argument without which the rest can
/// be read is the one; among required ones it cannot be told.
fn unreadable(
    schema: &Schema,
    arguments: &Map<String, Value>,
    is_readable: impl Fn(&Map<String, Value>) -> bool,
) -> Failure {
    let is_culprit = |name: &&String| {
        let mut rest = arguments.clone();
        rest.remove(*name);
        is_readable(&rest)
    };
    let suspects = match arguments.keys().find(is_culprit) {
        Some(culprit) => format!("`{culprit}`"),
        None => required(schema).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or "),
    };
    failure(format!("{suspects} is out of range or empty."), "Ids are positive whole numbers; texts are not empty.")
}

fn failure(message: impl Into<String>, action: impl Into<String>) -> Failure {
    Failure::new(Code::InvalidArgument, message, action)
}

fn unknown(schema: &Schema, arguments: &Map<String, Value>) -> Option<Failure> {
    if schema.get("additionalProperties") == Some(&Value::Bool(true)) {
        return None;
    }
    let names: Vec<&str> = properties(schema).map(|(name, _)| name).collect();
    // An alias that the reader takes and the schema does not offer.
    let is_known = |name: &str| names.contains(&name) || (name == "chat_id" && names.contains(&"chat"));
    let name = arguments.keys().find(|name| !is_known(name))?;
    let action = match nearest(name, names.iter().copied()) {
        Some(near) => format!("Use `{near}`."),
        None if names.is_empty() => "Call it without arguments.".to_owned(),
        None => format!("Use some of: {}.", names.join(", ")),
    };
    let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
    Some(failure(format!("There is no argument `{shown}`."), action))
}

fn missing(schema: &Schema, arguments: &Map<String, Value>) -> Option<Failure> {
    let is_given = |name: &str| arguments.contains_key(name) || (name == "chat" && arguments.contains_key("chat_id"));
    let name = required(schema).find(|name| !is_given(name))?;
    let kind = properties(schema).find(|(known, _)| *known == name).map(|(_, property)| kind_of(property));
    let kind = kind.unwrap_or_default();
    Some(failure(format!("The argument `{name}` is missing."), format!("Add `{name}`: {kind}.")))
}

/// How closely to look; each step suspects more than the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strictness {
    /// Kinds that no reader takes.
    Kinds,
    /// Numbers that fit no id and no count.
    Ranges,
    /// Everything that is not what the schema says.
    Exact,
}

fn misfit(schema: &Schema, arguments: &Map<String, Value>, strictness: Strictness) -> Option<Failure> {
    let (name, property) = properties(schema)
        .find(|(name, property)| arguments.get(*name).is_some_and(|value| !fits(property, value, strictness)))?;
    Some(failure(format!("`{name}` is not what it should be."), format!("Give `{name}` as {}.", kind_of(property))))
}

fn fits(property: &Value, value: &Value, strictness: Strictness) -> bool {
    let is_generous = strictness < Strictness::Exact;
    if let Some(names) = property["enum"].as_array() {
        return names.contains(value) || value.is_null();
    }
    if let Some(choices) = property["anyOf"].as_array() {
        return choices.iter().any(|choice| fits(choice, value, strictness));
    }
    match (property["type"].as_str(), value) {
        (Some("string"), Value::String(text)) => property["format"] != "date-time" || is_time(text),
        (Some("integer"), Value::Number(number)) => {
            strictness == Strictness::Kinds
                || number.as_i64().is_some_and(|number| (0..=i64::from(i32::MAX)).contains(&number))
        }
        // Ids are taken in both forms.
        (Some("string"), Value::Number(number)) => is_generous && number.is_i64(),
        (Some("integer"), Value::String(text)) => is_generous && text.parse::<i64>().is_ok(),
        (Some("boolean"), Value::Bool(_)) | (None, _) | (Some("null"), Value::Null) => true,
        (Some("array"), Value::Array(items)) => items.iter().all(|item| fits(&property["items"], item, strictness)),
        (Some("object"), Value::Object(fields)) => match property.as_object() {
            Some(schema) => {
                unknown(schema, fields).is_none()
                    && missing(schema, fields).is_none()
                    && misfit(schema, fields, strictness).is_none()
            }
            None => true,
        },
        // An optional argument may be null, a required one may not; the reader has decided.
        (Some(_), Value::Null) => is_generous,
        (Some(_), _) => false,
    }
}

fn is_time(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn explained(arguments: Value) -> (String, String) {
        let schema = json!({
            "type": "object",
            "properties": {
                "chat": {"type": "string"},
                "message_ids": {"type": "array", "items": {"type": "integer"}},
                "since": {"type": "string", "format": "date-time"},
                "format": {"type": "string", "enum": ["html", "plain"]},
                "silent": {"type": "boolean"},
                "limit": {"type": "integer"},
                "topic": {"type": "integer"},
                "files": {"type": "array", "items": {"type": "object", "properties": {"path": {"type": "string"}}}},
            },
            "required": ["chat"],
        });
        let Value::Object(arguments) = arguments else { panic!("an object") };
        let failure = explain(schema.as_object().expect("an object"), &arguments, |rest| !rest.contains_key("topic"));
        assert_eq!(failure.code, Code::InvalidArgument);
        (failure.message, failure.action)
    }

    #[test]
    fn an_unknown_argument_names_the_nearest() {
        let (message, action) = explained(json!({"chat": "me", "sillent": true}));
        assert!(message.contains("`sillent`") && action.contains("`silent`"), "{message} {action}");
    }

    #[test]
    fn a_missing_argument_is_named_with_its_kind() {
        let (message, action) = explained(json!({}));
        assert!(message.contains("`chat` is missing") && action.contains("string"), "{message} {action}");
    }

    #[test]
    fn what_looks_right_is_found_by_leaving_it_out() {
        let (message, _) = explained(json!({"chat": "me", "limit": 5, "topic": 0}));
        assert!(message.contains("`topic`"), "{message}");
    }

    #[test]
    fn a_misfit_is_named_without_its_value() {
        for (name, value) in [
            ("silent", json!("secret")),
            ("limit", json!("secret")),
            ("limit", json!(-5)),
            ("message_ids", json!(["secret"])),
            ("since", json!("secret")),
            ("format", json!("secret")),
            ("files", json!([{"path": ["secret"]}])),
        ] {
            let (message, action) = explained(json!({"chat": 5, name: value}));
            assert!(message.contains(&format!("`{name}`")), "{name}: {message}");
            assert!(!message.contains("secret") && !action.contains("secret"), "{message} {action}");
        }
    }
}
