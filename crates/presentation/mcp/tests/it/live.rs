//! Resources that change under a client, waits that end early, and agents that come back.

use serde_json::{Value, json};
use telegraphist_mcp::Selection;

use crate::script::Manner;
use crate::wire::{ERAS, Era, Wire};
use crate::world::World;

/// Watches these in the way of the era; gives how many of them are heard.
async fn watch(wire: &mut Wire, era: Era, uris: &[String]) {
    if era == Era::Sessions {
        for uri in uris {
            wire.result("resources/subscribe", json!({ "uri": uri })).await;
        }
        return;
    }
    wire.request("subscriptions/listen", json!({ "notifications": { "resourceSubscriptions": uris } })).await;
    let acknowledged = wire.receive().await;
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged", "{acknowledged}");
    assert_eq!(acknowledged["params"]["notifications"]["resourceSubscriptions"], json!(uris), "{acknowledged}");
}

/// The next change of this resource that is told.
async fn told(wire: &mut Wire, uri: &str) {
    loop {
        let message = wire.receive().await;
        assert!(message.get("error").is_none(), "{message}");
        if is_change(&message, uri) {
            return;
        }
    }
}

fn is_change(message: &Value, uri: &str) -> bool {
    message["method"] == "notifications/resources/updated" && message["params"]["uri"] == uri
}

