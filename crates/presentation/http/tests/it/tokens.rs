//! Who is let in by a token, where, and to what.

use std::sync::Arc;

use reqwest::{Method, RequestBuilder};
use serde_json::json;
use telegraphist_application::operation::Scope;
use telegraphist_application::ports::AuditLog as _;
use telegraphist_application::security::NotLetIn;
use telegraphist_application::{Caller, Grants};
use telegraphist_http::{Auth, Gateway, GatewayOptions, Listen, ListenError, NotAuthenticated};
use telegraphist_mcp::{Choice, EndpointOptions};

use crate::rpc::{Session, bearing, modern, told};
use crate::world::{Door, World, answer};

/// Tokens are names here: of the owner, of somebody who reads, and of somebody else who does.
fn bearer() -> Auth {
    Auth::Bearer(Arc::new(|token| {
        Box::pin(async move {
            let reads = Grants {
                scopes: [Scope::AccountRead, Scope::MessagesRead].into_iter().collect(),
                ..Grants::everything()
            };
            let caller = |grants| Caller { principal: format!("token:{token}"), grants };
            match token.as_str() {
                "tgp_owner" => Ok(Caller::owner()),
                "tgp_reader" | "tgp_other" => Ok(caller(reads)),
                "tgp_slow" => {
                    let quotas = ["calls=1/h".parse().expect("a quota")].into();
                    Ok(caller(Grants { quotas, ..Grants::everything() }))
                }
                "tgp_locked" => Err(NotAuthenticated::Unavailable),
                "tgp_expired" => Err(NotAuthenticated::Refused(NotLetIn::Expired)),
                _ => Err(NotAuthenticated::Refused(NotLetIn::UnknownKey)),
            }
        })
    }))
}

async fn open(world: &World) -> Door {
    let choice = Choice { toolsets: vec!["all".to_owned()], ..Choice::default() };
    let options = GatewayOptions { auth: bearer(), ..GatewayOptions::default() };
    world.open_with(options, EndpointOptions { choice, ..EndpointOptions::default() }).await
}

fn with(request: RequestBuilder, token: &str) -> RequestBuilder {
    request.header("authorization", format!("Bearer {token}"))
}

#[tokio::test]
async fn without_a_token_that_counts_nothing_is_answered() {
    let world = World::deaf().await;
    let door = open(&world).await;
    for path in ["/mcp", "/mcp/readonly", "/v1/approvals", "/v1/nothing"] {
        let refused = answer(door.request(Method::GET, path)).await.spoken(path);
        assert_eq!(refused.failure(401), "forbidden", "{path}");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"telegraphist\""), "{path}");
        for credentials in ["Bearer tgp_wrong", "Bearer", "Basic dGdwX293bmVyOg==", "tgp_owner"] {
            let refused =
                answer(door.request(Method::GET, path).header("authorization", credentials)).await.spoken(path);
            assert_eq!(refused.failure(401), "forbidden", "{path} {credentials}");
            let challenge = refused.header("www-authenticate").expect("a challenge");
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
            assert!(!format!("{:?}", refused.body).contains("tgp_"), "the token is told: {refused:?}");
        }
    }
    let twice = door.request(Method::GET, "/v1/approvals").header("authorization", "Bearer tgp_owner");
    assert_eq!(answer(twice.header("authorization", "Bearer tgp_reader")).await.failure(401), "forbidden");
    let locked = answer(with(door.request(Method::GET, "/v1/approvals"), "tgp_locked")).await;
    assert_eq!((locked.failure(503), locked.header("retry-after")), ("unavailable", Some("1")));
    assert_eq!(answer(with(door.request(Method::GET, "/v1/approvals"), "tgp_owner")).await.status, 200);
    door.close().await;
}

#[tokio::test]
async fn a_token_sees_and_calls_what_it_was_granted() {
    let world = World::deaf().await;
    let door = open(&world).await;
    let listed = told(with(modern(&door, "/mcp", "tools/list", json!({})), "tgp_reader")).await.tools();
    assert!(listed.contains(&"read_messages".to_owned()) && !listed.contains(&"send_message".to_owned()), "{listed:?}");
    let send = json!({ "name": "send_message", "arguments": { "chat": "me", "text": "hello" } });
    let refused = told(with(modern(&door, "/mcp", "tools/call", send.clone()), "tgp_reader")).await;
    assert_eq!(refused.error(), (403, -32600));
    let challenge = refused.header("www-authenticate").expect("a challenge");
    assert!(challenge.contains("error=\"insufficient_scope\", scope=\"messages:write\""), "{challenge}");
    assert_eq!(told(with(modern(&door, "/mcp", "tools/call", send), "tgp_owner")).await.status, 200);
    let event = with(door.request(Method::POST, "/v1/approvals"), "tgp_reader").json(&json!({ "title": "May I?" }));
    let refused = answer(event).await;
    assert_eq!(refused.failure(403), "forbidden");
    let challenge = refused.header("www-authenticate").expect("a challenge");
    assert!(challenge.contains("error=\"insufficient_scope\", scope=\"approvals:"), "{challenge}");
    door.close().await;
}

