//! The schemas as contracts: one snapshot for each tool, and a check of values against them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use telegraphist_mcp::Catalogue;

#[test]
fn the_schema_of_each_tool_is_what_it_was() {
    for tool in Catalogue::get().tools() {
        let seen = json!({
            "name": tool.facts.name,
            "description": tool.description,
            "input": *tool.input_schema,
            "output": *tool.output_schema,
        });
        insta::assert_json_snapshot!(tool.facts.name, seen);
    }
}

/// Fails unless `value` is what `schema` says; knows the keywords that our schemas use and no others.
pub(crate) fn conforms(schema: &Value, value: &Value, place: &str) {
    let keywords: BTreeMap<&str, &Value> =
        schema.as_object().expect("a schema").iter().map(|(name, value)| (name.as_str(), value)).collect();
    for (keyword, expected) in &keywords {
        match *keyword {
            "type" => assert!(is_of(expected, value), "{place}: {value} is no {expected}"),
            "enum" => assert!(expected.as_array().is_some_and(|all| all.contains(value)), "{place}: {value}"),
            "required" => {
                for name in expected.as_array().into_iter().flatten() {
                    assert!(value.get(name.as_str().unwrap_or_default()).is_some(), "{place}: no {name}");
                }
            }
            "properties" => {
                for (name, field) in value.as_object().into_iter().flatten() {
                    let known = expected.get(name).unwrap_or_else(|| panic!("{place}: {name} is not in the schema"));
                    conforms(known, field, &format!("{place}.{name}"));
                }
            }
            "items" => value.as_array().into_iter().flatten().for_each(|item| conforms(expected, item, place)),
            "description" | "format" | "default" | "additionalProperties" => {}
            other => panic!("{place}: the check does not know {other}"),
        }
    }
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str().expect("one type") {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unexpected type {other}"),
    }
}

#[test]
fn schemas_use_only_what_every_host_understands() {
    fn check(schema: &Value, place: &str) {
        for (keyword, value) in schema.as_object().expect("a schema") {
            match keyword.as_str() {
                "type" => assert!(value.is_string(), "{place}: {value}"),
                "properties" => value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .for_each(|(name, property)| check(property, &format!("{place}.{name}"))),
                "items" => check(value, place),
                "anyOf" => value.as_array().into_iter().flatten().for_each(|choice| check(choice, place)),
                "format" => assert_eq!(value, "date-time", "{place}"),
                "enum" | "required" | "description" | "default" | "additionalProperties" => {}
                other => panic!("{place}: {other}"),
            }
        }
    }
    for tool in Catalogue::get().tools() {
        let (input, output) =
            (Value::Object((*tool.input_schema).clone()), Value::Object((*tool.output_schema).clone()));
        // Only the permission prompt takes what it does not know: clients send more of it with each version.
        let is_open = tool.facts.name == "approve_tool_use";
        assert_eq!((&input["type"], &input["additionalProperties"]), (&json!("object"), &json!(is_open)));
        assert_eq!(output["type"], "object");
        check(&input, tool.facts.name);
        check(&output, tool.facts.name);
    }
}