async fn read(wire: &mut Wire, uri: &str) -> String {
    let read = wire.result("resources/read", json!({ "uri": uri })).await;
    read["contents"][0]["text"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_question_a_delivery_and_the_bridge_tell_that_they_changed() {
    let world = World::with_bot(Manner::Answers).await;
    for era in ERAS {
        let mut wire = world.wire().open(era).await;
        let title = format!("Ship in {era:?}?");
        let asked = wire.tool("request_approval", json!({ "title": title, "options": ["Yes", "No"] })).await;
        let id = asked["structuredContent"]["approval_id"].as_str().expect("an id").to_owned();
        let question = format!("tg://approval/{id}");
        let bridge = "tg://notify/bridge-status".to_owned();
        world.phone.card(&title).await;
        assert!(read(&mut wire, &question).await.contains("pending"));
        watch(&mut wire, era, &[bridge.clone(), question.clone()]).await;
        world.phone.press(&world.app, &title, "Yes").await;
        told(&mut wire, &question).await;
        assert!(read(&mut wire, &question).await.contains("Yes"));
        // The change may be told before the call that makes it is answered, or after.
        let call = wire.request("tools/call", json!({ "name": "switch_to_nomad_mode", "arguments": {} })).await;
        let (mut is_told, mut is_answered) = (false, false);
        while !(is_told && is_answered) {
            let message = wire.receive().await;
            is_told |= is_change(&message, &bridge);
            is_answered |= message["id"] == call;
        }
        assert!(read(&mut wire, &bridge).await.contains("nomad"));
        wire.leave().await;
    }
}

#[tokio::test]
async fn what_is_not_watched_any_more_is_not_told() {
    let world = World::with_bot(Manner::Answers).await;
    let mut wire = world.wire().open(Era::Sessions).await;
    let (bridge, responses) = ("tg://notify/bridge-status", "tg://notify/responses");
    watch(&mut wire, Era::Sessions, &[bridge.to_owned(), responses.to_owned()]).await;
    wire.result("resources/unsubscribe", json!({ "uri": bridge })).await;
    let call = wire.request("tools/call", json!({ "name": "switch_to_mute_mode", "arguments": {} })).await;
    let answer = wire.receive().await;
    assert_eq!(answer["id"], call, "{answer}");
    wire.leave().await;
}

#[tokio::test]
async fn only_what_changes_and_is_offered_can_be_watched() {
    let mut world = World::with_bot(Manner::Answers).await;
    let mut wire = world.wire().open(Era::Sessions).await;
    for uri in ["tg://sessions", "tg://notify/event-types", "tg://nothing"] {
        let refused = wire.exchange("resources/subscribe", json!({ "uri": uri })).await;
        assert_eq!(refused["error"]["code"], -32002, "{uri}: {refused}");
    }
    for n in 0..64 {
        wire.result("resources/subscribe", json!({ "uri": format!("tg://approval/{n}") })).await;
    }
    let refused = wire.exchange("resources/subscribe", json!({ "uri": "tg://approval/64" })).await;
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    wire.leave().await;

    world.selection = Selection::of(&telegraphist_mcp::Choice {
        toolsets: vec!["account".into()],
        ..telegraphist_mcp::Choice::default()
    })
    .expect("a toolset");
    let mut wire = world.wire();
    let hello = wire.initialize("2025-11-25").await;
    assert_eq!(hello["result"]["capabilities"]["resources"], json!({}), "{hello}");
    wire.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    let refused = wire.exchange("resources/subscribe", json!({ "uri": "tg://notify/bridge-status" })).await;
    assert_eq!(refused["error"]["code"], -32601, "{refused}");
    wire.leave().await;
}

#[tokio::test]
async fn every_template_is_a_call_that_works() {
    let world = World::with_bot(Manner::Answers).await;
    let mut wire = world.wire();
    let text = read(&mut wire, "tg://notify/event-templates").await;
    let templates: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let names: Vec<&Value> = templates.iter().map(|template| &template["name"]).collect();
    assert_eq!(names, ["claude-task-complete", "build-success", "performance-warning", "approval-needed"]);
    for template in &templates {
        let tool = template["tool"].as_str().expect("a tool");
        let result = wire.tool(tool, template["arguments"].clone()).await;
        assert_eq!(result["isError"], false, "{template}: {result}");
    }
    wire.leave().await;
}

#[tokio::test]
async fn a_delivery_and_the_event_types_are_read_by_address() {
    let world = World::with_bot(Manner::Answers).await;
    let mut wire = world.wire();
    let sent = wire.tool("send_telegram_message", json!({ "message": "The build is done." })).await;
    let id = sent["structuredContent"]["deliveries"][0]["delivery_id"].as_str().unwrap_or_else(|| panic!("{sent}"));
    let delivery: Value = serde_json::from_str(&read(&mut wire, &format!("tg://delivery/{id}")).await).expect("JSON");
    assert_eq!(delivery["id"], id, "{delivery}");
    assert!(read(&mut wire, "tg://notify/event-types").await.contains("build_failed"));
    read(&mut wire, "tg://notify/responses").await;
    wire.leave().await;
}

#[tokio::test]
async fn a_wait_that_is_cancelled_or_cut_off_leaves_the_question_open() {
    let world = World::with_bot(Manner::Answers).await;
    let mut wire = world.wire().open(Era::Sessions).await;
    let asked = wire.tool("request_approval", json!({ "title": "Migrate?", "options": ["Yes", "No"] })).await;
    let id = asked["structuredContent"]["approval_id"].clone();
    let wait = json!({ "name": "wait_for_approval", "arguments": { "approval_id": id } });
    let waiting = wire.request("tools/call", wait.clone()).await;
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": waiting } });
    wire.send(&cancel.to_string()).await;
    let looked = wire.tool("get_approval", json!({ "approval_id": id })).await;
    assert_eq!(looked["structuredContent"]["state"], "pending", "{looked}");
    // The next wait is cut off with its connection.
    wire.request("tools/call", wait.clone()).await;
    wire.leave().await;

    let mut wire = world.wire().open(Era::Sessions).await;
    let waiting = wire.request("tools/call", wait).await;
    world.phone.press(&world.app, "Migrate?", "Yes").await;
    let answer = wire.receive().await;
    assert_eq!(answer["id"], waiting, "{answer}");
    assert_eq!(answer["result"]["structuredContent"]["decision"]["is_allowed"], true, "{answer}");
    wire.leave().await;
}

#[tokio::test]
async fn an_agent_that_comes_back_on_another_connection_goes_on_with_its_question() {
    let world = World::with_bot(Manner::Answers).await;
    let prompt = json!({ "tool_name": "Bash", "input": { "command": "make deploy" } });
    let behavior = |answer: &Value| answer["structuredContent"]["behavior"].clone();
    for (life, word) in [("one", "allow"), ("other", "deny")] {
        let mut wire = world.wire_of_life("one");
        assert_eq!(behavior(&wire.tool("approve_tool_use", prompt.clone()).await), "deny", "nobody has decided");
        wire.leave().await;
        world.phone.press(&world.app, "Bash", "Allow once").await;
        let mut wire = world.wire_of_life(life);
        assert_eq!(behavior(&wire.tool("approve_tool_use", prompt.clone()).await), word, "{life}");
        wire.leave().await;
    }
}