#[tokio::test]
async fn who_is_not_let_in_is_counted_and_ten_from_one_network_are_an_event() {
    let world = World::deaf().await;
    let door = open(&world).await;
    assert_eq!(answer(door.request(Method::GET, "/v1/approvals")).await.failure(401), "forbidden");
    for n in 0..9 {
        assert_eq!(world.number("security_events_total", "authentication_failure_burst"), 0, "after {n}");
        let wrong = with(door.request(Method::GET, "/v1/approvals"), &format!("tgp_wrong_{n}"));
        assert_eq!(answer(wrong).await.failure(401), "forbidden");
    }
    assert_eq!(world.number("authentication_failures_total", "no_key"), 1);
    assert_eq!(world.number("authentication_failures_total", "unknown_key"), 9);
    assert_eq!(world.number("security_events_total", "authentication_failure_burst"), 1);
    assert_eq!(answer(with(door.request(Method::GET, "/v1/approvals"), "tgp_expired")).await.failure(401), "forbidden");
    assert_eq!(world.number("authentication_failures_total", "expired"), 1, "why is the operator's to know");
    // Who is let in, and whose token cannot be checked, did nothing wrong.
    assert_eq!(answer(with(door.request(Method::GET, "/v1/approvals"), "tgp_owner")).await.status, 200);
    answer(with(door.request(Method::GET, "/v1/approvals"), "tgp_locked")).await.failure(503);
    assert_eq!(world.number("authentication_failures_total", "unknown_key"), 9);
    door.close().await;
}

#[tokio::test]
async fn a_scope_that_is_missing_leaves_a_row_and_an_event_wherever_it_is_noticed() {
    let world = World::deaf().await;
    let door = open(&world).await;
    let send = json!({ "name": "send_message", "arguments": { "chat": "me", "text": "hello" } });
    let call = with(modern(&door, "/mcp", "tools/call", send), "tgp_reader").header("x-request-id", "req-9");
    assert_eq!(told(call).await.error().0, 403);
    assert_eq!(world.number("security_events_total", "scope_denied"), 1);
    assert_eq!(answer(with(door.request(Method::GET, "/v1/health"), "tgp_reader")).await.failure(403), "forbidden");
    assert_eq!(world.number("security_events_total", "scope_denied"), 2);
    let rows = world.store.rows(1, 100).await.expect("memory");
    let denied: Vec<_> = rows.iter().filter(|row| row.entry.principal == "token:tgp_reader").collect();
    let entries: Vec<_> = denied.iter().map(|row| (row.entry.operation.as_str(), row.entry.outcome.as_str())).collect();
    assert_eq!(entries, [("send_message", "forbidden"), ("health", "forbidden")]);
    assert_eq!(denied[0].entry.correlation_id, "req-9", "one id from the edge to the row");
    door.close().await;
}

#[tokio::test]
async fn a_call_over_a_tokens_budget_is_counted() {
    let world = World::deaf().await;
    let door = open(&world).await;
    let ask = async || {
        let call = json!({ "name": "get_bridge_status", "arguments": {} });
        told(with(modern(&door, "/mcp", "tools/call", call), "tgp_slow")).await.result()["isError"] == true
    };
    assert!(!ask().await, "the first is within it");
    assert_eq!(world.number("rate_limit_violations_total", "principal"), 0);
    assert!(ask().await, "the second is not");
    assert_eq!(world.number("rate_limit_violations_total", "principal"), 1);
    door.close().await;
}

#[tokio::test]
async fn calls_over_http_are_counted_by_tool_and_names_that_clients_make_up_are_one() {
    let world = World::deaf().await;
    let door = open(&world).await;
    let call = json!({ "name": "get_bridge_status", "arguments": {} });
    assert_eq!(told(with(modern(&door, "/mcp", "tools/call", call), "tgp_owner")).await.status, 200);
    let nothing = json!({ "name": "a_name_of_theirs", "arguments": {} });
    told(with(modern(&door, "/mcp", "tools/call", nothing), "tgp_owner")).await;
    assert_eq!(world.number("mcp_tool_calls_total", "get_bridge_status"), 1);
    assert_eq!(world.number("mcp_tool_calls_total", "unknown"), 1);
    assert_eq!(world.number("mcp_tool_calls_total", "a_name_of_theirs"), 0);
    door.close().await;
}

#[tokio::test]
async fn a_session_of_another_token_does_not_exist() {
    let world = World::deaf().await;
    let choice = Choice { toolsets: vec!["all".to_owned()], ..Choice::default() };
    // The harness' sessions send no token of their own, so the client does.
    let options = GatewayOptions { auth: bearer(), ..GatewayOptions::default() };
    let mut door = world.open_with(options, EndpointOptions { choice, ..EndpointOptions::default() }).await;
    let bare = door.client.clone();
    door.client = bearing("tgp_reader");
    let session = Session::open(&door, "/mcp").await;
    for method in [Method::POST, Method::GET, Method::DELETE] {
        let request = bare.request(method.clone(), format!("{}/mcp", door.base));
        let request = request.header("accept", crate::rpc::ACCEPT).header("mcp-session-id", &session.id);
        let request = request.json(&crate::rpc::in_session(1, "tools/list", &json!({})));
        let status = with(request, "tgp_other").send().await.expect("an answer").status();
        assert_eq!(status, 404, "{method}");
    }
    assert!(!session.call(2, "tools/list", &json!({})).await.tools().is_empty());
    door.close().await;
}

#[tokio::test]
async fn tokens_do_not_travel_in_plain_text() {
    let everywhere = || Listen::Tcp(([0, 0, 0, 0], 0).into());
    let without = Gateway::bind(everywhere(), GatewayOptions::default()).await;
    assert!(without.err().expect("it is refused").to_string().contains("--auth bearer"));
    let plain = Gateway::bind(everywhere(), GatewayOptions { auth: bearer(), ..GatewayOptions::default() }).await;
    assert!(matches!(plain, Err(ListenError::NotEncrypted(_))));
    let proxied = GatewayOptions { auth: bearer(), trust_proxy: true, ..GatewayOptions::default() };
    assert!(Gateway::bind(everywhere(), proxied).await.is_ok());
}
