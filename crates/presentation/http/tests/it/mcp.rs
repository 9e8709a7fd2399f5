//! MCP over HTTP, in both eras: what is seen, what is refused, and how.

use reqwest::Method;
use serde_json::{Value, json};
use telegraphist_http::GatewayOptions;
use telegraphist_mcp::{Choice, EndpointOptions};

use crate::rpc::{ACCEPT, Events, MODERN, Session, in_session, message, modern, told};
use crate::world::{Door, World, in_time};

/// A door at which everything is on offer.
async fn open(world: &World) -> Door {
    open_with(world, "all").await
}

async fn open_with(world: &World, toolsets: &str) -> Door {
    let choice = Choice { toolsets: vec![toolsets.to_owned()], ..Choice::default() };
    world.open_with(GatewayOptions::default(), EndpointOptions { choice, ..EndpointOptions::default() }).await
}

#[tokio::test]
async fn both_eras_list_and_call_at_one_address() {
    let world = World::deaf().await;
    let door = open(&world).await;
    let discovered = told(modern(&door, "/mcp", "server/discover", json!({}))).await;
    assert!(discovered.result()["supportedVersions"].as_array().expect("versions").len() >= 2, "{discovered:?}");
    let listed = told(modern(&door, "/mcp", "tools/list", json!({}))).await;
    assert_eq!(listed.header("content-type"), Some("application/json"));
    assert_eq!(listed.result()["cacheScope"], "private");
    let call = json!({ "name": "list_sessions", "arguments": {} });
    let called = told(modern(&door, "/mcp", "tools/call", call.clone())).await;
    assert_eq!(called.result()["structuredContent"]["items"][0]["name"], "bot", "{called:?}");

    let session = Session::open(&door, "/mcp").await;
    let in_era = session.call(1, "tools/list", &json!({})).await;
    assert_eq!(in_era.tools(), listed.tools());
    let called = session.call(2, "tools/call", &call).await;
    assert_eq!(called.result()["structuredContent"]["items"][0]["name"], "bot", "{called:?}");
    door.close().await;
}

#[tokio::test]
async fn path_and_headers_take_away_and_never_add() {
    let world = World::deaf().await;
    let door = open_with(&world, "account,messages").await;
    let listed = async |path: &str, headers: &[(&str, &str)]| {
        let mut request = modern(&door, path, "tools/list", json!({}));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        told(request).await.tools()
    };
    let all = listed("/mcp", &[]).await;
    assert!(all.contains(&"send_message".to_owned()) && !all.contains(&"list_chats".to_owned()));
    let account = listed("/mcp/x/account", &[]).await;
    assert_eq!(account, ["get_me", "list_sessions"]);
    assert_eq!(listed("/mcp", &[("x-mcp-toolsets", "account")]).await, account);
    let reads = listed("/mcp/readonly", &[]).await;
    assert!(reads.contains(&"read_messages".to_owned()) && !reads.contains(&"send_message".to_owned()));
    assert_eq!(listed("/mcp", &[("x-mcp-readonly", "true")]).await, reads);
    assert_eq!(
        listed("/mcp/x/messages/readonly", &[("x-mcp-tools", "read_messages,send_message")]).await,
        ["read_messages"]
    );
    assert_eq!(listed("/mcp/x/account", &[("x-mcp-exclude-tools", "get_me")]).await, ["list_sessions"]);
    // Whatever is asked for, nothing comes that was not on offer.
    let widening: [(&str, &[(&str, &str)]); 4] = [
        ("/mcp/x/all", &[]),
        ("/mcp", &[("x-mcp-toolsets", "all")]),
        ("/mcp/x/all", &[("x-mcp-toolsets", "contacts,account,messages"), ("x-mcp-readonly", "false")]),
        ("/mcp/readonly", &[("x-mcp-tools", "send_message,list_chats"), ("x-mcp-readonly", "false")]),
    ];
    for (path, headers) in widening {
        let seen = listed(path, headers).await;
        assert!(seen.iter().all(|tool| all.contains(tool)), "{path} {headers:?}: {seen:?}");
    }
    // What is not seen is not called either.
    let hidden = json!({ "name": "send_message", "arguments": { "chat": "me", "text": "no" } });
    assert_eq!(told(modern(&door, "/mcp/readonly", "tools/call", hidden)).await.error(), (200, -32602));
    // A name that nobody knows is a slip, and said to be one.
    for (path, header) in
        [("/mcp/x/acount", ("x-a", "b")), ("/mcp", ("x-mcp-tools", "get_mee")), ("/mcp", ("x-mcp-readonly", "ture"))]
    {
        let slip = told(modern(&door, path, "tools/list", json!({})).header(header.0, header.1)).await;
        assert_eq!(slip.error(), (400, -32600), "{path} {header:?}");
    }
    let slip = told(modern(&door, "/mcp/x/acount", "tools/list", json!({}))).await;
    assert!(slip.last()["error"]["message"].as_str().expect("words").contains("did you mean `account`"), "{slip:?}");
    assert_eq!(told(modern(&door, "/mcp/everything", "tools/list", json!({}))).await.status, 404);
    door.close().await;
}

