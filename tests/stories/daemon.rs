//! Any number of clients, one connection; killing any process loses no acknowledged write.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::{Value, json};
use telegraphist_tests::{Era, Home, Sandbox, Stdio, failure_of};

fn signed_in() -> anyhow::Result<(Sandbox, Home)> {
    let sandbox = Sandbox::start()?;
    let home = Home::new();
    home.import("telethon", &sandbox.session_string(sandbox.account, "telethon"));
    Ok((sandbox, home))
}

fn daemon_process(home: &Home) -> anyhow::Result<String> {
    let status: Value = serde_json::from_str(&home.ok(&["daemon", "status", "--output", "json"], ""))?;
    Ok(status["pid"].to_string())
}

fn kill(process: &str) -> anyhow::Result<()> {
    let status = Command::new("kill").args(["-9", process]).status()?;
    anyhow::ensure!(status.success(), "kill failed");
    Ok(())
}

#[tokio::test]
async fn many_clients_of_both_eras_share_one_connection() -> anyhow::Result<()> {
    let (sandbox, home) = signed_in()?;
    let mut clients = Vec::new();
    for n in 0..12 {
        let era = if n % 2 == 0 { Era::Initialize } else { Era::Stateless };
        clients.push(Stdio::start(&home, &[], era).await?);
    }
    // All ask at once, then all are heard.
    let mut open = Vec::new();
    for client in &mut clients {
        open.push(client.begin("tools/call", json!({ "name": "get_me", "arguments": {} })).await?);
    }
    for (client, id) in clients.iter_mut().zip(open) {
        let answer = client.answer(id).await?;
        assert_eq!(answer["result"]["structuredContent"]["id"], sandbox.account.to_string(), "{answer}");
    }
    let counters = sandbox.get("/v1/counters");
    assert_eq!(counters["connections_open"], 1, "{counters}");
    for client in clients {
        assert!(client.close().await?.success());
    }
    Ok(())
}

#[tokio::test]
async fn first_starts_race_without_harm() -> anyhow::Result<()> {
    let (sandbox, home) = signed_in()?;
    home.ok(&["daemon", "stop"], "");
    let starts = (0..6).map(|_| async {
        let mut client = Stdio::start(&home, &[], Era::Stateless).await?;
        client.tool("get_me", json!({})).await
    });
    for me in futures::future::join_all(starts).await {
        assert_eq!(me?["id"], sandbox.account.to_string());
    }
    Ok(())
}

#[tokio::test]
async fn the_socket_is_for_its_owner_alone() -> anyhow::Result<()> {
    let (_sandbox, home) = signed_in()?;
    let socket = home.path().join("run/telegraphist/default.sock");
    assert_eq!(fs_err::metadata(&socket)?.permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs_err::metadata(home.data("default"))?.permissions().mode() & 0o077,
        0,
        "others may look into the data"
    );
    Ok(())
}

#[tokio::test]
async fn a_killed_relay_disturbs_nobody() -> anyhow::Result<()> {
    let (_sandbox, home) = signed_in()?;
    let mut bystander = Stdio::start(&home, &[], Era::Initialize).await?;
    let victim = Stdio::start(&home, &[], Era::Initialize).await?;
    let daemon = daemon_process(&home)?;
    kill(&victim.process().expect("it runs").to_string())?;
    bystander.tool("get_me", json!({})).await?;
    assert_eq!(daemon_process(&home)?, daemon);
    Ok(())
}

#[tokio::test]
async fn a_killed_daemon_is_replaced_and_open_requests_are_answered() -> anyhow::Result<()> {
    let (sandbox, home) = signed_in()?;
    for era in [Era::Initialize, Era::Stateless] {
        let mut client = Stdio::start(&home, &[], era).await?;
        let sent = client
            .tool("send_message", json!({ "chat": "me", "text": "before", "idempotency_key": format!("k-{era:?}") }))
            .await?;

        // A read and a write are open when the daemon dies.
        for method in ["users.getUsers", "messages.sendMessage"] {
            sandbox.post("/v1/delay", json!({ "method": method, "ms": 20_000, "times": 1 }));
        }
        let read = client.begin("tools/call", json!({ "name": "get_me", "arguments": {} })).await?;
        let write = client
            .begin("tools/call", json!({ "name": "send_message", "arguments": { "chat": "me", "text": "lost" } }))
            .await?;
        let before = sandbox.calls("messages.sendMessage");
        telegraphist_tests::until(|| {
            sandbox.calls("messages.sendMessage") >= before.max(1) && sandbox.calls("users.getUsers") >= 1
        });
        kill(&daemon_process(&home)?)?;

        let mut codes = Vec::new();
        for _ in 0..2 {
            let message = client.receive().await?;
            let failure = failure_of(&message["result"])?;
            codes.push((message["id"].as_u64(), failure["code"].as_str().unwrap_or_default().to_owned()));
        }
        codes.sort();
        assert_eq!(codes, [(Some(read), "unavailable".to_owned()), (Some(write), "outcome_unknown".to_owned())]);

        // The same relay goes on with a new daemon, and the write that was acknowledged is remembered.
        let again = client
            .tool("send_message", json!({ "chat": "me", "text": "before", "idempotency_key": format!("k-{era:?}") }))
            .await?;
        assert_eq!(again["items"], sent["items"]);
        assert!(client.close().await?.success());
    }
    Ok(())
}

#[tokio::test]
async fn a_client_sees_what_its_flags_leave() -> anyhow::Result<()> {
    let (_sandbox, home) = signed_in()?;
    let names = |listed: &Value| -> Vec<String> {
        listed["tools"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|tool| Some(tool["name"].as_str()?.to_owned()))
            .collect()
    };
    let mut narrow = Stdio::start(
        &home,
        &["--toolsets", "chats,messages", "--read-only", "--exclude-tools", "get_chat"],
        Era::Initialize,
    )
    .await?;
    let mut wide = Stdio::start(&home, &["--toolsets", "all"], Era::Stateless).await?;
    let listed = names(&narrow.request("tools/list", json!({})).await?);
    assert!(listed.contains(&"read_messages".to_owned()) && !listed.contains(&"send_message".to_owned()), "{listed:?}");
    assert!(!listed.contains(&"get_chat".to_owned()) && !listed.contains(&"get_me".to_owned()), "{listed:?}");
    assert_eq!(names(&wide.request("tools/list", json!({})).await?).len(), 54);

    // What is not listed cannot be called either.
    let refused = narrow
        .exchange("tools/call", json!({ "name": "send_message", "arguments": { "chat": "me", "text": "x" } }))
        .await?;
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    Ok(())
}
