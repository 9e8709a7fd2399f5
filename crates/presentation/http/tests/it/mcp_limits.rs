//! MCP over HTTP: how much, how long, and how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use telegraphist_application::Caller;
use telegraphist_application::security::NotLetIn;
use telegraphist_http::{Auth, GatewayOptions, NotAuthenticated};
use telegraphist_mcp::{Choice, EndpointOptions};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::rpc::{Events, Session, bearing, modern, told};
use crate::world::{Door, World, answer, in_time};

fn everything() -> EndpointOptions {
    let choice = Choice { toolsets: vec!["all".to_owned()], ..Choice::default() };
    EndpointOptions { choice, ..EndpointOptions::default() }
}

async fn open(world: &World, endpoint: EndpointOptions) -> Door {
    world.open_with(GatewayOptions::default(), endpoint).await
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_it_is_announced_or_not() {
    let world = World::deaf().await;
    let options = GatewayOptions { body_max: 100_000, ..GatewayOptions::default() };
    let door = world.open_with(options, everything()).await;
    let body = "x".repeat(100_001);
    let announced = answer(door.request(Method::POST, "/mcp").body(body.clone())).await;
    assert_eq!(announced.spoken("/mcp").failure(413), "invalid_argument");
    let chunked = reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>(body)]));
    let chunked = answer(door.request(Method::POST, "/mcp").body(chunked)).await;
    assert_eq!(chunked.spoken("/mcp").failure(413), "invalid_argument");
    let call = json!({ "name": "send_message", "arguments": { "chat": "me", "text": "y".repeat(90_000) } });
    assert_eq!(told(modern(&door, "/mcp", "tools/call", call)).await.status, 200, "what fits is read");
    door.close().await;
}

#[tokio::test]
async fn large_bodies_at_once_have_a_limit_and_small_ones_pass() {
    let world = World::deaf().await;
    let options = GatewayOptions { body_max: 128 * 1024, ..GatewayOptions::default() };
    let door = world.open_with(options, everything()).await;
    let address = door.base.strip_prefix("http://").expect("an address").to_owned();
    let mut sending = Vec::new();
    let large = || door.request(Method::POST, "/mcp").body("x".repeat(100 * 1024));
    // Each has announced a large body of which little has come.
    loop {
        let mut stream = in_time(TcpStream::connect(&address)).await.expect("it listens");
        let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 131072\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.expect("sent");
        sending.push(stream);
        let answer = in_time(large().send()).await.expect("an answer");
        if answer.status() == 503 {
            assert_eq!(answer.headers()["retry-after"], "1");
            break;
        }
        assert!(sending.len() < 100, "there is no limit");
    }
    assert!(told(modern(&door, "/mcp", "tools/list", json!({}))).await.tools().len() > 9);
    drop(sending);
    in_time(async { while large().send().await.is_ok_and(|answer| answer.status() == 503) {} }).await;
    door.close().await;
}

#[tokio::test]
async fn the_session_that_was_idle_longest_makes_way() {
    let world = World::deaf().await;
    // One caller has half of them.
    let door = open(&world, EndpointOptions { sessions_max: 4, ..everything() }).await;
    let (one, two) = (Session::open(&door, "/mcp").await, Session::open(&door, "/mcp").await);
    assert!(one.call(1, "ping", &json!({})).await.result().is_object());
    let three = Session::open(&door, "/mcp").await;
    assert!(one.call(2, "ping", &json!({})).await.result().is_object(), "it was used after the second");
    let gone = two.post(&crate::rpc::in_session(1, "ping", &json!({}))).send().await.expect("an answer");
    assert_eq!(gone.status(), 404);
    // Whoever has a stream open is not idle.
    let _ears = (Events::open(one.request(Method::GET)).await, Events::open(three.request(Method::GET)).await);
    let refused = Session::try_open(&door, "/mcp").await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, Some("5")), "{refused:?}");
    door.close().await;
}

