//! Asking before what cannot be undone.

use serde_json::{Value, json};

use crate::script::Manner;
use crate::wire::{ERAS, Era, Wire, failure_of};
use crate::world::World;

fn deletion() -> Value {
    json!({ "name": "delete_messages", "arguments": { "chat": "me", "message_ids": [42] } })
}

async fn with_forms(world: &World, era: Era) -> Wire {
    let mut wire = world.wire();
    wire.capabilities = json!({ "elicitation": { "form": {} } });
    wire.open(era).await
}

fn retry(question: &Value, answer: Value) -> Value {
    let mut call = deletion();
    call["requestState"] = question["requestState"].clone();
    call["inputResponses"] = json!({ "confirm": answer });
    call
}

#[tokio::test]
async fn a_client_without_forms_is_told_to_confirm() {
    let world = World::new(Manner::Answers).await;
    for era in ERAS {
        let mut wire = world.wire().open(era).await;
        let failure = failure_of(&wire.result("tools/call", deletion()).await);
        assert_eq!(failure["code"], "confirmation_required", "{failure}");
        wire.leave().await;
    }
    assert_eq!(world.script.asked(), []);
}

#[tokio::test]
async fn a_stateless_client_asks_and_calls_again() {
    let world = World::new(Manner::Answers).await;
    let mut wire = with_forms(&world, Era::Stateless).await;
    let question = wire.result("tools/call", deletion()).await;
    assert_eq!(question["resultType"], "input_required", "{question}");
    let form = &question["inputRequests"]["confirm"];
    assert_eq!(form["method"], "elicitation/create", "{question}");
    assert!(form["params"]["message"].as_str().is_some_and(|text| text.contains("message_ids: [42]")), "{question}");
    assert_eq!(world.script.asked(), []);

    let yes = json!({ "action": "accept", "content": { "confirm": true } });
    let done = wire.result("tools/call", retry(&question, yes)).await;
    assert_eq!(done["isError"], false, "{done}");
    assert_eq!(world.script.asked()[0].1["confirm"], true);
    wire.leave().await;
}

#[tokio::test]
async fn a_no_is_a_no() {
    let world = World::new(Manner::Answers).await;
    let mut wire = with_forms(&world, Era::Stateless).await;
    let question = wire.result("tools/call", deletion()).await;
    for no in [
        json!({ "action": "decline" }),
        json!({ "action": "cancel" }),
        json!({ "action": "accept", "content": { "confirm": false } }),
        json!({ "action": "accept" }),
    ] {
        let failure = failure_of(&wire.result("tools/call", retry(&question, no.clone())).await);
        assert_eq!(failure["code"], "confirmation_required", "{no}: {failure}");
    }
    assert_eq!(world.script.asked(), []);
    wire.leave().await;
}

#[tokio::test]
async fn a_state_is_good_for_its_own_call_only() {
    let world = World::new(Manner::Answers).await;
    let mut wire = with_forms(&world, Era::Stateless).await;
    let question = wire.result("tools/call", deletion()).await;
    let yes = json!({ "action": "accept", "content": { "confirm": true } });

    let mut other_arguments = retry(&question, yes.clone());
    other_arguments["arguments"]["message_ids"] = json!([43]);
    let mut other_tool = retry(&question, yes.clone());
    other_tool["name"] = "delete_contact".into();
    other_tool["arguments"] = json!({ "chat": "me" });
    let mut forged = retry(&question, yes.clone());
    forged["requestState"] = "rs1.forged.state".into();
    let mut none = retry(&question, yes);
    none.as_object_mut().expect("an object").remove("requestState");
    for call in [other_arguments, other_tool, forged, none] {
        let asked = wire.result("tools/call", call.clone()).await;
        assert_eq!(asked["resultType"], "input_required", "{call}: {asked}");
    }
    assert_eq!(world.script.asked(), []);
    wire.leave().await;
}

#[tokio::test]
async fn a_client_with_a_session_is_asked_on_its_connection() {
    for (answer, is_done) in
        [(json!({ "action": "accept", "content": { "confirm": true } }), true), (json!({ "action": "decline" }), false)]
    {
        let world = World::new(Manner::Answers).await;
        let mut wire = with_forms(&world, Era::Sessions).await;
        let id = wire.request("tools/call", deletion()).await;
        let question = wire.receive().await;
        assert_eq!(question["method"], "elicitation/create", "{question}");
        wire.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": answer }).to_string()).await;
        let done = wire.receive().await;
        assert_eq!(done["id"], id);
        assert_eq!(done["result"]["isError"], !is_done, "{done}");
        assert_eq!(world.script.asked().len(), usize::from(is_done));
        wire.leave().await;
    }
}

#[tokio::test]
async fn nobody_is_asked_about_a_call_that_cannot_be_made() {
    let world = World::new(Manner::Answers).await;
    for era in ERAS {
        let mut wire = with_forms(&world, era).await;
        let failure = wire.failure("delete_messages", json!({ "chat": "me", "message_ids": [] })).await;
        assert_eq!(failure["code"], "invalid_argument", "{failure}");
        wire.leave().await;
    }
}