#[tokio::test]
async fn what_is_no_message_is_answered_as_the_protocol_says() {
    let world = World::deaf().await;
    let door = open(&world).await;
    let post = |body: String| {
        let request = door.request(Method::POST, "/mcp").header("accept", ACCEPT);
        told(request.header("content-type", "application/json").body(body))
    };
    for body in ["", "{", "not json", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\""] {
        let answer = post(body.to_owned()).await;
        assert_eq!(answer.error(), (400, -32700), "{body}");
        assert!(answer.last().as_object().expect("an object").contains_key("id") && answer.last()["id"].is_null());
    }
    let deep = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{}{}}}",
        "[".repeat(9_999),
        "]".repeat(9_999)
    );
    for body in [
        "[]",
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]",
        "5",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
        &deep,
    ] {
        assert_eq!(post(body.to_owned()).await.error(), (400, -32600), "{}", &body[..body.len().min(60)]);
    }
    for params in [json!({}), json!({ "name": 5 }), json!({ "name": "get_me", "arguments": [1] })] {
        assert_eq!(post(in_session(3, "tools/call", &params).to_string()).await.error(), (400, -32602), "{params}");
    }
    // A half surrogate pair is told to the model, not to the transport.
    let text = message("tools/call", json!({ "name": "send_message", "arguments": { "chat": "me", "text": "?" } }));
    let request = modern(&door, "/mcp", "tools/call", json!({ "name": "send_message" }));
    let broken = told(request.body(text.to_string().replace('?', "\\ud800"))).await;
    let failure: Value =
        serde_json::from_str(broken.result()["content"][0]["text"].as_str().expect("a text")).expect("JSON");
    assert_eq!(failure["code"], "invalid_argument", "{broken:?}");
    door.close().await;
}

#[tokio::test]
async fn headers_that_contradict_the_body_are_refused() {
    let world = World::deaf().await;
    let door = open(&world).await;
    let send = |version: &'static str, method: Option<&'static str>, name: Option<&'static str>| {
        let call = message("tools/call", json!({ "name": "list_sessions", "arguments": {} }));
        let mut request =
            door.request(Method::POST, "/mcp").header("accept", ACCEPT).header("mcp-protocol-version", version);
        if let Some(method) = method {
            request = request.header("mcp-method", method);
        }
        if let Some(name) = name {
            request = request.header("mcp-name", name);
        }
        told(request.json(&call))
    };
    assert!(send(MODERN, Some("tools/call"), Some("list_sessions")).await.result().is_object());
    for (version, method, name) in [
        (MODERN, None, Some("list_sessions")),
        (MODERN, Some("tools/list"), Some("list_sessions")),
        (MODERN, Some("tools/call"), Some("get_me")),
        (MODERN, Some("tools/call"), None),
        ("2025-11-25", Some("tools/call"), Some("list_sessions")),
    ] {
        assert_eq!(send(version, method, name).await.error(), (400, -32020), "{version} {method:?} {name:?}");
    }
    door.close().await;
}

