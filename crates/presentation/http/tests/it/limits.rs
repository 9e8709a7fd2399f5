//! How many, how long, and how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use telegraphist_application::ports::{Machine, Memory, Usage};
use telegraphist_http::GatewayOptions;
use telegraphist_mcp::EndpointOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{Door, World, in_time};

async fn open_with_places(world: &World, connections_max: usize) -> Door {
    let options = GatewayOptions { connections_max, ..GatewayOptions::default() };
    world.open_with(options, EndpointOptions::default()).await
}

async fn connect(door: &Door) -> TcpStream {
    let address = door.base.strip_prefix("http://").expect("an address");
    in_time(TcpStream::connect(address)).await.expect("it listens")
}

#[tokio::test]
async fn whoever_finds_no_place_is_told_when_to_come_again() {
    let world = World::deaf().await;
    let door = open_with_places(&world, 1).await;
    let mut first = connect(&door).await;
    let request = format!("GET /v1/approvals HTTP/1.1\r\nHost: {}\r\n\r\n", "localhost");
    first.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = [0; 12];
    in_time(first.read_exact(&mut answer)).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200");
    let refused = door.get("/v1/approvals").await;
    assert_eq!((refused.failure(503), refused.header("retry-after")), ("overloaded", Some("1")));
    drop(first);
    // The place is free as soon as the server has noticed.
    in_time(async {
        while door
            .client
            .get(format!("{}/v1/approvals", door.base))
            .send()
            .await
            .is_ok_and(|answer| answer.status() == 503)
        {}
    })
    .await;
    door.close().await;
}

/// A machine whose memory is full while the test says so.
struct Filling(AtomicBool);

impl Machine for Filling {
    fn memory(&self) -> Memory {
        Memory { used: Some(if self.0.load(Ordering::SeqCst) { 95 } else { 50 }), max: Some(100) }
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }
}

#[tokio::test]
async fn while_memory_is_short_what_is_new_is_refused_before_it_is_read() {
    let machine = Arc::new(Filling(AtomicBool::new(false)));
    let world = World::deaf_on(machine.clone()).await;
    let door = world.open().await;
    assert_eq!(door.get("/v1/approvals").await.status, 200);
    machine.0.store(true, Ordering::SeqCst);
    in_time(async { while door.get("/v1/approvals").await.status == 200 {} }).await;
    let refused = door.get("/v1/approvals").await;
    assert_eq!((refused.failure(503), refused.header("retry-after")), ("overloaded", Some("2")));
    for path in ["/mcp", "/v1/events"] {
        // Most of the body never comes, and the answer does not wait for it.
        let mut stream = connect(&door).await;
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{{");
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut answer = [0; 12];
        in_time(stream.read_exact(&mut answer)).await.expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 503", "{path}");
    }
    assert_eq!(door.get("/health").await.status, 200, "it is alive all the same");
    machine.0.store(false, Ordering::SeqCst);
    in_time(async { while door.get("/v1/approvals").await.status != 200 {} }).await;
    door.close().await;
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let world = World::deaf().await;
    let door = world.open().await;
    let mut silent = connect(&door).await;
    let mut half = connect(&door).await;
    half.write_all(b"GET /v1/approvals HTTP/1.1\r\nHost: local").await.expect("sent");
    let mut idle = connect(&door).await;
    idle.write_all(b"GET /v1/approvals HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    let mut answer = [0; 12];
    in_time(idle.read_exact(&mut answer)).await.expect("an answer");
    // From here on the clock runs ahead whenever nothing happens.
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    for stream in [&mut silent, &mut half, &mut idle] {
        let mut rest = Vec::new();
        // Whether it ends or is reset depends on what was still under way.
        let _ = stream.read_to_end(&mut rest).await;
    }
    assert!(before.elapsed() < Duration::from_mins(1), "it was closed for another reason");
    tokio::time::resume();
    door.close().await;
}

#[tokio::test]
async fn at_the_end_waits_are_answered_as_they_stand_and_nobody_is_let_in() {
    let world = World::new().await;
    let door = world.open().await;
    let place = door.ask("Deploy at the end?").await;
    let mut waiting = connect(&door).await;
    let request = format!("GET {place}?wait=50 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    waiting.write_all(request.as_bytes()).await.expect("sent");
    // A second request on another connection is answered after the first was begun.
    door.get(&place).await;
    let idle = connect(&door).await;
    door.stop.cancel();
    let mut answer = String::new();
    in_time(waiting.read_to_string(&mut answer)).await.expect("a whole answer");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"pending\""), "{answer}");
    drop(idle);
    in_time(door.serving).await.expect("it does not break");
    let address = door.base.strip_prefix("http://").expect("an address").to_owned();
    assert!(TcpStream::connect(address).await.is_err(), "it still listens");
    world.end().await;
}

#[tokio::test]
async fn a_client_that_leaves_gives_its_place_back() {
    let world = World::new().await;
    let door = open_with_places(&world, 2).await;
    let place = door.ask("Deploy with one place?").await;
    let going = door.client.get(format!("{}{place}?wait=50", door.base)).timeout(Duration::from_millis(50));
    assert!(going.send().await.is_err(), "it did not wait for the answer");
    // Both places are there again long before the wait would have ended.
    let found = async {
        loop {
            let one = connect(&door).await;
            let answers = tokio::join!(door.client.get(format!("{}{place}", door.base)).send());
            drop(one);
            if answers.0.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
        }
    };
    in_time(found).await;
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let world = World::deaf().await;
    let door = world.open().await;
    let mut slow = connect(&door).await;
    let head =
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.expect("sent");
    // From here on the clock runs ahead whenever nothing happens.
    tokio::time::pause();
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 408");
    tokio::time::resume();
    door.close().await;
}
