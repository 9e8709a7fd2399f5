//! Questions to people, from the tool that asks to the button that answers.

use serde_json::{Value, json};
use telegraphist_mcp::Selection;

use crate::script::Manner;
use crate::wire::{ERAS, Era};
use crate::world::World;

#[tokio::test]
async fn a_question_is_asked_waited_for_and_decided() {
    let world = World::with_bot(Manner::Answers).await;
    for era in ERAS {
        let mut wire = world.wire().open(era).await;
        let title = format!("Deploy in {era:?}?");
        let asked = wire.tool("request_approval", json!({ "title": title, "options": ["Yes", "No"] })).await;
        let id = asked["structuredContent"]["approval_id"].clone();
        assert_eq!(asked["structuredContent"]["state"], "pending", "{asked}");

        let wait = json!({ "name": "wait_for_approval", "arguments": { "approval_id": id } });
        let waiting = wire.request("tools/call", wait).await;
        // Calls begin in their order, so when a later one is answered and this one is not, it waits.
        let now =
            wire.request("tools/call", json!({ "name": "get_approval", "arguments": { "approval_id": id } })).await;
        let looked = wire.receive().await;
        assert_eq!((&looked["id"], &looked["result"]["structuredContent"]["state"]), (&json!(now), &json!("pending")));
        world.phone.press(&world.app, &title, "Yes").await;
        let answer = wire.receive().await;
        assert_eq!(answer["id"], waiting, "{answer}");
        let decision = &answer["result"]["structuredContent"]["decision"];
        assert_eq!((&decision["is_allowed"], &decision["index"]), (&json!(true), &json!(0)), "{answer}");
        wire.leave().await;
    }
}

#[tokio::test]
async fn a_permission_prompt_answers_one_text_that_is_bare_json() {
    let world = World::with(Manner::Answers, |_| {}).await;
    world.sign_in_bot().await;
    for era in ERAS {
        let mut wire = world.wire().open(era).await;
        for (label, behavior) in [("Allow once", "allow"), ("Deny", "deny")] {
            let tool = format!("Bash{era:?}{behavior}");
            let input = json!({ "command": "rm -r build", "n": 1 });
            let arguments = json!({ "tool_name": tool, "input": input, "permission_suggestions": [] });
            let id = wire.request("tools/call", json!({ "name": "approve_tool_use", "arguments": arguments })).await;
            world.phone.press(&world.app, &tool, label).await;
            let answer = wire.receive().await;
            assert_eq!(answer["id"], id, "{answer}");
            let content = answer["result"]["content"].as_array().expect("content");
            let [block] = content.as_slice() else { panic!("{answer}") };
            let decision: Value = serde_json::from_str(block["text"].as_str().expect("a text")).expect("bare JSON");
            assert_eq!(decision["behavior"], behavior, "{decision}");
            assert_eq!(decision["updatedInput"], if behavior == "allow" { input } else { Value::Null });
            assert_eq!(decision["message"].is_string(), behavior == "deny", "{decision}");
            assert_eq!(answer["result"]["structuredContent"], decision);
        }
        wire.leave().await;
    }
}

#[tokio::test]
async fn the_sets_for_bots_are_listed_from_the_first_connection_after_a_bot_signed_in() {
    let mut world = World::new(Manner::Answers).await;
    world.selection = Selection::default();
    for era in ERAS {
        let has = |listed: &Value| listed.to_string().contains("\"request_approval\"");
        let mut before = world.wire().open(era).await;
        if era == Era::Sessions {
            assert!(!has(&before.result("tools/list", json!({})).await));
            world.sign_in_bot().await;
            // What a client was shown stays as it is.
            assert!(!has(&before.result("tools/list", json!({})).await));
            let unknown = before.exchange("tools/call", json!({ "name": "list_approvals", "arguments": {} })).await;
            assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
        }
        let mut after = world.wire().open(era).await;
        assert!(has(&after.result("tools/list", json!({})).await));
        assert_eq!(after.tool("list_approvals", json!({})).await["isError"], false);
        before.leave().await;
        after.leave().await;
    }
}

