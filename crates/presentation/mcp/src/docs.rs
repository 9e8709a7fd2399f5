//! The documentation of the tools, written from the catalogue.

use std::fmt::Write as _;

use serde_json::Value;
use telegraphist_application::{Code, Toolset};

use crate::catalogue::{Catalogue, Tool};
use crate::selection::{BOT_TOOLSETS, DEFAULT_TOOLSETS};

/// `docs/TOOLS.md`: every tool by toolset, with what it takes, answers and does, and every error code.
pub fn tools_markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    for toolset in Toolset::ALL {
        write_to(&mut page, format_args!("\n## {} ({})\n", toolset.as_str(), when_on(*toolset)));
        for tool in Catalogue::get().tools().iter().filter(|tool| tool.facts.toolset == *toolset) {
            describe(&mut page, tool);
        }
    }
    page.push_str(ERRORS);
    for (code, meaning) in Code::ALL {
        write_to(&mut page, format_args!("| `{}` | {} |\n", code.as_str(), meaning.trim()));
    }
    page
}

fn when_on(toolset: Toolset) -> &'static str {
    if DEFAULT_TOOLSETS.contains(&toolset) {
        "on by default"
    } else if BOT_TOOLSETS.contains(&toolset) {
        "on by default where a bot is signed in"
    } else {
        "off by default"
    }
}

const INTRODUCTION: &str = "# Tools

Generated from the catalogue by `cargo xtask docs`; do not edit.

The default set costs a model less than 5,000 tokens (o200k, over name, description and input schema), held by a test.
`--toolsets`, `--tools`, `--exclude-tools` and `--read-only` choose others. Every tool answers structured content that
conforms to its output schema, and a text that alone is enough to act on.
";

const ERRORS: &str = "
## Errors

A failed call has `isError: true` and one text: the JSON `{code, message, action, retry_after_ms?, correlation_id,
details?}`. `action` says what to do; `correlation_id` finds the call in logs.

| code | meaning |
|---|---|
";

fn describe(page: &mut String, tool: &Tool) {
    let facts = &tool.facts;
    write_to(page, format_args!("\n### {}\n\n{}\n\n", facts.name, tool.description));
    write_to(
        page,
        format_args!("{} · scope `{}` · class `{}`", effect(tool), facts.scope.as_str(), facts.class.as_str()),
    );
    if facts.is_idempotent && !tool.is_read_only() {
        page.push_str(" · repeating it changes nothing more");
    }
    page.push('\n');
    let arguments = tool.arguments();
    if !arguments.is_empty() {
        page.push_str("\n| argument | type | |\n|---|---|---|\n");
    }
    for argument in arguments {
        let required = if argument.is_required { "**required** " } else { "" };
        let kind = argument.kind.replace('|', "\\|");
        let description = argument.description.replace('|', "\\|");
        write_to(page, format_args!("| `{}` | {kind} | {required}{description} |\n", argument.name));
    }
    write_to(page, format_args!("\nAnswers {}.\n", fields(&tool.output_schema)));
}

fn effect(tool: &Tool) -> &'static str {
    use telegraphist_application::Effect;
    match tool.facts.effect {
        Effect::Reads => "Reads",
        Effect::Writes => "Writes",
        Effect::Destroys => "Destroys; needs `confirm`",
        Effect::Spends => "Spends; needs `confirm`",
    }
}

/// The fields of an answer, and for a list those of its items; `?` marks what may be missing.
fn fields(schema: &serde_json::Map<String, Value>) -> String {
    let required: Vec<&Value> = schema.get("required").and_then(Value::as_array).into_iter().flatten().collect();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let names = properties.map(|(name, property)| {
        let mark = if required.iter().any(|required| *required == name) { "" } else { "?" };
        match property["items"].as_object() {
            Some(item) if name == "items" => format!("`{name}{mark}` (each {})", fields(item)),
            _ => format!("`{name}{mark}`"),
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

fn write_to(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(text);
}
