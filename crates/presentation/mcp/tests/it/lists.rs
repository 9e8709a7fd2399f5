//! What the server says about itself.

use serde_json::json;
use telegraphist_application::{Caller, Grants, Scope};
use telegraphist_mcp::{Catalogue, Choice, Selection};

use crate::script::Manner;
use crate::wire::{ERAS, Era};
use crate::world::World;

#[tokio::test]
async fn every_version_since_2024_can_be_initialised() {
    let world = World::new(Manner::Answers).await;
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut wire = world.wire();
        let answer = wire.initialize(version).await;
        assert_eq!(answer["result"]["protocolVersion"], version, "{answer}");
        assert_eq!(answer["result"]["serverInfo"]["name"], "telegraphist");
        assert_eq!(answer["result"]["instructions"], telegraphist_mcp::INSTRUCTIONS_WITH_PEOPLE);
        wire.leave().await;
    }
}

#[tokio::test]
async fn lists_are_whole_private_and_named_in_the_stateless_era_only() {
    let world = World::new(Manner::Answers).await;
    for era in ERAS {
        let mut wire = world.wire().open(era).await;
        for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            let result = wire.result(method, json!({})).await;
            assert!(result.get("nextCursor").is_none(), "{method}");
            if era == Era::Stateless {
                assert_eq!(result["ttlMs"], 60_000, "{method}");
                assert_eq!(result["cacheScope"], "private", "{method}");
                assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "telegraphist", "{method}");
                assert_eq!(result["resultType"], "complete", "{method}");
            } else {
                assert!(result.get("ttlMs").is_none() && result.get("_meta").is_none(), "{method}: {result}");
            }
        }
        wire.leave().await;
    }
}

#[tokio::test]
async fn tools_are_listed_in_the_catalogues_order_with_all_their_facts() {
    let world = World::new(Manner::Answers).await;
    let mut wire = world.wire();
    let listed = wire.result("tools/list", json!({})).await;
    let tools = listed["tools"].as_array().expect("a list");
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    let expected: Vec<&str> = Catalogue::get().tools().iter().map(|tool| tool.facts.name).collect();
    assert_eq!(names, expected);
    for tool in tools {
        assert!(tool["title"].is_string() && tool["outputSchema"].is_object(), "{tool}");
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(tool["annotations"][hint].is_boolean(), "{hint}: {tool}");
        }
    }
    wire.leave().await;
}

#[tokio::test]
async fn what_is_not_selected_is_neither_listed_nor_callable() {
    let mut world = World::new(Manner::Answers).await;
    let choice = Choice { tools: vec!["get_me".to_owned()], ..Choice::default() };
    world.selection = Selection::of(&choice).expect("known names");
    let mut wire = world.wire();
    let listed = wire.result("tools/list", json!({})).await;
    assert_eq!(listed["tools"].as_array().map(Vec::len), Some(1));
    let answer = wire.exchange("tools/call", json!({ "name": "send_message", "arguments": {} })).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    // Nothing to read with: no resources, no prompts, and nobody is told there are.
    let found = wire.result("server/discover", json!({})).await;
    assert_eq!(found["capabilities"], json!({ "tools": {} }));
    for method in ["resources/list", "resources/templates/list", "prompts/list"] {
        assert_eq!(wire.exchange(method, json!({})).await["error"]["code"], -32601, "{method}");
    }
    wire.leave().await;
}

#[tokio::test]
async fn a_caller_is_shown_only_what_was_granted() {
    let mut world = World::new(Manner::Answers).await;
    let scopes = [Scope::MessagesRead, Scope::MessagesWrite].into_iter().collect();
    world.caller = Caller::owner().narrowed(&Grants { scopes, is_read_only: true, ..Grants::everything() });
    let mut wire = world.wire();
    let listed = wire.result("tools/list", json!({})).await.to_string();
    assert!(listed.contains("\"search_messages\"") && !listed.contains("\"send_message\""), "{listed}");
    assert!(!listed.contains("\"get_me\""), "{listed}");
    wire.leave().await;
}

#[tokio::test]
async fn an_unknown_tool_is_a_protocol_error_that_names_the_nearest() {
    for era in ERAS {
        let mut wire = World::new(Manner::Answers).await.wire().open(era).await;
        let answer = wire.exchange("tools/call", json!({ "name": "serch_messages", "arguments": {} })).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|text| text.contains("`search_messages`")), "{answer}");
        wire.leave().await;
    }
}
