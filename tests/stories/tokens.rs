//! Who has a token is let in for what it was made for, and nobody else: the gateway of a demo, from outside.

use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{Gateway, code};

#[test]
fn a_token_does_what_it_was_made_for_until_it_is_taken_back() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let reader = gateway.token(&["ci", "--preset", "reader"]);
    let guess = reader.replace("tgp_", "tgp_A").split_at(51).0.to_owned();
    for token in [None, Some("x"), Some(&*guess)] {
        let refused = gateway.mcp(token, &[], "tools/list", json!({}))?;
        assert_eq!(refused.status, 401);
        assert!(refused.challenge.starts_with("Bearer realm="), "{}", refused.challenge);
    }

    let tools = gateway.tools(&reader, &[])?;
    assert!(tools.iter().any(|tool| tool == "read_messages"));
    assert!(!tools.iter().any(|tool| tool == "send_message"), "what it may not use is not listed");
    assert_eq!(gateway.tools(&reader, &["x-mcp-toolsets: all"])?, tools, "a header does not widen");
    let me = gateway.call(&reader, "get_me", &json!({}))?;
    assert_eq!((me.status, me.body["result"]["isError"].as_bool().unwrap_or_default()), (200, false));
    let refused = gateway.call(&reader, "send_message", &json!({ "chat": "me", "text": "no" }))?;
    assert_eq!(refused.status, 403);
    assert!(refused.challenge.contains("scope=\"messages:write\""), "{}", refused.challenge);
    let event = json!({ "type": "build_completed", "title": "Built" });
    assert_eq!(gateway.post("/v1/events", Some(&reader), &[], &event)?.status, 403);

    gateway.0.home().ok(&["--profile", "demo", "tokens", "revoke", "ci"], "");
    assert_eq!(gateway.mcp(Some(&reader), &[], "tools/list", json!({}))?.status, 401);
    let rows = gateway.0.home().ok(&["--profile", "demo", "audit", "export"], "");
    for row in ["create_token", "revoke_token", "\"outcome\":\"revoked\""] {
        assert!(rows.contains(row), "{row}");
    }
    Ok(())
}

#[test]
fn a_session_of_others_is_not_there() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let listed = gateway.0.home().ok(&["--profile", "demo", "sessions", "list", "--output", "json"], "");
    let sessions: Value = serde_json::from_str(&listed)?;
    let of = |kind: &str| -> anyhow::Result<String> {
        let sessions = sessions.as_array().context("a list of sessions")?;
        let session = sessions.iter().find(|session| session["kind"] == kind).context("a session of each kind")?;
        Ok(session["name"].as_str().context("a name")?.to_owned())
    };
    let (account, bot) = (of("user")?, of("bot")?);
    let token = gateway.token(&["ci", "--preset", "writer", "--session", &bot]);
    let seen = gateway.call(&token, "list_sessions", &json!({}))?;
    let items = seen.body["result"]["structuredContent"]["items"].as_array().context("items")?;
    assert_eq!(items.iter().map(|item| item["name"].as_str()).collect::<Vec<_>>(), [Some(&*bot)]);
    let closed = gateway.call(&token, "get_me", &json!({ "session": account }))?;
    let absent = gateway.call(&token, "get_me", &json!({ "session": "nobody" }))?;
    assert_eq!((code(&closed)?, code(&absent)?), ("unknown_session".to_owned(), "unknown_session".to_owned()));
    Ok(())
}

#[test]
fn a_quota_ends_what_a_token_may_do_for_a_while() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let token = gateway.token(&["ci", "--preset", "notifier", "--quota", "send_telegram_message=2/h"]);
    let told = json!({ "message": "Done." });
    for _ in 0..2 {
        let accepted = gateway.call(&token, "send_telegram_message", &told)?;
        assert_eq!(accepted.body["result"]["structuredContent"]["is_new"], true);
    }
    let refused = gateway.call(&token, "send_telegram_message", &told)?;
    assert_eq!(code(&refused)?, "rate_limited");
    assert_eq!(gateway.call(&token, "get_bridge_status", &json!({}))?.body["result"]["isError"], false);
    Ok(())
}

#[test]
fn the_secret_of_a_token_is_nowhere() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let token = gateway.token(&["ci", "--preset", "admin"]);
    assert_eq!(gateway.call(&token, "get_me", &json!({}))?.status, 200);
    let secret = token.strip_prefix("tgp_").context("a token")?.get(..43).context("a token")?;
    let grep = Command::new("grep")
        .args(["--recursive", "--text", "--files-with-matches", "--fixed-strings", secret])
        .arg(gateway.0.home().path())
        .output()?;
    assert_eq!(String::from_utf8_lossy(&grep.stdout), "");
    assert_eq!(grep.status.code(), Some(1), "{}", String::from_utf8_lossy(&grep.stderr));
    Ok(())
}
