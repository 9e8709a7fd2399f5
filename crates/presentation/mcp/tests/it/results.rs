//! What calls answer.

use chrono::TimeDelta;
use serde_json::{Value, json};
use telegraphist_mcp::Catalogue;

use crate::fixtures;
use crate::schemas::conforms;
use crate::script::Manner;
use crate::wire::{ERAS, failure_of};
use crate::world::World;

#[tokio::test]
async fn every_tool_answers_what_its_schema_says_and_a_text() {
    let world = World::with_bot(Manner::Answers).await;
    for era in ERAS {
        let mut wire = world.wire().open(era).await;
        for tool in Catalogue::get().tools() {
            let name = tool.facts.name;
            let result = wire.tool(name, world.arguments(name).await).await;
            assert_eq!(result["isError"], false, "{name}: {result}");
            conforms(&Value::Object((*tool.output_schema).clone()), &result["structuredContent"], name);
            assert!(result["content"][0]["text"].as_str().is_some_and(|text| !text.is_empty()), "{name}: {result}");
        }
        wire.leave().await;
    }
}

#[tokio::test]
async fn media_is_content_of_its_own() {
    let world = World::new(Manner::Answers).await;
    let mut wire = world.wire();
    let result = wire.tool("view_media", fixtures::arguments("view_media")).await;
    let media = result["content"].as_array().and_then(|content| content.last()).expect("content");
    assert_eq!((&media["type"], &media["mimeType"]), (&json!("image"), &json!("image/png")), "{result}");
    assert!(result["structuredContent"].get("base64").is_none());
    wire.leave().await;
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_failures_the_model_can_mend() {
    let mut wire = World::new(Manner::Answers).await.wire();
    for (tool, arguments, word) in [
        ("read_messages", json!({}), "`chat`"),
        ("read_messages", json!({ "chat": "me", "limit": "many" }), "`limit`"),
        ("read_messages", json!({ "chat": "me", "befor": 5 }), "`before`"),
        ("read_messages", json!({ "chat": "me", "since": "yesterday" }), "`since`"),
        ("read_messages", json!({ "chat": "me", "topic": 0 }), "`topic`"),
        ("read_messages", json!({ "chat": "me", "before": 9, "after": 8 }), "around"),
        ("get_messages", json!({ "chat": "me", "message_ids": [0] }), "`message_ids`"),
        ("send_message", json!({ "chat": "me", "text": 5 }), "`text`"),
        ("get_me", json!({ "sessions": "work" }), "`session`"),
    ] {
        let failure = wire.failure(tool, arguments.clone()).await;
        assert_eq!(failure["code"], "invalid_argument", "{tool} {arguments}: {failure}");
        assert!(failure.to_string().contains(word), "{tool} {arguments}: {failure}");
    }
    wire.leave().await;
}

#[tokio::test]
async fn ids_are_taken_as_numbers_and_as_texts() {
    let world = World::new(Manner::Answers).await;
    let mut wire = world.wire();
    let result = wire.tool("get_messages", json!({ "chat_id": -1_000_000_000_077_i64, "message_ids": ["42"] })).await;
    assert_eq!(result["isError"], false, "{result}");
    assert_eq!(world.script.asked()[0].1["chat"], "-1000000000077");
    wire.leave().await;
}

#[tokio::test]
async fn telegrams_refusals_are_failures_not_protocol_errors() {
    for era in ERAS {
        let mut wire = World::new(Manner::KnowsNobody).await.wire().open(era).await;
        assert_eq!(wire.failure("get_chat", json!({ "chat": "@nobody_here" })).await["code"], "unknown_chat");
        wire.leave().await;
    }
}

#[tokio::test]
async fn a_deadline_is_kept_and_a_broken_one_is_named() {
    let world = World::new(Manner::Answers).await;
    let mut wire = world.wire();
    let past = world.app.ports().clock.now() - TimeDelta::seconds(1);
    for (deadline, code) in [
        (json!(past.to_rfc3339()), "deadline_exceeded"),
        (json!("soon"), "invalid_argument"),
        (json!(5), "invalid_argument"),
    ] {
        let params = json!({ "name": "get_me", "arguments": {}, "_meta": { "telegraphist/deadline": deadline } });
        let failure = failure_of(&wire.result("tools/call", params).await);
        assert_eq!(failure["code"], code, "{failure}");
    }
    let later = world.app.ports().clock.now() + TimeDelta::days(1);
    let params = json!({ "name": "get_me", "arguments": {}, "_meta": { "telegraphist/deadline": later.to_rfc3339() } });
    assert_eq!(wire.result("tools/call", params).await["isError"], false);
    wire.leave().await;
}

#[tokio::test]
async fn a_cancelled_call_reaches_telegram_as_cancelled() {
    for era in ERAS {
        let world = World::new(Manner::Waits).await;
        let mut wire = world.wire().open(era).await;
        let id = wire.request("tools/call", json!({ "name": "get_me", "arguments": {} })).await;
        world.script.begun.acquire().await.expect("never closed").forget();
        let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } });
        wire.send(&cancel.to_string()).await;
        world.script.cancelled.acquire().await.expect("never closed").forget();
        wire.leave().await;
    }
}

#[tokio::test]
async fn calls_over_the_limit_wait_and_then_are_refused() {
    let mut world = World::new(Manner::Waits).await;
    world.options.running_max = 1;
    world.options.waiting_max = 1;
    let mut wire = world.wire();
    let call = json!({ "name": "get_me", "arguments": {} });
    let first = wire.request("tools/call", call.clone()).await;
    world.script.begun.acquire().await.expect("never closed").forget();
    // One of these waits for its turn; the other finds no place, and says so at once.
    let rest = [wire.request("tools/call", call.clone()).await, wire.request("tools/call", call).await];
    let refused = wire.receive().await;
    assert!(rest.iter().any(|id| refused["id"] == *id), "{refused}");
    assert_eq!(failure_of(&refused["result"])["code"], "overloaded");
    world.script.gate.add_permits(2);
    let ids = [wire.receive().await["id"].clone(), wire.receive().await["id"].clone()];
    assert!(ids.contains(&json!(first)) && !ids.contains(&refused["id"]), "{ids:?}");
    wire.leave().await;
}