#[tokio::test]
async fn a_session_that_is_refused_costs_nobody_theirs() {
    let world = World::deaf().await;
    let door = open(&world, EndpointOptions { sessions_max: 4, ..everything() }).await;
    let sessions = [Session::open(&door, "/mcp").await, Session::open(&door, "/mcp").await];
    for (header, value, status) in [("content-type", "text/plain", 415), ("accept", "text/html", 406)] {
        let mut refused = Session::opening(&door, "/mcp").build().expect("a request");
        refused.headers_mut().insert(header, value.parse().expect("a value"));
        assert_eq!(in_time(door.client.execute(refused)).await.expect("an answer").status(), status);
    }
    for session in &sessions {
        assert!(session.call(1, "ping", &json!({})).await.result().is_object());
    }
    door.close().await;
}

#[tokio::test]
async fn a_burst_leaves_sessions_that_were_handed_out_just_now() {
    let world = World::deaf().await;
    let door = open(&world, EndpointOptions { sessions_max: 4, ..everything() }).await;
    let burst = futures::future::join_all((0..8).map(|_| Session::try_open(&door, "/mcp"))).await;
    let opened: Vec<_> = burst.iter().filter(|answer| answer.status == 200).collect();
    assert!(opened.len() == 2 && burst.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 503)), "{burst:?}");
    for answer in opened {
        let session = Session::of(&door, "/mcp", answer);
        session.ready().await;
        assert!(session.call(1, "ping", &json!({})).await.result().is_object());
    }
    door.close().await;
}

