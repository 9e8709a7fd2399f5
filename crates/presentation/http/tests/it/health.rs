//! Whether the server is alive and ready, and who is told more; what every request leaves behind.

use async_trait::async_trait;
use reqwest::Method;
use telegraphist_http::{Gateway, GatewayOptions, Listen, Numbers};
use tokio_util::sync::CancellationToken;

use crate::world::{Door, World, answer, in_time};

#[tokio::test]
async fn whoever_asks_learns_that_it_is_alive_and_ready_and_nothing_else() {
    let world = World::deaf().await;
    let door = world.open().await;
    for path in ["/health", "/ready", "/health/ready"] {
        // A probe of a proxy or an orchestrator carries foreign names.
        let request =
            door.request(Method::GET, path).header("host", "10.1.2.3:8080").header("x-forwarded-for", "10.0.0.1");
        let said = answer(request).await;
        assert_eq!(said.status, 200, "{path}");
        assert_eq!(said.body, serde_json::json!({ "status": "pass" }), "{path}");
        assert_eq!(said.header("content-type"), Some("application/health+json"));
    }
    door.close().await;
}

#[tokio::test]
async fn a_server_that_takes_no_calls_is_alive_but_not_ready() {
    let world = World::deaf().await;
    let door = world.open().await;
    world.app.drain().await;
    assert_eq!(door.get("/health").await.status, 200);
    let said = door.get("/ready").await;
    assert_eq!((said.status.as_u16(), said.header("retry-after")), (503, Some("5")));
    assert_eq!(said.body, serde_json::json!({ "status": "fail" }));
    door.close().await;
}

#[tokio::test]
async fn details_are_by_component_and_behind_the_guard() {
    let world = World::new().await;
    world.receiving().await;
    let door = world.open().await;
    let said = door.get("/v1/health").await;
    assert_eq!((said.status.as_u16(), &said.body["status"]), (200, &serde_json::json!("pass")), "{said:?}");
    let bot = &said.body["checks"]["telegram:bot"][0];
    assert_eq!((&bot["status"], &bot["observedValue"]), (&"pass".into(), &"receiving".into()), "{said:?}");
    assert_eq!(bot["componentId"].as_str().map(str::len), Some(8), "a short id: {said:?}");
    let foreign = answer(door.request(Method::GET, "/v1/health").header("host", "evil.example")).await;
    assert_eq!(foreign.failure(403), "forbidden");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_request_has_one_id_in_its_answer_and_in_what_it_causes() {
    let world = World::deaf().await;
    let door = world.open().await;
    let said = answer(door.request(Method::GET, "/v1/nothing").header("x-request-id", "req-77")).await;
    assert_eq!((said.failure(404), said.header("x-request-id")), ("invalid_argument", Some("req-77")));
    assert_eq!(said.body["correlation_id"], "req-77");
    let said = answer(door.request(Method::GET, "/v1/nothing").header("x-request-id", "no id at all")).await;
    let fresh = said.header("x-request-id").expect("it has one").to_owned();
    assert_ne!(fresh, "no id at all");
    assert_eq!(said.body["correlation_id"], fresh.as_str());
    door.close().await;
}

struct One;

#[async_trait]
impl Numbers for One {
    async fn written(&self) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        Ok("one 1\n".to_owned())
    }
}

#[tokio::test]
async fn the_door_of_numbers_gives_numbers_and_nothing_else() {
    let at = Listen::Tcp(([127, 0, 0, 1], 0).into());
    let gateway = Gateway::bind(at, GatewayOptions::default()).await.expect("a port");
    let base = format!("http://{}", gateway.address());
    let stop = CancellationToken::new();
    let serving = tokio::spawn(gateway.serve_metrics(std::sync::Arc::new(One), stop.clone()));
    Door::provide_tls();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let get = async |path: &str| in_time(client.get(format!("{base}{path}")).send()).await.expect("an answer");
    let said = get("/metrics").await;
    assert_eq!(said.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(said.text().await.expect("a text"), "one 1\n");
    for path in ["/", "/health", "/v1/approvals", "/v1/health"] {
        assert_eq!(get(path).await.status(), 404, "{path}");
    }
    stop.cancel();
    in_time(serving).await.expect("it ends");
}