#[tokio::test]
async fn a_session_is_there_for_whoever_opened_it_as_it_was_opened() {
    let world = World::deaf().await;
    let door = open(&world).await;
    let session = Session::open(&door, "/mcp").await;
    let elsewhere = |method: Method, path: &str| {
        let request = door.request(method, path).header("accept", ACCEPT);
        request.header("mcp-session-id", &session.id).header("mcp-protocol-version", "2025-11-25")
    };
    let list = in_session(7, "tools/list", &json!({}));
    for path in ["/mcp/readonly", "/mcp/x/account"] {
        for request in
            [elsewhere(Method::POST, path).json(&list), elsewhere(Method::GET, path), elsewhere(Method::DELETE, path)]
        {
            let status = request.send().await.expect("an answer").status();
            assert_eq!(status, 404, "{path}");
        }
    }
    let narrowed = elsewhere(Method::POST, "/mcp").header("x-mcp-readonly", "true").json(&list);
    assert_eq!(narrowed.send().await.expect("an answer").status(), 404, "it would be wider than what is asked for");
    assert!(!session.call(8, "tools/list", &json!({})).await.tools().is_empty(), "it is still there");
    let again = in_session(
        9,
        "initialize",
        &json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } }),
    );
    assert_eq!(told(session.post(&again)).await.error(), (400, -32600));
    assert!(elsewhere(Method::DELETE, "/mcp").send().await.expect("an answer").status().is_success());
    assert_eq!(session.post(&list).send().await.expect("an answer").status(), 404, "it was closed");
    door.close().await;
}