#[tokio::test]
async fn a_session_that_nobody_uses_is_closed() {
    let world = World::deaf().await;
    let door = open(&world, everything()).await;
    let idle = Session::open(&door, "/mcp").await;
    let listening = Session::open(&door, "/mcp").await;
    let _ear = Events::open(listening.request(Method::GET)).await;
    tokio::time::pause();
    for _ in 0..31 {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    tokio::time::resume();
    let ping = crate::rpc::in_session(1, "ping", &json!({}));
    assert_eq!(idle.post(&ping).send().await.expect("an answer").status(), 404);
    assert_eq!(listening.post(&ping).send().await.expect("an answer").status(), 200);
    door.close().await;
}

#[tokio::test]
async fn a_stream_outlives_the_age_at_which_connections_are_renewed() {
    let world = World::new().await;
    // The library times its signs of life by the system's clock, of which the one that runs ahead here knows nothing.
    let door = open(&world, EndpointOptions { keep_alive: Duration::from_hours(24), ..everything() }).await;
    let ask = json!({ "name": "request_approval", "arguments": { "title": "After an hour?" } });
    let asked = told(modern(&door, "/mcp", "tools/call", ask)).await;
    let uri = format!("tg://approval/{}", asked.result()["structuredContent"]["approval_id"].as_str().expect("an id"));
    let listen = json!({ "notifications": { "resourceSubscriptions": [uri] } });
    let mut ear = Events::open(modern(&door, "/mcp", "subscriptions/listen", listen)).await;
    ear.next().await.expect("it is acknowledged");
    tokio::time::pause();
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    tokio::time::resume();
    let cancel = json!({ "name": "cancel_approval", "arguments": { "approval_id": asked.result()["structuredContent"]["approval_id"] } });
    told(modern(&door, "/mcp", "tools/call", cancel)).await;
    let changed = ear.next().await.expect("the stream is open");
    assert_eq!(changed["method"], "notifications/resources/updated");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_result_seconds_after_its_token_was_taken_back() {
    let world = World::new().await;
    let counts = Arc::new(AtomicBool::new(true));
    let auth = Auth::Bearer(Arc::new({
        let counts = Arc::clone(&counts);
        move |_token| {
            let caller = counts.load(Ordering::Relaxed).then(Caller::owner);
            Box::pin(async move { caller.ok_or(NotAuthenticated::Refused(NotLetIn::Revoked)) })
        }
    }));
    let options = GatewayOptions { auth, ..GatewayOptions::default() };
    let mut door =
        world.open_with(options, EndpointOptions { keep_alive: Duration::from_hours(24), ..everything() }).await;
    door.client = bearing("tgp_any");
    let ask = json!({ "name": "request_approval", "arguments": { "title": "Until when?" } });
    let asked = told(modern(&door, "/mcp", "tools/call", ask)).await;
    let id = asked.result()["structuredContent"]["approval_id"].clone();
    let uri = format!("tg://approval/{}", id.as_str().expect("an id"));
    let listen = json!({ "notifications": { "resourceSubscriptions": [uri] } });
    let mut ear = Events::open(modern(&door, "/mcp", "subscriptions/listen", listen)).await;
    ear.next().await.expect("it is acknowledged");
    let session = Session::open(&door, "/mcp").await;
    let mut standing = Events::open(session.request(Method::GET)).await;
    tokio::time::pause();
    tokio::time::sleep(Duration::from_mins(16)).await;
    counts.store(false, Ordering::Relaxed);
    let before = tokio::time::Instant::now();
    let ended = ear.next().await.expect("the stream ends with its result");
    assert!(ended["result"].is_object() && ended["id"] == 1, "{ended}");
    assert_eq!((ear.next().await, standing.next().await), (None, None));
    assert!(before.elapsed() < Duration::from_secs(10), "it heard for {:?}", before.elapsed());
    tokio::time::resume();
    assert_eq!(told(modern(&door, "/mcp", "tools/list", json!({}))).await.error(), (401, -32600));
    // Nobody could take its session up again; were the token to count once more, it would be gone.
    counts.store(true, Ordering::Relaxed);
    let ping = crate::rpc::in_session(1, "ping", &json!({}));
    assert_eq!(told(session.post(&ping)).await.error(), (404, -32600));
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_stream_on_which_nothing_happens_says_that_it_is_there() {
    let world = World::deaf().await;
    let door = open(&world, EndpointOptions { keep_alive: Duration::from_millis(1), ..everything() }).await;
    let session = Session::open(&door, "/mcp").await;
    let mut standing = in_time(session.request(Method::GET).send()).await.expect("an answer");
    assert_eq!(standing.headers()["x-accel-buffering"], "no");
    let mut read = String::new();
    while read.lines().filter(|line| line.starts_with(':')).count() < 3 {
        let chunk = in_time(standing.chunk()).await.expect("it is whole").expect("it is open");
        read.push_str(std::str::from_utf8(&chunk).expect("text"));
    }
    door.close().await;
}

#[tokio::test]
async fn at_the_end_streams_end_with_their_results_and_waits_are_answered() {
    let world = World::new().await;
    let door = open(&world, everything()).await;
    let ask = json!({ "name": "request_approval", "arguments": { "title": "At the end?" } });
    let asked = told(modern(&door, "/mcp", "tools/call", ask)).await;
    let id = asked.result()["structuredContent"]["approval_id"].clone();
    let uri = format!("tg://approval/{}", id.as_str().expect("an id"));
    let listen = json!({ "notifications": { "resourceSubscriptions": [uri] } });
    let mut ear = Events::open(modern(&door, "/mcp", "subscriptions/listen", listen)).await;
    ear.next().await.expect("it is acknowledged");
    let session = Session::open(&door, "/mcp").await;
    let mut standing = Events::open(session.request(Method::GET)).await;
    let wait = json!({ "name": "wait_for_approval", "arguments": { "approval_id": id, "timeout_seconds": 50 }, "_meta": { "progressToken": 1 } });
    let mut waiting = Events::open(modern(&door, "/mcp", "tools/call", wait)).await;
    door.stop.cancel();
    let ended = ear.next().await.expect("the stream ends with its result");
    assert!(ended["result"].is_object() && ended["id"] == 1, "{ended}");
    assert_eq!(ear.next().await, None);
    assert_eq!(standing.next().await, None);
    let mut last = serde_json::Value::Null;
    while let Some(told) = waiting.next().await {
        last = told;
    }
    assert!(last["result"].is_object(), "{last}");
    in_time(door.serving).await.expect("it does not break");
    world.end().await;
}
