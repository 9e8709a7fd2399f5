//! Telegram, the network, the disk and processes fail; every failure is one clear error, nothing is lost, nothing is sent
//! twice.

use std::time::Duration;

use serde_json::{Value, json};
use telegraphist_tests::{Era, Home, PATIENCE, Sandbox, Stdio, until};

struct Stage {
    sandbox: Sandbox,
    home: Home,
    client: Stdio,
}

async fn stage() -> anyhow::Result<Stage> {
    let sandbox = Sandbox::start()?;
    let home = Home::new();
    home.import("telethon", &sandbox.session_string(sandbox.account, "telethon"));
    let mut client = Stdio::start(&home, &[], Era::Stateless).await?;
    client.tool("get_me", json!({})).await?;
    Ok(Stage { sandbox, home, client })
}

/// How many messages of that text are in "Saved Messages".
fn copies(sandbox: &Sandbox, text: &str) -> usize {
    let mailbox = sandbox.mailbox(sandbox.account, "me", 100);
    mailbox.iter().filter(|message| message["text"] == text).count()
}

#[tokio::test]
async fn a_short_wait_is_waited_out_and_a_long_one_reported_and_remembered() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    stage.sandbox.fault("users.getUsers", 420, "FLOOD_WAIT_2", 1);
    stage.client.tool("get_me", json!({})).await?;

    stage.sandbox.fault("users.getUsers", 420, "FLOOD_WAIT_90", 1);
    let failure = stage.client.failure("get_me", json!({})).await?;
    assert_eq!(failure["code"], "rate_limited", "{failure}");
    let wait = failure["retry_after_ms"].as_u64().expect("a wait is told");
    assert!((80_000..=90_000).contains(&wait), "{failure}");

    // The wait is remembered: Telegram is not asked again, not even after a restart.
    let asked = stage.sandbox.calls("users.getUsers");
    assert_eq!(stage.client.failure("get_me", json!({})).await?["code"], "rate_limited");
    stage.home.ok(&["daemon", "stop"], "");
    let mut client = Stdio::start(&stage.home, &[], Era::Initialize).await?;
    assert_eq!(client.failure("get_me", json!({})).await?["code"], "rate_limited");
    assert_eq!(stage.sandbox.calls("users.getUsers"), asked);
    Ok(())
}

#[tokio::test]
async fn refusals_of_telegram_have_codes_of_their_own() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    for (telegram, code, text, expected) in [
        ("messages.sendMessage", 403, "CHAT_WRITE_FORBIDDEN", "forbidden"),
        ("messages.sendMessage", 400, "SOMETHING_NEW_INVALID", "telegram_refused"),
        // Telegram broke while it worked on it: whether the message is out is not known.
        ("messages.sendMessage", 500, "INTERNAL", "outcome_unknown"),
    ] {
        stage.sandbox.fault(telegram, code, text, 1);
        let failure = stage.client.failure("send_message", json!({ "chat": "me", "text": text })).await?;
        assert_eq!(failure["code"], expected, "{failure}");
        assert_eq!(copies(&stage.sandbox, text), 0);
    }
    stage.sandbox.fault("messages.getDialogs", 500, "INTERNAL", 1);
    assert_eq!(stage.client.failure("list_chats", json!({})).await?["code"], "unavailable");

    stage.sandbox.fault("messages.getDialogs", 401, "AUTH_KEY_UNREGISTERED", 1);
    assert_eq!(stage.client.failure("list_chats", json!({})).await?["code"], "needs_login");
    Ok(())
}

#[tokio::test]
async fn an_answer_lost_after_execution_is_found_again_by_its_key() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    stage.sandbox.cut_after("messages.sendMessage", 1);
    let arguments = json!({ "chat": "me", "text": "only once", "idempotency_key": "lost-answer" });
    let failure = stage.client.failure("send_message", arguments.clone()).await?;
    assert_eq!(failure["code"], "outcome_unknown", "{failure}");
    assert_eq!(failure["details"]["idempotency_key"], "lost-answer", "{failure}");
    assert_eq!(copies(&stage.sandbox, "only once"), 1);

    // Asking again with the key finds what was sent, also through another daemon.
    stage.home.ok(&["daemon", "stop"], "");
    let mut client = Stdio::start(&stage.home, &[], Era::Initialize).await?;
    let sent = client.tool("send_message", arguments.clone()).await?;
    let id = stage.sandbox.mailbox(stage.sandbox.account, "me", 1)[0]["id"].clone();
    assert_eq!(sent["items"][0]["message_id"], id, "{sent}");
    assert_eq!(client.tool("send_message", arguments).await?["items"], sent["items"]);
    assert_eq!(copies(&stage.sandbox, "only once"), 1);

    let other = json!({ "chat": "me", "text": "something else", "idempotency_key": "lost-answer" });
    assert_eq!(client.failure("send_message", other).await?["code"], "idempotency_key_reused");
    Ok(())
}

