//! Somebody without a token, with one that ended, or with one that is for less than they want.

use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{Answer, Gateway, code, until};

/// What a failure says to a model, without the id that finds it in logs.
fn told(answer: &Answer) -> anyhow::Result<Value> {
    let text = answer.body["result"]["content"][0]["text"].as_str().with_context(|| format!("a text: {answer:?}"))?;
    let mut failure: Value = serde_json::from_str(text)?;
    failure["correlation_id"] = Value::Null;
    Ok(failure)
}

/// The name of the session of that kind.
fn session(gateway: &Gateway, kind: &str) -> anyhow::Result<String> {
    let listed = gateway.0.home().ok(&["--profile", "demo", "sessions", "list", "--output", "json"], "");
    let sessions: Value = serde_json::from_str(&listed)?;
    let mut sessions = sessions.as_array().context("a list")?.iter();
    let found = sessions.find(|session| session["kind"] == kind).context("a session of each kind")?;
    Ok(found["name"].as_str().context("a name")?.to_owned())
}

#[test]
fn a_token_that_is_absent_wrong_expired_or_revoked_lets_nobody_in_and_is_told_alike() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let expiring = gateway.token(&["short", "--preset", "reader", "--expires", "1s"]);
    let revoked = gateway.token(&["gone", "--preset", "reader"]);
    gateway.0.home().ok(&["--profile", "demo", "tokens", "revoke", "gone"], "");
    let try_it = |token: Option<&str>| gateway.mcp(token, &[], "tools/list", json!({}));
    until(|| try_it(Some(&expiring)).is_ok_and(|answer| answer.status == 401));
    let mut bent = revoked.clone();
    bent.replace_range(10..11, if &revoked[10..11] == "A" { "B" } else { "A" });
    let mut answers = Vec::new();
    for token in [&*expiring, &revoked, &bent, "tgp_", "x", &"x".repeat(12_000)] {
        let mut refused = try_it(Some(token))?;
        assert_eq!(refused.status, 401, "{token}");
        refused.body["error"]["data"]["correlation_id"] = Value::Null;
        answers.push((refused.challenge, refused.body));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "they are told apart: {answers:?}");
    assert_eq!(try_it(None)?.status, 401);
    Ok(())
}

#[test]
fn a_token_counts_in_the_one_place_where_it_belongs() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let token = gateway.token(&["ci", "--preset", "admin"]);
    let base = gateway.0.base();
    let tries: [(&[&str], &str); 8] = [
        (&[], "/v1/approvals?access_token={}"),
        (&[], "/v1/approvals?token={}"),
        (&["--cookie", "access_token={}"], "/v1/approvals"),
        (&["--header", "x-api-key: {}"], "/v1/approvals"),
        (&["--header", "proxy-authorization: Bearer {}"], "/v1/approvals"),
        (&["--user", "token:{}"], "/v1/approvals"),
        (&["--header", "authorization: {}"], "/v1/approvals"),
        (&["--header", "authorization: Bearer x", "--header", "authorization: Bearer {}"], "/v1/approvals"),
    ];
    let status = |arguments: &[String], path: &str| -> anyhow::Result<String> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--output", "/dev/null", "--write-out", "%{http_code}"]).args(arguments);
        Ok(String::from_utf8(curl.arg(format!("{base}{path}")).output()?.stdout)?)
    };
    for (arguments, path) in tries {
        let filled: Vec<_> = arguments.iter().map(|part| part.replace("{}", &token)).collect();
        assert_eq!(status(&filled, &path.replace("{}", &token))?, "401", "{arguments:?} {path}");
    }
    let right = ["--header".to_owned(), format!("authorization: Bearer {token}")];
    assert_eq!(status(&right, "/v1/approvals")?, "200");
    Ok(())
}

