//! The official suite's tools, resources and prompts, which no product has: what each of them answers, as data.

use serde_json::{Value, json};

/// One red dot.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==";
/// Silence.
const SILENCE: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn image() -> Value {
    json!({ "type": "image", "data": PIXEL, "mimeType": "image/png" })
}

fn resource(uri: &str, mime_type: &str, words: &str) -> Value {
    json!({ "type": "resource", "resource": { "uri": uri, "mimeType": mime_type, "text": words } })
}

/// Tools that always answer the same: name and content.
pub(super) fn constant_tools() -> Vec<(&'static str, Value)> {
    let content = |blocks: Vec<Value>| Value::Array(blocks);
    vec![
        (FAILING, content(vec![text("This tool intentionally returns an error for testing")])),
        ("test_simple_text", content(vec![text("This is a simple text response for testing.")])),
        ("test_image_content", content(vec![image()])),
        ("test_audio_content", content(vec![json!({ "type": "audio", "data": SILENCE, "mimeType": "audio/wav" })])),
        (
            "test_embedded_resource",
            content(vec![resource("test://embedded-resource", "text/plain", "What a tool carries along.")]),
        ),
        (
            "test_multiple_content_types",
            content(vec![
                text("Three kinds of content:"),
                image(),
                resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#),
            ]),
        ),
        ("json_schema_2020_12_tool", content(vec![text("Hello.")])),
        ("test_reconnection", content(vec![text("Still here.")])),
        ("test_custom_header", content(vec![text("Header and argument agree.")])),
    ]
}

/// The tool whose constant answer is a failure.
pub(super) const FAILING: &str = "test_error_handling";

/// The schema of the tool whose argument is also a header.
pub(super) fn mirrored_schema() -> Value {
    let region = json!({ "type": "string", "x-mcp-header": "Region" });
    json!({ "type": "object", "properties": { "region": region } })
}

/// The schema whose keywords have to survive the way to the client.
pub(super) fn rich_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "address": {
            "$anchor": "addressDef", "type": "object",
            "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
        } },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}

/// The resources, as lists have them.
pub(super) fn resources() -> Value {
    json!([
        { "uri": "test://static-text", "name": "static text", "mimeType": "text/plain" },
        { "uri": "test://static-binary", "name": "static binary", "mimeType": "image/png" },
        { "uri": "test://watched-resource", "name": "watched", "mimeType": "text/plain" },
    ])
}

/// What a resource holds, if there is one.
pub(super) fn contents(uri: &str) -> Option<Value> {
    let words = |words: &str, mime_type: &str| json!({ "uri": uri, "mimeType": mime_type, "text": words });
    match uri {
        "test://static-text" => Some(words("Text that does not change.", "text/plain")),
        "test://watched-resource" => Some(words("Text that is watched.", "text/plain")),
        "test://static-binary" => Some(json!({ "uri": uri, "mimeType": "image/png", "blob": PIXEL })),
        _ => {
            let id = uri.strip_prefix("test://template/")?.strip_suffix("/data")?;
            let data = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
            Some(words(&data.to_string(), "application/json"))
        }
    }
}

/// The prompts, as lists have them.
pub(super) fn prompts() -> Value {
    let argument = |name: &str, required: bool| json!({ "name": name, "description": name, "required": required });
    json!([
        { "name": "test_simple_prompt", "description": "No arguments" },
        { "name": "test_prompt_with_arguments", "description": "Two arguments",
          "arguments": [argument("arg1", true), argument("arg2", false)] },
        { "name": "test_prompt_with_embedded_resource", "description": "Carries a resource",
          "arguments": [argument("resourceUri", true)] },
        { "name": "test_prompt_with_image", "description": "Carries an image" },
        { "name": "test_input_required_result_prompt", "description": "Asks first" },
    ])
}

