//! The endpoint without a network: who calls, who leaves, and what is too large.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use telegraphist_application::{Caller, Grants};
use telegraphist_mcp::{Choice, Endpoint, EndpointOptions, Servers};
use tokio_util::sync::CancellationToken;

use crate::script::Manner;
use crate::wire::failure_of;
use crate::world::World;

/// Long enough for anything here; a test that waits longer hangs.
const PATIENCE: Duration = Duration::from_secs(20);

fn endpoint(world: &World) -> Endpoint {
    let choice = Choice { toolsets: vec!["all".to_owned()], ..Choice::default() };
    let servers = Servers::new(world.app.clone(), world.options.clone());
    let options = EndpointOptions { choice, ..EndpointOptions::default() };
    Endpoint::new(&servers, options, CancellationToken::new())
}

/// A call of the stateless era.
fn call(tool: &str, arguments: Value) -> Request<Bytes> {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": tool, "arguments": arguments,
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    } });
    let request = Request::post("/mcp").header("host", "localhost").header("content-type", "application/json");
    let request = request.header("accept", "application/json, text/event-stream");
    let request = request.header("mcp-protocol-version", "2026-07-28");
    let request = request.header("mcp-method", "tools/call").header("mcp-name", tool).extension(Caller::owner());
    request.body(message.to_string().into()).expect("a request")
}

async fn answered(endpoint: &Endpoint, request: Request<Bytes>) -> (StatusCode, Value) {
    let answer = tokio::time::timeout(PATIENCE, endpoint.answer(request)).await.expect("in time");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&body).expect("JSON"))
}

#[tokio::test]
async fn a_request_without_a_caller_is_not_served() {
    let world = World::new(Manner::Answers).await;
    let mut request = call("get_me", json!({}));
    request.extensions_mut().remove::<Caller>();
    let (status, _) = answered(&endpoint(&world), request).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(world.script.asked().is_empty());
}

#[tokio::test]
async fn a_client_that_leaves_cancels_what_it_reads() {
    let world = World::new(Manner::Waits).await;
    let endpoint = endpoint(&world);
    let request = call("get_me", json!({}));
    let calling = tokio::spawn(async move { endpoint.answer(request).await });
    world.script.begun.acquire().await.expect("never closed").forget();
    // As the gateway does when a connection breaks.
    calling.abort();
    let cancelled = tokio::time::timeout(PATIENCE, world.script.cancelled.acquire()).await;
    cancelled.expect("it was not cancelled").expect("never closed").forget();
}

#[tokio::test]
async fn what_a_client_that_left_did_not_get_sent_is_done_by_the_same_call_again() {
    let world = World::new(Manner::Waits).await;
    let endpoint = endpoint(&world);
    let send = || call("send_message", json!({ "chat": "me", "text": "hello", "idempotency_key": "once" }));
    let calling = tokio::spawn({
        let (endpoint, request) = (endpoint.clone(), send());
        async move { endpoint.answer(request).await }
    });
    world.script.begun.acquire().await.expect("never closed").forget();
    calling.abort();
    // Telegram says that it was not handed over; were it not known, the pipeline would say so.
    let cancelled = tokio::time::timeout(PATIENCE, world.script.cancelled.acquire()).await;
    cancelled.expect("it was not cancelled").expect("never closed").forget();
    world.script.gate.add_permits(1);
    let (status, answer) = answered(&endpoint, send()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer["result"]["structuredContent"]["items"][0]["message_id"].is_number(), "{answer}");
    let (_, again) = answered(&endpoint, send()).await;
    assert_eq!(again["result"]["structuredContent"], answer["result"]["structuredContent"]);
    assert_eq!(world.script.asked().len(), 2, "what was sent is not sent again");
}

#[tokio::test]
async fn a_caller_has_its_limits_once_whatever_it_asks_to_see() {
    let mut world = World::new(Manner::Waits).await;
    (world.options.running_max, world.options.waiting_max) = (1, 0);
    let endpoint = endpoint(&world);
    let asking = |request: Request<Bytes>| {
        let endpoint = endpoint.clone();
        tokio::spawn(async move { endpoint.answer(request).await.status() })
    };
    let begun = async || {
        let begun = tokio::time::timeout(PATIENCE, world.script.begun.acquire()).await;
        begun.expect("it did not begin").expect("never closed").forget();
    };
    let first = asking(call("get_me", json!({})));
    begun().await;
    for path in ["/mcp", "/mcp/readonly", "/mcp/x/account,chats"] {
        let mut second = call("get_me", json!({}));
        *second.uri_mut() = path.parse().expect("a path");
        let (_, refused) = answered(&endpoint, second).await;
        assert_eq!(failure_of(&refused["result"])["code"], "overloaded", "{path}");
    }
    let mut other = call("get_me", json!({}));
    other.extensions_mut().insert(Caller { principal: "token:other".to_owned(), grants: Grants::everything() });
    let other = asking(other);
    begun().await;
    world.script.gate.add_permits(2);
    assert_eq!((first.await.expect("answered"), other.await.expect("answered")), (StatusCode::OK, StatusCode::OK));
}

#[tokio::test]
async fn finished_answers_stand_where_they_belong_in_json_and_in_streams() {
    let world = World::new(Manner::Reports).await;
    let endpoint = endpoint(&world);
    let (_, plain) = answered(&endpoint, call("get_me", json!({}))).await;
    let mut watched = call("get_me", json!({}));
    let mut message: Value = serde_json::from_slice(watched.body()).expect("JSON");
    message["params"]["_meta"]["progressToken"] = 7.into();
    *watched.body_mut() = message.to_string().into();
    let answer = endpoint.answer(watched).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let stream = answer.into_body().collect().await.expect("a body").to_bytes();
    let stream = std::str::from_utf8(&stream).expect("text");
    let events: Vec<Value> =
        stream.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?.trim()).ok()).collect();
    assert!(events.len() > 2, "{stream}");
    let structured = &events.last().expect("an answer")["result"]["structuredContent"];
    assert_eq!(*structured, plain["result"]["structuredContent"]);
    assert_eq!(*structured, crate::fixtures::answer("get_me"));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused_with_what_to_do() {
    let mut world = World::new(Manner::Answers).await;
    world.options.answer_max = 16;
    let (status, answer) = answered(&endpoint(&world), call("get_me", json!({}))).await;
    assert_eq!(status, StatusCode::OK);
    let failure = failure_of(&answer["result"]);
    assert!(failure["action"].as_str().expect("words").contains("less"), "{failure}");
    let written = json!({ "chat": "me", "text": "hello" });
    let (_, answer) = answered(&endpoint(&world), call("send_message", written)).await;
    assert!(answer["result"]["structuredContent"].is_object(), "what was done is told: {answer}");
}