#[test]
fn neither_path_nor_header_nor_argument_widens_a_token() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let reader = gateway.token(&["reader", "--preset", "reader"]);
    let tools = gateway.tools(&reader, &[])?;
    for headers in [
        &["x-mcp-toolsets: all"][..],
        &["x-mcp-readonly: false"],
        &["x-mcp-tools: send_message,delete_messages"],
        &["x-mcp-exclude-tools: "],
        &["x-forwarded-user: owner", "x-remote-user: owner", "remote-user: owner"],
        &["x-telegraphist-scopes: admin", "x-principal: owner", "x-original-url: /health"],
        &["x-http-method-override: DELETE"],
    ] {
        let seen = gateway.tools(&reader, headers).unwrap_or_default();
        assert!(seen.iter().all(|tool| tools.contains(tool)), "{headers:?}: {seen:?}");
        let send = json!({ "name": "send_message", "arguments": { "chat": "me", "text": "no" } });
        let refused = gateway.mcp(Some(&reader), headers, "tools/call", send)?;
        assert!([400, 403].contains(&refused.status), "{headers:?}: {refused:?}");
    }
    let claims = json!({ "chat": "me", "text": "no", "principal": "owner", "scopes": ["admin"], "grants": "all" });
    let refused = gateway.call(&reader, "send_message", &claims)?;
    assert_eq!(refused.status, 403, "{refused:?}");
    let rows = gateway.0.home().ok(&["--profile", "demo", "audit", "export"], "");
    assert!(!rows.lines().any(|row| row.contains("send_message") && row.contains("\"outcome\":\"ok\"")), "{rows}");
    Ok(())
}

#[test]
fn a_cursor_is_good_for_the_list_and_the_session_that_it_was_made_for() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let (account, bot) = (session(&gateway, "user")?, session(&gateway, "bot")?);
    let reader = gateway.token(&["reader", "--preset", "reader"]);
    let other = gateway.token(&["other", "--preset", "reader", "--session", &bot]);
    let list = |token: &str, arguments: Value| gateway.call(token, "search_messages", &arguments);
    let first = list(&reader, json!({ "session": account, "query": "invoice", "limit": 2 }))?;
    let cursor = first.body["result"]["structuredContent"]["next_cursor"].as_str().context("there are more")?;
    let with = |cursor: &str| json!({ "session": account, "query": "invoice", "limit": 2, "cursor": cursor });
    assert_eq!(list(&reader, with(cursor))?.body["result"]["isError"], false);

    let mut forged = cursor.to_owned();
    forged.replace_range(8..9, if &cursor[8..9] == "A" { "B" } else { "A" });
    let query = json!({ "session": account, "query": "meeting", "limit": 2, "cursor": cursor });
    for arguments in [with(&forged), with("AAAA"), with(&cursor[..cursor.len() - 2]), query] {
        assert_eq!(code(&list(&reader, arguments.clone())?)?, "invalid_cursor", "{arguments}");
    }
    let elsewhere = gateway.call(&reader, "list_chats", &json!({ "session": account, "cursor": cursor }))?;
    assert_eq!(code(&elsewhere)?, "invalid_cursor", "another list");
    // Who may not use the session learns nothing by a cursor of somebody who may.
    assert_eq!(code(&list(&other, with(cursor))?)?, "unknown_session");
    assert_eq!(told(&list(&other, with(cursor))?)?, told(&list(&other, with(&forged))?)?);
    Ok(())
}