#[tokio::test]
async fn a_key_joins_a_call_that_is_still_open() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    stage.sandbox.post("/v1/delay", json!({ "method": "messages.sendMessage", "ms": 1_500, "times": 1 }));
    let call =
        json!({ "name": "send_message", "arguments": { "chat": "me", "text": "joined", "idempotency_key": "same" } });
    let first = stage.client.begin("tools/call", call.clone()).await?;
    let second = stage.client.begin("tools/call", call).await?;
    let mut answers = std::collections::BTreeMap::new();
    while answers.len() < 2 {
        let message = stage.client.receive().await?;
        answers.insert(message["id"].as_u64(), message["result"]["structuredContent"]["items"].clone());
    }
    assert!(answers[&Some(first)][0]["message_id"].is_number(), "{answers:?}");
    assert_eq!(answers[&Some(first)], answers[&Some(second)]);
    assert_eq!(copies(&stage.sandbox, "joined"), 1);
    Ok(())
}

#[tokio::test]
async fn an_outage_in_the_middle_of_a_hundred_calls_loses_and_doubles_nothing() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    let call = |n: usize| {
        let arguments =
            json!({ "chat": "me", "text": format!("number {n}"), "idempotency_key": format!("outage-{n}") });
        json!({ "name": "send_message", "arguments": arguments, "_meta": {} })
    };
    let mut open = std::collections::BTreeMap::new();
    for n in 0..100 {
        open.insert(stage.client.begin("tools/call", call(n)).await?, n);
        if n == 50 {
            stage.sandbox.post("/v1/outage", json!({ "on": true }));
        }
    }
    let mut outage_ends = Some(tokio::time::Instant::now() + Duration::from_secs(5));
    // Whatever did not succeed is repeated with its key, when the failure says it can be, until it does.
    let mut waiting: Vec<(tokio::time::Instant, usize)> = Vec::new();
    while !open.is_empty() || !waiting.is_empty() {
        let now = tokio::time::Instant::now();
        if outage_ends.take_if(|end| *end <= now).is_some() {
            stage.sandbox.post("/v1/outage", json!({ "on": false }));
        }
        for (_, n) in waiting.extract_if(.., |(due, _)| *due <= now).collect::<Vec<_>>() {
            open.insert(stage.client.begin("tools/call", call(n)).await?, n);
        }
        let next_due = waiting.iter().map(|(due, _)| *due).chain(outage_ends).min().unwrap_or(now + PATIENCE);
        let Ok(message) = tokio::time::timeout_at(next_due, stage.client.receive()).await else { continue };
        let message = message?;
        let Some(n) = message["id"].as_u64().and_then(|id| open.remove(&id)) else { continue };
        if message["result"]["isError"] == true {
            let failure = telegraphist_tests::failure_of(&message["result"])?;
            let code = failure["code"].as_str().unwrap_or_default();
            let is_expected = ["outcome_unknown", "unavailable", "rate_limited", "overloaded"].contains(&code);
            assert!(is_expected, "{failure}");
            let wait = Duration::from_millis(failure["retry_after_ms"].as_u64().unwrap_or(250));
            waiting.push((tokio::time::Instant::now() + wait, n));
        }
    }
    for n in 0..100 {
        assert_eq!(copies_in(&stage.sandbox, &format!("number {n}")), 1, "number {n}");
    }
    Ok(())
}

fn copies_in(sandbox: &Sandbox, text: &str) -> usize {
    sandbox.mailbox(sandbox.account, "me", 400).iter().filter(|message| message["text"] == text).count()
}

#[tokio::test]
async fn a_call_ends_by_its_deadline_and_a_cut_off_write_is_unknown() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    let within = |seconds: i64| json!({ "telegraphist/deadline": (chrono::Utc::now() + chrono::Duration::seconds(seconds)).to_rfc3339() });
    for method in ["users.getUsers", "messages.sendMessage"] {
        stage.sandbox.post("/v1/delay", json!({ "method": method, "ms": 30_000, "times": 1 }));
    }
    let read =
        stage.client.request("tools/call", json!({ "name": "get_me", "arguments": {}, "_meta": within(1) })).await?;
    assert_eq!(telegraphist_tests::failure_of(&read)?["code"], "deadline_exceeded");
    let send = json!({ "name": "send_message", "arguments": { "chat": "me", "text": "late" }, "_meta": within(1) });
    let write = stage.client.request("tools/call", send).await?;
    assert_eq!(telegraphist_tests::failure_of(&write)?["code"], "outcome_unknown");

    let past =
        stage.client.request("tools/call", json!({ "name": "get_me", "arguments": {}, "_meta": within(-5) })).await?;
    assert_eq!(telegraphist_tests::failure_of(&past)?["code"], "deadline_exceeded");
    Ok(())
}