#[tokio::test]
async fn who_listens_hears_what_changes_in_both_eras() {
    let world = World::new().await;
    let door = open(&world).await;
    let asked = told(modern(
        &door,
        "/mcp",
        "tools/call",
        json!({ "name": "request_approval", "arguments": { "title": "Ship it?" } }),
    ))
    .await;
    let uri = format!("tg://approval/{}", asked.result()["structuredContent"]["approval_id"].as_str().expect("an id"));
    let mut modern_ear = Events::open(modern(
        &door,
        "/mcp",
        "subscriptions/listen",
        json!({ "notifications": { "resourceSubscriptions": [uri] } }),
    ))
    .await;
    let acknowledged = modern_ear.next().await.expect("it is acknowledged");
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
    let session = Session::open(&door, "/mcp").await;
    let mut ear = Events::open(session.request(Method::GET)).await;
    assert!(session.call(1, "resources/subscribe", &json!({ "uri": uri })).await.result().is_object());
    world.press("Ship it?", "Approve").await;
    for ear in [&mut modern_ear, &mut ear] {
        let told = ear.next().await.expect("it changed");
        assert_eq!(
            (told["method"].as_str(), told["params"]["uri"].as_str()),
            (Some("notifications/resources/updated"), Some(uri.as_str()))
        );
    }
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn an_id_that_is_under_way_in_a_session_is_not_used_again() {
    let world = World::new().await;
    let door = open(&world).await;
    let session = Session::open(&door, "/mcp").await;
    let ask = json!({ "name": "request_approval", "arguments": { "title": "Twice?" } });
    let asked = session.call(1, "tools/call", &ask).await;
    let id = asked.result()["structuredContent"]["approval_id"].clone();
    let wait = json!({ "name": "wait_for_approval", "arguments": { "approval_id": id, "timeout_seconds": 50 },
        "_meta": { "progressToken": "p" } });
    let mut waiting = Events::open(session.post(&in_session(5, "tools/call", &wait))).await;
    assert_eq!(waiting.next().await.expect("it waits")["method"], "notifications/progress");
    assert_eq!(session.call(5, "ping", &json!({})).await.error(), (400, -32600));
    world.press("Twice?", "Deny").await;
    assert_eq!(waiting.next().await.expect("it is decided")["id"], 5);
    assert_eq!(waiting.next().await, None);
    assert!(session.call(5, "ping", &json!({})).await.result().is_object(), "it is answered, so it may be used");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn an_id_whose_stream_was_closed_is_under_way_until_its_call_is_answered() {
    let world = World::new().await;
    let door = open(&world).await;
    let session = Session::open(&door, "/mcp").await;
    let asked = json!({ "name": "request_approval", "arguments": { "title": "Who listens?" } });
    let asked = session.call(1, "tools/call", &asked).await;
    let id = asked.result()["structuredContent"]["approval_id"].clone();
    let wait = json!({ "name": "wait_for_approval", "arguments": { "approval_id": id, "timeout_seconds": 50 },
        "_meta": { "progressToken": "p" } });
    let mut waiting = Events::open(session.post(&in_session(5, "tools/call", &wait))).await;
    assert_eq!(waiting.next().await.expect("it waits")["method"], "notifications/progress");
    drop(waiting);
    // The server notices at some time that the stream is closed; the call goes on all the same.
    for n in 0..20 {
        assert_eq!(session.call(5, "ping", &json!({})).await.error(), (400, -32600), "after {n}");
    }
    world.press("Who listens?", "Approve").await;
    in_time(async { while session.call(5, "ping", &json!({})).await.status != 200 {} }).await;
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_question_stays_when_the_connection_it_came_on_is_closed() {
    let world = World::new().await;
    let door = open(&world).await;
    let ask = json!({ "name": "request_approval", "arguments": { "title": "Still there?" } });
    let session = Session::open(&door, "/mcp").await;
    let asked = session.call(1, "tools/call", &ask).await;
    let id = asked.result()["structuredContent"]["approval_id"].clone();
    session.request(Method::DELETE).send().await.expect("closed");
    // The same agent, which is whoever calls in the same name, on another connection and in the other era.
    let look = json!({ "name": "get_approval", "arguments": { "approval_id": id } });
    let seen = told(modern(&door, "/mcp", "tools/call", look.clone())).await;
    assert_eq!(seen.result()["structuredContent"]["state"], "pending", "{seen:?}");
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_mins(5)).await;
    tokio::time::resume();
    let seen = told(modern(&door, "/mcp", "tools/call", look)).await;
    assert_eq!(seen.result()["structuredContent"]["state"], "pending", "{seen:?}");
    door.close().await;
    world.end().await;
}

#[tokio::test]
async fn a_page_that_the_operator_listed_may_ask_and_read() {
    let world = World::deaf().await;
    let page = "https://app.example.org";
    let options = GatewayOptions { allowed_origins: vec![page.to_owned()], ..GatewayOptions::default() };
    let door = world.open_with(options, EndpointOptions::default()).await;
    let may =
        door.request(Method::OPTIONS, "/mcp").header("origin", page).header("access-control-request-method", "POST");
    let may = may.send().await.expect("an answer");
    assert_eq!((may.status().as_u16(), may.headers()["access-control-allow-origin"].to_str().ok()), (204, Some(page)));
    assert!(may.headers()["access-control-allow-headers"].to_str().expect("text").contains("mcp-protocol-version"));
    let listed = told(
        modern(&door, "/mcp", "tools/list", json!({})).header("origin", page).header("sec-fetch-site", "cross-site"),
    )
    .await;
    assert!(!listed.tools().is_empty());
    assert_eq!(listed.header("access-control-allow-origin"), Some(page));
    let other = modern(&door, "/mcp", "tools/list", json!({}))
        .header("origin", "https://evil.example")
        .send()
        .await
        .expect("an answer");
    assert!(other.status() == 403 && other.headers().get("access-control-allow-origin").is_none());
    door.close().await;
}
