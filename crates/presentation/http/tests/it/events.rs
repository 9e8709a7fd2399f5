//! Telling.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, answer};

#[tokio::test]
async fn an_event_is_accepted_and_arrives_with_the_name_of_who_told_it() {
    let world = World::new().await;
    let door = world.open().await;
    let event = json!({ "type": "build_completed", "title": "Nightly is green", "data": { "duration_ms": 61_000 } });
    let told = door.post("/v1/events", &event).await;
    assert_eq!((told.status.as_u16(), &told.body["is_new"]), (202, &Value::Bool(true)), "{told:?}");
    assert_eq!(told.body["deliveries"].as_array().map(Vec::len), Some(1), "{told:?}");
    let mail = world.mail("Nightly is green").await;
    assert!(mail.text.contains("deploy-ci"), "{}", mail.text);
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn the_same_key_is_one_event_in_the_header_and_in_the_body() {
    let world = World::new().await;
    let door = world.open().await;
    let event = json!({ "type": "info_notification", "title": "Once" });
    let with_header = || door.request(Method::POST, "/v1/events").header("idempotency-key", "run-7").json(&event);
    assert_eq!(answer(with_header()).await.body["is_new"], true);
    assert_eq!(answer(with_header()).await.body["is_new"], false);
    let quoted = door.request(Method::POST, "/v1/events").header("idempotency-key", "\"run-7\"").json(&event);
    assert_eq!(answer(quoted).await.body["is_new"], false);
    let mut in_body = event.clone();
    in_body["idempotency_key"] = "run-7".into();
    assert_eq!(door.post("/v1/events", &in_body).await.body["is_new"], false);
    let both_alike = door.request(Method::POST, "/v1/events").header("idempotency-key", "run-7").json(&in_body);
    assert_eq!(answer(both_alike).await.status, 202);
    let both = door.request(Method::POST, "/v1/events").header("idempotency-key", "run-8").json(&in_body);
    let refused = answer(both).await;
    assert_eq!(refused.failure(400), "invalid_argument");
    assert!(refused.body["message"].as_str().is_some_and(|text| text.contains("differ")), "{refused:?}");
    let empty = door.request(Method::POST, "/v1/events").header("idempotency-key", "").json(&event);
    assert_eq!(answer(empty).await.failure(400), "invalid_argument");
    world.mail("Once").await;
    assert_eq!(world.mails().iter().filter(|mail| mail.text.contains("Once")).count(), 1);
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn what_is_wrong_with_arguments_is_named_and_never_quoted() {
    let world = World::new().await;
    let door = world.open().await;
    let cases = [
        (json!({ "type": "info_notification" }), "`title`"),
        (json!({ "type": "info_notification", "title": "x", "secret_word": "SECRET" }), "`secret_word`"),
        (json!({ "type": "info_notification", "title": ["SECRET"] }), "`title`"),
        (json!({ "type": "info_notification", "title": "x", "data": "SECRET" }), "`data`"),
        (json!({ "type": "SECRET", "title": "x" }), "`type`"),
        (json!({ "type": "info_notification", "title": "x", "chat": { "SECRET": 1 } }), "`chat`"),
        (json!(["SECRET"]), "object"),
    ];
    for (body, named) in cases {
        let refused = door.post("/v1/events", &body).await;
        assert_eq!(refused.failure(400), "invalid_argument", "{body}");
        assert!(refused.body["message"].as_str().is_some_and(|text| text.contains(named)), "{body}: {refused:?}");
        assert!(!refused.body.to_string().contains("SECRET"), "{refused:?}");
    }
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_chat_that_nobody_allowed_is_refused_as_everywhere() {
    let world = World::new().await;
    let door = world.open().await;
    let event = json!({ "type": "info_notification", "title": "x", "chat": "-100123" });
    let refused = door.post("/v1/events", &event).await;
    assert!(refused.status.is_client_error(), "{refused:?}");
    refused.failure(refused.status.as_u16());
    door.close().await;
    world.end().await;
}