#[tokio::test]
async fn wrong_arguments_of_a_question_are_named() {
    let world = World::with_bot(Manner::Answers).await;
    let mut wire = world.wire();
    for (tool, arguments, word) in [
        ("request_approval", json!({}), "`title`"),
        ("request_approval", json!({ "title": "a", "options": "Yes" }), "`options`"),
        ("request_approval", json!({ "title": "a", "options": [{ "label": "Yes" }] }), "`options`"),
        ("request_approval", json!({ "title": "a", "options": ["Yes", "Yes"] }), "`options`"),
        ("request_approval", json!({ "title": "a", "tool": "Bash" }), "`arguments`"),
        ("request_approval", json!({ "title": "a", "tool": "Bash", "arguments": { "any": 1 }, "risks": 1 }), "`risk`"),
        ("request_approval", json!({ "title": "a", "expires_in": 1 }), "`expires_in`"),
        ("approve_tool_use", json!({ "tool_name": "Bash", "input": "ls", "more": 1 }), "`input`"),
        ("wait_for_approval", json!({ "approval_id": "x", "timeout_seconds": 51 }), "`timeout_seconds`"),
    ] {
        let failure = wire.failure(tool, arguments.clone()).await;
        assert_eq!(failure["code"], "invalid_argument", "{tool} {arguments}: {failure}");
        assert!(failure.to_string().contains(word), "{tool} {arguments}: {failure}");
    }
    assert_eq!(wire.failure("get_approval", json!({ "approval_id": "x" })).await["code"], "unknown_approval");
    wire.leave().await;
}

#[tokio::test]
async fn a_client_that_takes_tasks_gets_its_wait_as_one() {
    let world = World::with_bot(Manner::Answers).await;
    for era in ERAS {
        let tasks = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
        let mut wire = world.wire();
        wire.capabilities = tasks;
        let mut wire = wire.open(era).await;
        let title = format!("Release in {era:?}?");
        let asked = wire.tool("request_approval", json!({ "title": title, "options": ["Yes", "No"] })).await;
        let id = asked["structuredContent"]["approval_id"].clone();
        let wait = json!({ "name": "wait_for_approval", "arguments": { "approval_id": id } });
        let task = wire.result("tools/call", wait.clone()).await;
        assert_eq!((&task["resultType"], &task["taskId"], &task["status"]), (&json!("task"), &id, &json!("working")));
        assert!(task["ttlMs"].as_u64().is_some_and(|life| life > 0), "{task}");

        // Who gives up waiting has not taken the question back.
        wire.result("tasks/cancel", json!({ "taskId": id })).await;
        let looked = wire.result("tasks/get", json!({ "taskId": id })).await;
        assert_eq!(looked["status"], "working", "{looked}");

        world.phone.press(&world.app, &title, "Yes").await;
        let looked = wire.result("tasks/get", json!({ "taskId": id })).await;
        assert_eq!(looked["status"], "completed", "{looked}");
        assert_eq!(looked["result"]["structuredContent"]["decision"]["is_allowed"], true, "{looked}");
        assert!(looked["result"]["content"][0]["text"].as_str().is_some_and(|text| text.contains("Yes")), "{looked}");
        // What is over is no task any more; and nobody else's is there.
        let answer = wire.result("tools/call", wait).await;
        assert_eq!(answer["structuredContent"]["state"], "decided", "{answer}");
        for unknown in ["x", "00000000000000000000000000000000"] {
            let refused = wire.exchange("tasks/get", json!({ "taskId": unknown })).await;
            assert_eq!(refused["error"]["code"], -32602, "{refused}");
        }
        let refused = wire.exchange("tasks/update", json!({ "taskId": id, "inputResponses": {} })).await;
        assert_eq!(refused["error"]["code"], -32602, "{refused}");
        wire.leave().await;
    }
}

#[tokio::test]
async fn a_client_that_takes_no_tasks_is_told_none() {
    let world = World::with_bot(Manner::Answers).await;
    let mut wire = world.wire().open(Era::Stateless).await;
    let id = world.question().await;
    let refused = wire.exchange("tasks/get", json!({ "taskId": id })).await;
    assert!(refused["error"]["code"].is_i64(), "{refused}");
    wire.leave().await;
}