/// The messages of a prompt.
pub(super) fn prompt(name: &str, arguments: &Value) -> Option<Value> {
    let said = |content: Value| json!({ "role": "user", "content": content });
    let argument = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
    let messages = match name {
        "test_simple_prompt" => vec![said(text("This is a simple prompt for testing."))],
        "test_prompt_with_arguments" => {
            let words = format!("Prompt with arguments: arg1='{}', arg2='{}'", argument("arg1"), argument("arg2"));
            vec![said(text(&words))]
        }
        "test_prompt_with_embedded_resource" => {
            vec![said(resource(&argument("resourceUri"), "text/plain", "Carried.")), said(text("Read it."))]
        }
        "test_prompt_with_image" => vec![said(image()), said(text("Look at it."))],
        "test_input_required_result_prompt" => vec![said(text("With the context that was asked for."))],
        _ => return None,
    };
    Some(messages.into())
}

/// A question to a person, with one field.
pub(super) fn question(message: &str, properties: &Value) -> Value {
    let required: Vec<&String> = properties.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    json!({ "method": "elicitation/create", "params": { "message": message, "requestedSchema": schema } })
}

/// A question to a model.
pub(super) fn sampling(prompt: &str) -> Value {
    let messages = json!([{ "role": "user", "content": { "type": "text", "text": prompt } }]);
    json!({ "method": "sampling/createMessage", "params": { "messages": messages, "maxTokens": 100 } })
}

/// A question for folders.
pub(super) fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}

/// Tools that ask in the stateless era: name, and what each round asks.
pub(super) fn asking_tools() -> Vec<(&'static str, Vec<Value>)> {
    let name = || question("What is your name?", &json!({ "name": { "type": "string" } }));
    let confirm = || question("Please confirm", &json!({ "ok": { "type": "boolean" } }));
    vec![
        ("test_input_required_result_elicitation", vec![json!({ "user_name": name() })]),
        ("test_input_required_result_sampling", vec![json!({ "capital_question": sampling("Capital of France?") })]),
        ("test_input_required_result_list_roots", vec![json!({ "client_roots": roots() })]),
        ("test_input_required_result_request_state", vec![json!({ "confirm": confirm() })]),
        (
            "test_input_required_result_multiple_inputs",
            vec![json!({ "user_name": name(), "greeting": sampling("A greeting"), "client_roots": roots() })],
        ),
        (
            "test_input_required_result_multi_round",
            vec![
                json!({ "step1": name() }),
                json!({ "step2": question("Which colour?", &json!({ "color": { "type": "string" } })) }),
            ],
        ),
        ("test_input_required_result_tampered_state", vec![json!({ "confirm": confirm() })]),
        (
            "test_input_required_result_capabilities",
            vec![json!({ "user_name": name(), "greeting": sampling("A greeting") })],
        ),
        ("test_streaming_elicitation", vec![json!({ "user_name": name() })]),
    ]
}

/// Questions over a session: the forms that the suite wants to see.
pub(super) fn forms() -> Vec<(&'static str, Value)> {
    let one = |values: &[&str]| json!({ "type": "string", "enum": values });
    let titled = |words: &str| -> Value {
        (1..=3).map(|n| json!({ "const": format!("value{n}"), "title": format!("{words} {n}") })).collect()
    };
    vec![
        (
            "test_elicitation",
            json!({ "type": "object", "required": ["username", "email"], "properties": {
                "username": { "type": "string", "description": "Your name" },
                "email": { "type": "string", "description": "Your address" },
            } }),
        ),
        (
            "test_elicitation_sep1034_defaults",
            json!({ "type": "object", "properties": {
                "name": { "type": "string", "default": "John Doe" },
                "age": { "type": "integer", "default": 30 },
                "score": { "type": "number", "default": 95.5 },
                "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
                "verified": { "type": "boolean", "default": true },
            } }),
        ),
        (
            "test_elicitation_sep1330_enums",
            json!({ "type": "object", "properties": {
                "untitledSingle": one(&["option1", "option2", "option3"]),
                "titledSingle": { "type": "string", "oneOf": titled("Option") },
                "legacyEnum": { "type": "string", "enum": ["opt1", "opt2", "opt3"],
                    "enumNames": ["Option One", "Option Two", "Option Three"] },
                "untitledMulti": { "type": "array", "items": one(&["option1", "option2", "option3"]) },
                "titledMulti": { "type": "array", "items": { "anyOf": titled("Choice") } },
            } }),
        ),
    ]
}
