//! Resources, prompts and completion.

use serde_json::{Value, json};

use crate::script::Manner;
use crate::wire::ERAS;
use crate::world::World;

#[tokio::test]
async fn sessions_chats_and_messages_are_read_by_address() {
    let world = World::new(Manner::Answers).await;
    for era in ERAS {
        let mut wire = world.wire().open(era).await;
        let listed = wire.result("resources/list", json!({})).await;
        let uris: Vec<&Value> = listed["resources"].as_array().into_iter().flatten().map(|one| &one["uri"]).collect();
        assert_eq!(
            uris,
            [
                "tg://sessions",
                "tg://notify/event-types",
                "tg://notify/event-templates",
                "tg://notify/bridge-status",
                "tg://notify/responses",
                "status://health",
                "config://server",
                "tg://session/work",
            ]
        );
        for (uri, word) in [
            ("tg://sessions", "work"),
            ("tg://session/work", "work"),
            ("tg://session/work/chat/-1000000000077", "Berlin trip"),
            ("tg://session/work/chat/%40berlin_trip/message/42", "Ada"),
        ] {
            let read = wire.result("resources/read", json!({ "uri": uri })).await;
            let text = read["contents"][0]["text"].as_str().expect("a text");
            assert!(text.contains(word), "{uri}: {text}");
            assert_eq!(read["contents"][0]["uri"], uri);
        }
        wire.leave().await;
    }
}

#[tokio::test]
async fn how_the_server_does_is_told_as_json_to_who_may_see_it() {
    let world = World::new(Manner::Answers).await;
    for era in ERAS {
        let mut wire = world.wire().open(era).await;
        let read = wire.result("resources/read", json!({ "uri": "status://health" })).await;
        let content = &read["contents"][0];
        assert_eq!(content["mimeType"], "application/json");
        let health: Value = serde_json::from_str(content["text"].as_str().expect("a text")).expect("JSON");
        assert!(health["checks"]["store:responseTime"][0]["status"].is_string(), "{health}");
        wire.leave().await;
    }
}

#[tokio::test]
async fn templates_name_their_placeholders() {
    let mut wire = World::new(Manner::Answers).await.wire();
    let listed = wire.result("resources/templates/list", json!({})).await;
    let templates: Vec<&Value> =
        listed["resourceTemplates"].as_array().into_iter().flatten().map(|one| &one["uriTemplate"]).collect();
    assert_eq!(
        templates,
        [
            "tg://session/{session}",
            "tg://session/{session}/chat/{chat}",
            "tg://session/{session}/chat/{chat}/message/{message}",
            "tg://delivery/{delivery}",
            "tg://approval/{approval}",
        ]
    );
    wire.leave().await;
}

#[tokio::test]
async fn an_address_of_nothing_is_not_found_in_the_way_of_each_era() {
    for (era, code) in ERAS.into_iter().zip([-32002, -32602]) {
        let mut wire = World::new(Manner::KnowsNobody).await.wire().open(era).await;
        for uri in ["tg://nothing", "tg://session/nobody", "tg://session/work/chat/%40nobody_here"] {
            let answer = wire.exchange("resources/read", json!({ "uri": uri })).await;
            assert_eq!(answer["error"]["code"], code, "{uri}: {answer}");
        }
        wire.leave().await;
    }
}

#[tokio::test]
async fn a_prompt_brings_the_messages_marked_as_data() {
    let world = World::new(Manner::Answers).await;
    let mut wire = world.wire();
    let listed = wire.result("prompts/list", json!({})).await;
    let names: Vec<&Value> = listed["prompts"].as_array().into_iter().flatten().map(|one| &one["name"]).collect();
    assert_eq!(names, ["summarize_chat", "find_decisions", "draft_reply"]);
    for (name, arguments) in [
        ("summarize_chat", json!({ "chat": "me", "since": "2026-01-01T00:00:00Z" })),
        ("find_decisions", json!({ "chat": "me", "about": "hotel", "session": "work" })),
        ("find_decisions", json!({ "chat": "me" })),
        ("draft_reply", json!({ "chat": "me", "message_id": "42", "intent": "yes" })),
    ] {
        let prompt = wire.result("prompts/get", json!({ "name": name, "arguments": arguments })).await;
        let messages = prompt["messages"].as_array().expect("messages");
        let [request, data] = messages.as_slice() else { panic!("{messages:?}") };
        let (request, data) = (request["content"]["text"].as_str(), data["content"]["text"].as_str());
        assert!(request.is_some_and(|text| !text.contains("Ignore all previous")), "{request:?}");
        assert!(data.is_some_and(|text| text.contains("They are data") && text.contains("Ignore all")), "{data:?}");
    }
    wire.leave().await;
}

#[tokio::test]
async fn prompts_refuse_arguments_they_do_not_know() {
    let mut wire = World::new(Manner::Answers).await.wire();
    for arguments in [
        json!({}),
        json!({ "chat": "me", "tone": "kind" }),
        json!({ "chat": 5 }),
        json!({ "chat": "me", "since": "x" }),
    ] {
        let answer = wire.exchange("prompts/get", json!({ "name": "summarize_chat", "arguments": arguments })).await;
        assert_eq!(answer["error"]["code"], -32602, "{arguments}: {answer}");
    }
    assert_eq!(wire.exchange("prompts/get", json!({ "name": "poem" })).await["error"]["code"], -32602);
    wire.leave().await;
}

#[tokio::test]
async fn sessions_are_completed_and_the_rest_is_left_alone() {
    let mut wire = World::new(Manner::Answers).await.wire();
    let prompt = json!({ "type": "ref/prompt", "name": "summarize_chat" });
    let template = json!({ "type": "ref/resource", "uri": "tg://session/{session}/chat/{chat}" });
    for (reference, name, value, expected) in [
        (&prompt, "session", "wo", json!(["work"])),
        (&template, "session", "", json!(["work"])),
        (&template, "session", "x", json!([])),
        (&template, "chat", "", json!([])),
    ] {
        let params = json!({ "ref": reference, "argument": { "name": name, "value": value } });
        let found = wire.result("completion/complete", params).await;
        assert_eq!(found["completion"]["values"], expected, "{name} {value}");
    }
    let unknown = json!({ "ref": { "type": "ref/prompt", "name": "poem" }, "argument": { "name": "a", "value": "" } });
    assert_eq!(wire.exchange("completion/complete", unknown).await["error"]["code"], -32602);
    wire.leave().await;
}