#[tokio::test]
async fn a_lost_connection_and_a_gap_in_updates_heal_by_themselves() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    stage.sandbox.post("/v1/kick", json!({}));
    stage.client.tool("get_me", json!({})).await?;
    stage.sandbox.post("/v1/gap", json!({ "account": stage.sandbox.account, "count": 2 }));
    let info = stage.sandbox.get("/v1/info");
    let other = info["accounts"][1]["id"].as_i64().expect("there is a second account");
    for n in 0..4 {
        stage.sandbox.post(
            "/v1/say",
            json!({ "as": other, "chat": stage.sandbox.account, "text": format!("after the gap {n}") }),
        );
    }
    let chat = format!("@{}", info["accounts"][1]["username"].as_str().expect("it has a name"));
    let read = stage.client.tool("read_messages", json!({ "chat": chat, "limit": 4 })).await?;
    let texts: Vec<&str> =
        read["items"].as_array().into_iter().flatten().filter_map(|item| item["text"].as_str()).collect();
    assert_eq!(texts, ["after the gap 3", "after the gap 2", "after the gap 1", "after the gap 0"]);
    Ok(())
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_loses_nothing() -> anyhow::Result<()> {
    let sandbox = Sandbox::start()?;
    let home = Home::new();
    home.import("telethon", &sandbox.session_string(sandbox.account, "telethon"));
    home.ok(&["daemon", "stop"], "");
    let database = home.data("default").join("telegraphist.db");
    // A limit on the size of files stands in for a full disk: a little more than the store has now, in blocks of 1 KiB.
    let room = fs_err::metadata(&database)?.len() / 1024 + 64;
    let script = format!("ulimit -f {room}; trap '' XFSZ; exec \"$0\" \"$@\"");
    let mut shell = std::process::Command::new("bash");
    home.dress(&mut shell);
    let mut limited = tokio::process::Command::from(shell);
    let mut daemon = limited
        .args(["-c", &script])
        .arg(telegraphist_tests::program("telegraphist"))
        .arg("daemon")
        .kill_on_drop(true)
        .spawn()?;
    let socket = home.path().join("run/telegraphist/default.sock");
    until(|| std::os::unix::net::UnixStream::connect(&socket).is_ok());
    let mut client = Stdio::start(&home, &[], Era::Stateless).await?;
    let mut acknowledged: Vec<Value> = Vec::new();
    let refused = loop {
        let n = acknowledged.len();
        let arguments = json!({ "chat": "me", "text": format!("filling {n} {}", "x".repeat(3_000)), "idempotency_key": format!("full-{n}") });
        let result = client.call("send_message", arguments).await?;
        if result["isError"] == true {
            break telegraphist_tests::failure_of(&result)?;
        }
        acknowledged.push(result["structuredContent"]["items"].clone());
        assert!(acknowledged.len() < 2_000, "the limit was never reached");
    };
    assert!(["unavailable", "outcome_unknown"].contains(&refused["code"].as_str().unwrap_or_default()), "{refused}");
    // Reads go on.
    client.tool("get_me", json!({})).await?;
    drop(client);
    daemon.kill().await?;

    // With room again, everything acknowledged is still known.
    let mut client = Stdio::start(&home, &[], Era::Stateless).await?;
    for (n, items) in acknowledged.iter().enumerate() {
        let arguments = json!({ "chat": "me", "text": format!("filling {n} {}", "x".repeat(3_000)), "idempotency_key": format!("full-{n}") });
        assert_eq!(&client.tool("send_message", arguments).await?["items"], items);
    }
    Ok(())
}

#[tokio::test]
async fn the_audit_log_has_every_write_and_verifies() -> anyhow::Result<()> {
    let mut stage = stage().await?;
    stage.client.tool("send_message", json!({ "chat": "me", "text": "audited" })).await?;
    stage.client.failure("delete_messages", json!({ "chat": "me", "message_ids": [1] })).await?;
    until(|| stage.home.ok(&["audit", "export"], "").contains("send_message"));
    let rows = stage.home.ok(&["audit", "export"], "");
    assert!(!rows.contains("audited"), "the text is in the audit log");
    stage.home.ok(&["audit", "verify"], "");
    Ok(())
}
