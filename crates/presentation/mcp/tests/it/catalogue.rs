//! Guards over the whole catalogue: a tool that was forgotten somewhere is found here.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use telegraphist_application::{Effect, Toolset};
use telegraphist_mcp::{Catalogue, INSTRUCTIONS_WITH_PEOPLE, Selection, tools_markdown};

#[test]
fn every_operation_file_is_one_tool() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../application/src/operations");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the operations")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    let tools: BTreeSet<String> = Catalogue::get().tools().iter().map(|tool| tool.facts.name.to_owned()).collect();
    assert_eq!(files, tools);
    assert_eq!(tools.len(), Catalogue::get().tools().len(), "a tool is registered twice");
}

#[test]
fn names_are_short_verbs_that_every_host_takes() {
    const VERBS: [&str; 33] = [
        "add", "approve", "block", "cancel", "check", "clear", "delete", "download", "edit", "ensure", "find",
        "forward", "get", "link", "list", "mark", "pin", "process", "react", "read", "register", "request", "resolve",
        "restart", "search", "send", "start", "stop", "switch", "todo", "unblock", "view", "wait",
    ];
    for tool in Catalogue::get().tools() {
        let name = tool.facts.name;
        assert!((1..=40).contains(&name.len()), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'), "{name}");
        let verb = name.split('_').next().unwrap_or_default();
        assert!(VERBS.contains(&verb), "{name} does not begin with a word we use");
    }
}

#[test]
fn every_tool_is_described_and_consistent() {
    for tool in Catalogue::get().tools() {
        let facts = &tool.facts;
        assert!(!facts.title.is_empty() && !tool.description.is_empty(), "{}", facts.name);
        assert!(!tool.output_schema["properties"].as_object().expect("properties").is_empty(), "{}", facts.name);
        let arguments = tool.arguments();
        let has = |name: &str| arguments.iter().any(|argument| argument.name == name);
        assert_eq!(facts.is_keyed, has("idempotency_key"), "{}", facts.name);
        assert_eq!(tool.needs_confirmation(), has("confirm"), "{}", facts.name);
        assert!(!has("chat_id"), "{}: an alias is for input only", facts.name);
        let scope_writes = !facts.scope.as_str().ends_with(":read");
        // It moves nothing but the reader's own mark.
        if facts.name == "process_pending_responses" {
            continue;
        }
        assert_eq!(scope_writes, facts.effect != Effect::Reads, "{}: scope and effect disagree", facts.name);
    }
    for toolset in Toolset::ALL {
        assert!(Catalogue::get().tools().iter().any(|tool| tool.facts.toolset == *toolset), "{}", toolset.as_str());
    }
}

#[test]
fn the_default_set_costs_less_than_5000_tokens() {
    let tokens = tokens(&Selection::default());
    assert!(tokens < 5_000, "{tokens} tokens");
}

/// What a bot adds to it.
#[test]
fn the_sets_for_bots_cost_less_than_3050_tokens() {
    let tokens = tokens(&Selection::default().beside_a_bot()) - tokens(&Selection::default());
    assert!(tokens < 3_050, "{tokens} tokens");
}

fn tokens(selection: &Selection) -> usize {
    let counter = tiktoken_rs::o200k_base().expect("the vocabulary is built in");
    selection
        .tools()
        .map(|tool| {
            let seen = json!({
                "name": tool.facts.name,
                "description": tool.description,
                "input_schema": *tool.input_schema,
            });
            counter.encode_ordinary(&seen.to_string()).len()
        })
        .sum()
}

#[test]
fn the_instructions_fit_what_hosts_keep() {
    assert!(INSTRUCTIONS_WITH_PEOPLE.chars().count() < 2_048, "{}", INSTRUCTIONS_WITH_PEOPLE.chars().count());
}

#[test]
fn the_documentation_names_every_tool_argument_and_code() {
    let page = tools_markdown();
    for tool in Catalogue::get().tools() {
        assert!(page.contains(&format!("\n### {}\n", tool.facts.name)));
        for argument in tool.arguments() {
            assert!(page.contains(&format!("| `{}` |", argument.name)), "{}", argument.name);
        }
    }
    for (code, _) in telegraphist_application::Code::ALL {
        assert!(page.contains(&format!("| `{}` |", code.as_str())));
    }
}
