//! JSON Schemas as models read them: nothing that costs tokens and says nothing.
//!
//! An optional argument is one that may be left out, so `null` is not offered; machine widths of integers and default
//! values that mean "no" are noise; enums are lists of names. Everything is inline: many hosts do not follow `$ref`.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

/// The schema of a tool's arguments, and the tool's description, which is the struct's.
pub(super) fn of_input<T: JsonSchema>() -> (Map<String, Value>, String) {
    let mut schema = simplified(of::<T>(SchemaSettings::draft2020_12().for_deserialize()));
    let description = match schema.remove("description") {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    // Hosts expect both even where there are no arguments.
    schema.entry("properties").or_insert_with(|| Map::new().into());
    (schema, description)
}

/// The schema of a tool's structured answer.
pub(super) fn of_output<T: JsonSchema>() -> Map<String, Value> {
    simplified(of::<T>(SchemaSettings::draft2020_12().for_serialize()))
}

fn of<T: JsonSchema>(settings: SchemaSettings) -> Schema {
    settings.with(|settings| settings.inline_subschemas = true).into_generator().into_root_schema_for::<T>()
}

fn simplified(schema: Schema) -> Map<String, Value> {
    let mut value = schema.to_value();
    simplify(&mut value);
    match value {
        Value::Object(schema) => schema,
        other => Map::from_iter([("const".to_owned(), other)]),
    }
}

fn simplify(schema: &mut Value) {
    let Value::Object(keywords) = schema else { return };
    drop_null(keywords);
    list_names(keywords);
    drop_noise(keywords);
    for (keyword, value) in keywords.iter_mut() {
        match keyword.as_str() {
            "properties" => value.as_object_mut().into_iter().flatten().for_each(|(_, property)| simplify(property)),
            "items" | "additionalProperties" => simplify(value),
            "anyOf" | "oneOf" | "allOf" => value.as_array_mut().into_iter().flatten().for_each(simplify),
            _ => {}
        }
    }
}

/// Takes `null` out of what a value may be.
fn drop_null(keywords: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = keywords.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            keywords.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(names)) = keywords.get_mut("enum") {
        names.retain(|name| !name.is_null());
    }
    if let Some(Value::Array(choices)) = keywords.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            keywords.remove("anyOf");
            for (keyword, value) in only {
                // What was said about the field is nearer than what was said about its type.
                keywords.entry(keyword).or_insert(value);
            }
        }
    }
}

/// Turns a choice of constants with a description each into a list of names.
fn list_names(keywords: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = keywords.get("oneOf") else { return };
    let names: Option<Vec<Vec<Value>>> = choices.iter().map(names_of).collect();
    if let Some(names) = names {
        keywords.remove("oneOf");
        keywords.insert("type".to_owned(), "string".into());
        keywords.insert("enum".to_owned(), names.concat().into());
    }
}

/// The names that a choice stands for: those without a description come together.
fn names_of(choice: &Value) -> Option<Vec<Value>> {
    match (choice.get("const"), choice.get("enum")) {
        (Some(name), _) => Some(vec![name.clone()]),
        (None, Some(Value::Array(names))) => Some(names.clone()),
        (None, _) => None,
    }
}

fn drop_noise(keywords: &mut Map<String, Value>) {
    keywords.remove("$schema");
    keywords.remove("title");
    let is_integer = keywords.get("type").is_some_and(|kind| kind == "integer" || kind == "number");
    if is_integer {
        for noise in ["format", "minimum", "maximum"] {
            keywords.remove(noise);
        }
    }
    let says_nothing = |default: &Value| match default {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_i64() == Some(0),
        Value::Bool(true) | Value::Object(_) => false,
    };
    if keywords.get("default").is_some_and(says_nothing) {
        keywords.remove("default");
    }
    if let Some(Value::String(text)) = keywords.get_mut("description") {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn simplified(mut schema: Value) -> Value {
        simplify(&mut schema);
        schema
    }

    #[test]
    fn an_option_may_be_left_out_and_is_never_null() {
        assert_eq!(
            simplified(json!({"type": ["integer", "null"], "format": "uint32", "minimum": 0})),
            json!({"type": "integer"})
        );
        assert_eq!(
            simplified(
                json!({"description": "field", "anyOf": [{"type": "string", "description": "type"}, {"type": "null"}]})
            ),
            json!({"type": "string", "description": "field"})
        );
    }

    #[test]
    fn an_enum_is_a_list_of_names() {
        let choices = json!([{"type": "string", "const": "a", "description": "A."}, {"type": "string", "const": "b"}]);
        assert_eq!(simplified(json!({"oneOf": choices})), json!({"type": "string", "enum": ["a", "b"]}));
        let partly_described = json!([{"type": "string", "enum": ["a", "b"]}, {"const": "c", "description": "C."}]);
        assert_eq!(simplified(json!({"oneOf": partly_described})), json!({"type": "string", "enum": ["a", "b", "c"]}));
    }

    #[test]
    fn arguments_named_like_keywords_survive() {
        let schema = json!({"type": "object", "properties": {
            "title": {"type": "string"}, "format": {"type": "string", "default": "markdown"}, "default": {"type": "boolean", "default": false},
        }});
        assert_eq!(
            simplified(schema),
            json!({"type": "object", "properties": {
                "title": {"type": "string"}, "format": {"type": "string", "default": "markdown"}, "default": {"type": "boolean"},
            }})
        );
    }

    #[test]
    fn a_time_keeps_its_format() {
        let time = json!({"type": "string", "format": "date-time"});
        assert_eq!(simplified(time.clone()), time);
    }
}