#[test]
fn what_one_person_confirmed_is_not_done_for_another() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let tokens = ["one", "two"].map(|name| gateway.token(&[name, "--preset", "admin"]));
    let sent = gateway.call(&tokens[0], "send_message", &json!({ "chat": "me", "text": "stays" }))?;
    let id = sent.body["result"]["structuredContent"]["items"][0]["message_id"].clone();
    let call = |token: &str, id: &Value, state: &Value, answer: Option<&str>| {
        let mut params = json!({
            "name": "delete_messages", "arguments": { "chat": "me", "message_ids": [id] },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "form": {} } },
            },
        });
        if let Some(action) = answer {
            let accepted = json!({ "action": action, "content": { "confirm": true } });
            params["inputResponses"] = json!({ "confirm": accepted });
            params["requestState"] = state.clone();
        }
        gateway.mcp(Some(token), &[], "tools/call", params)
    };
    let asked = call(&tokens[0], &id, &Value::Null, None)?;
    assert_eq!(asked.body["result"]["resultType"], "input_required", "{asked:?}");
    let state = &asked.body["result"]["requestState"];
    let mut forged = state.as_str().context("a state")?.to_owned();
    forged.replace_range(9..10, if &forged[9..10] == "A" { "B" } else { "A" });
    let other_id = json!(id.as_i64().unwrap_or_default() + 1);
    for (what, token, id, state) in [
        ("somebody else", &tokens[1], &id, state),
        ("another message", &tokens[0], &other_id, state),
        ("a forged state", &tokens[0], &id, &forged.into()),
        ("no state", &tokens[0], &id, &Value::Null),
    ] {
        let again = call(token, id, state, Some("accept"))?;
        let is_done = again.body["result"]["structuredContent"].is_object();
        assert!(!is_done, "{what}: {again:?}");
    }
    let there = gateway.call(&tokens[0], "read_messages", &json!({ "chat": "me", "limit": 5 }))?;
    assert!(there.body.to_string().contains("stays"), "{there:?}");
    let done = call(&tokens[0], &id, state, Some("accept"))?;
    assert_eq!(done.body["result"]["isError"], false, "{done:?}");
    Ok(())
}

#[test]
fn nobody_learns_by_failures_what_there_is_that_is_not_theirs() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let (account, bot) = (session(&gateway, "user")?, session(&gateway, "bot")?);
    let owner = gateway.token(&["owner", "--preset", "admin"]);
    let other = gateway.token(&["other", "--preset", "writer", "--scopes", "approvals:read", "--session", &bot]);
    let chats = gateway.call(&owner, "list_chats", &json!({ "session": account, "limit": 3 }))?;
    let there = chats.body["result"]["structuredContent"]["items"][0]["id"].clone();
    let nowhere = json!("-1009999999999");
    // A session of others, with a chat that is there and one that is not; and a session that nobody has.
    for (tool, more) in
        [("get_chat", json!({})), ("read_messages", json!({})), ("send_message", json!({ "text": "x" }))]
    {
        let fails = |session: &str, chat: &Value| -> anyhow::Result<Value> {
            let mut arguments = more.clone();
            arguments["session"] = session.into();
            arguments["chat"] = chat.clone();
            let mut failure = told(&gateway.call(&other, tool, &arguments)?)?;
            let shown = failure["message"].as_str().unwrap_or_default().replace(session, "NAME");
            failure["message"] = shown.into();
            failure["details"]["idempotency_key"] = Value::Null;
            Ok(failure)
        };
        assert_eq!(fails(&account, &there)?, fails(&account, &nowhere)?, "{tool}: chats are told apart");
        assert_eq!(fails(&account, &there)?, fails("nobody", &there)?, "{tool}: sessions are told apart");
    }
    // A question of somebody else, and one that nobody asked.
    let asked = gateway.call(&owner, "request_approval", &json!({ "title": "Mine?" }))?;
    let mine = asked.body["result"]["structuredContent"]["approval_id"].as_str().context("a question")?.to_owned();
    let fails = |id: &str| -> anyhow::Result<Value> {
        let mut failure = told(&gateway.call(&other, "get_approval", &json!({ "approval_id": id }))?)?;
        let shown = failure.to_string().replace(id, "ID");
        failure = serde_json::from_str(&shown)?;
        Ok(failure)
    };
    assert_eq!(fails(&mine)?, fails("01900000-0000-7000-8000-000000000000")?, "questions are told apart");
    Ok(())
}
