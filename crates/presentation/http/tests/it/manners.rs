//! Requests that are not as they should be, and who may come in.

use std::os::unix::fs::PermissionsExt as _;

use reqwest::Method;
use serde_json::json;
use telegraphist_http::{Gateway, GatewayOptions, Listen, ListenError};
use telegraphist_mcp::EndpointOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::world::{Door, World, answer, in_time};

#[tokio::test]
async fn every_answer_that_is_no_success_has_the_one_shape() {
    let world = World::deaf().await;
    let door = world.open().await;
    let post = |path: &str| door.request(Method::POST, path);
    assert_eq!(door.get("/").await.failure(404), "invalid_argument");
    assert_eq!(door.get("/v1/nothing").await.failure(404), "invalid_argument");
    let wrong = door.get("/v1/events").await;
    assert_eq!(wrong.failure(405), "invalid_argument");
    assert_eq!(wrong.header("allow"), Some("POST"));
    let wrong = answer(door.request(Method::PUT, "/v1/approvals")).await;
    assert_eq!(wrong.failure(405), "invalid_argument");
    assert!(wrong.header("allow").is_some_and(|allow| allow.contains("POST") && allow.contains("GET")), "{wrong:?}");
    let wrong = door.get("/telegram/webhook/0190f3c4-0000-7000-8000-000000000001").await;
    assert_eq!((wrong.failure(405), wrong.header("allow")), ("invalid_argument", Some("POST")));
    let json = |request: reqwest::RequestBuilder| request.header("content-type", "application/json");
    assert_eq!(answer(json(post("/v1/events")).body("{\"title\": SECRET")).await.failure(400), "invalid_argument");
    assert_eq!(answer(json(post("/v1/events")).body("")).await.failure(400), "invalid_argument");
    assert_eq!(answer(json(post("/v1/events")).body(vec![b'"', 0xff, b'"'])).await.failure(400), "invalid_argument");
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let request = post("/v1/approvals").header("content-type", kind).body("{}");
        assert_eq!(answer(request).await.failure(415), "invalid_argument", "{kind}");
    }
    let charset = post("/v1/events").header("content-type", "application/json; charset=utf-8").body("[]");
    assert_eq!(answer(charset).await.failure(400), "invalid_argument");
    let large = json!({ "type": "info_notification", "title": "x", "description": "x".repeat(1024 * 1024) });
    assert_eq!(door.post("/v1/events", &large).await.failure(413), "invalid_argument");
    door.close().await;
}

#[tokio::test]
async fn a_body_that_grows_too_large_on_the_way_is_refused() {
    let world = World::deaf().await;
    let door = world.open().await;
    let address = door.base.strip_prefix("http://").expect("an address");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let chunk = "x".repeat(64 * 1024);
    for _ in 0..17 {
        stream.write_all(format!("{:x}\r\n{chunk}\r\n", chunk.len()).as_bytes()).await.expect("sent");
    }
    let mut answer = [0; 12];
    in_time(stream.read_exact(&mut answer)).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 413");
    door.close().await;
}

#[tokio::test]
async fn a_page_under_a_foreign_name_and_a_proxy_are_kept_out() {
    let world = World::deaf().await;
    let door = world.open().await;
    let headers = [
        ("host", "evil.example"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("x-forwarded-for", "203.0.113.7"),
    ];
    for (name, value) in headers {
        for path in ["/v1/approvals", "/v1/nothing"] {
            let refused = answer(door.request(Method::GET, path).header(name, value)).await;
            assert_eq!(refused.failure(403), "forbidden", "{name}: {value}");
        }
    }
    let own = door.request(Method::GET, "/v1/approvals").header("origin", door.base.clone());
    assert_eq!(answer(own).await.status, 200);
    door.close().await;
}

#[tokio::test]
async fn a_socket_is_its_users_alone_and_gone_at_the_end() {
    let world = World::deaf().await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("gateway.sock");
    let at = Listen::Unix(path.clone());
    let gateway = Gateway::bind(at.clone(), GatewayOptions::default()).await.expect("nobody is there");
    assert!(matches!(Gateway::bind(at.clone(), GatewayOptions::default()).await, Err(ListenError::Taken(_))));
    let door = Door::open(&world, gateway, EndpointOptions::default());
    let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(door.get("/v1/approvals").await.status, 200);
    door.close().await;
    assert!(!path.exists(), "it is still there");
    // What a crash left is taken over; what is no socket is not.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("free"));
    drop(Gateway::bind(at.clone(), GatewayOptions::default()).await.expect("nobody listens there any more"));
    std::fs::write(&path, "precious").expect("written");
    assert!(matches!(Gateway::bind(at, GatewayOptions::default()).await, Err(ListenError::Io { .. })));
    assert_eq!(std::fs::read_to_string(&path).expect("it is still there"), "precious");
}

#[tokio::test]
async fn nothing_but_loopback_is_listened_at_without_tokens() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let at = Listen::Tcp(address.parse().expect("an address"));
        assert!(
            matches!(Gateway::bind(at, GatewayOptions::default()).await, Err(ListenError::NotLoopback(_))),
            "{address}"
        );
    }
}
