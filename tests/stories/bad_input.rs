//! Input that no client should send, and that some client will.

use serde_json::{Value, json};
use telegraphist_tests::{Era, Home, Stdio, failure_of};

const ERAS: [Era; 2] = [Era::Initialize, Era::Stateless];

async fn demo(home: &Home, era: Era) -> anyhow::Result<Stdio> {
    Stdio::start(home, &["demo", "--stdio", "--toolsets", "all"], era).await
}

/// Sends a line and gives the answer; the connection must still work afterwards.
async fn answer_to(client: &mut Stdio, line: &str) -> anyhow::Result<Value> {
    client.send_line(line).await?;
    let answer = client.receive().await?;
    client.tool("list_sessions", json!({})).await?;
    Ok(answer)
}

#[tokio::test]
async fn lines_that_are_no_requests_are_answered_and_forgotten() -> anyhow::Result<()> {
    let home = Home::new();
    for era in ERAS {
        let mut client = demo(&home, era).await?;
        for line in ["{", "nonsense", "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": ", "\"\u{7f}", "[1,"] {
            let answer = answer_to(&mut client, line).await?;
            assert_eq!(answer["error"]["code"], -32700, "{line}: {answer}");
            assert!(answer["id"].is_null(), "{answer}");
        }
        for line in ["{}", "{\"id\": 7}", "[]", "42", "{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"tools/list\"}"] {
            let answer = answer_to(&mut client, line).await?;
            assert_eq!(answer["error"]["code"], -32600, "{line}: {answer}");
        }
        let answer = answer_to(&mut client, r#"{"jsonrpc":"2.0","id":8,"method":"no/such/method","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#).await?;
        assert_eq!(answer["error"]["code"], -32601, "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn a_lone_surrogate_gets_an_answer() -> anyhow::Result<()> {
    let home = Home::new();
    for era in ERAS {
        let mut client = demo(&home, era).await?;
        let line = r#"{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"send_message","arguments":{"chat":"me","text":"\ud800"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#;
        let answer = answer_to(&mut client, line).await?;
        let is_refused = answer.get("error").is_some() || answer["result"]["isError"] == true;
        assert!(is_refused, "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn an_over_long_line_is_drained_and_answered() -> anyhow::Result<()> {
    let home = Home::new();
    let mut client = demo(&home, Era::Stateless).await?;
    client.send_bytes(b"{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":\"").await?;
    let megabyte = vec![b'x'; 1 << 20];
    for _ in 0..17 {
        client.send_bytes(&megabyte).await?;
    }
    let answer = answer_to(&mut client, "\"}").await?;
    assert_eq!(answer["error"]["code"], -32600, "{answer}");
    Ok(())
}

#[tokio::test]
async fn calls_that_are_malformed_are_protocol_errors() -> anyhow::Result<()> {
    let home = Home::new();
    for era in ERAS {
        let mut client = demo(&home, era).await?;
        for params in [json!({}), json!({ "name": 5 }), json!({ "name": "get_me", "arguments": [1] })] {
            let answer = client.exchange("tools/call", params.clone()).await?;
            assert_eq!(answer["error"]["code"], -32602, "{params}: {answer}");
        }
        let answer = client.exchange("tools/call", json!({ "name": "serch_messages", "arguments": {} })).await?;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        assert!(answer.to_string().contains("search_messages"), "no hint: {answer}");
    }
    Ok(())
}

#[tokio::test]
async fn arguments_that_do_not_fit_say_which_and_what_to_give() -> anyhow::Result<()> {
    let home = Home::new();
    let mut client = demo(&home, Era::Stateless).await?;
    for (tool, arguments, word) in [
        ("read_messages", json!({}), "chat"),
        ("read_messages", json!({ "chat": "me", "limit": "many" }), "limit"),
        ("read_messages", json!({ "chat": "me", "limit": 1_000 }), "limit"),
        ("read_messages", json!({ "chat": "me", "limit": 0 }), "limit"),
        ("read_messages", json!({ "chat": "me", "before": 9_000, "after": 8_000 }), "around"),
        ("read_messages", json!({ "chat": "me", "befor": 5 }), "before"),
        ("read_messages", json!({ "chat": "me", "since": "yesterday" }), "since"),
        ("read_messages", json!({ "chat": "a b c" }), "chat"),
        ("search_messages", json!({}), "query"),
        ("send_message", json!({ "chat": "me", "text": "" }), "text"),
        ("send_message", json!({ "chat": "me", "text": " \n\t " }), "text"),
        ("send_message", json!({ "chat": "me", "text": 5 }), "text"),
        ("send_message", json!({ "chat": "me", "text": "x", "schedule": "2001-01-01T00:00:00Z" }), "schedule"),
        ("get_messages", json!({ "chat": "me", "message_ids": [0] }), "message"),
        ("resolve_link", json!({ "link": "https://example.org/x" }), "link"),
        ("send_file", json!({ "chat": "me", "files": [] }), "files"),
        ("send_file", json!({ "chat": "me", "files": [{ "base64": "?", "name": "x" }] }), "base64"),
    ] {
        let failure = client.failure(tool, arguments.clone()).await?;
        assert_eq!(failure["code"], "invalid_argument", "{tool} {arguments}: {failure}");
        assert!(failure.to_string().contains(word), "{tool} {arguments}: {failure}");
    }
    Ok(())
}

#[tokio::test]
async fn chats_and_messages_that_are_not_there_are_told_apart() -> anyhow::Result<()> {
    let home = Home::new();
    let mut client = demo(&home, Era::Initialize).await?;
    let unknown = client.failure("get_chat", json!({ "chat": "@nobody_at_all" })).await?;
    assert_eq!(unknown["code"], "unknown_chat", "{unknown}");
    let unseen = client.failure("get_chat", json!({ "chat": "987654321" })).await?;
    assert_eq!(unseen["code"], "unknown_chat", "{unseen}");
    assert!(
        unseen["action"].as_str().is_some_and(|action| action.contains("list_chats") || action.contains("find_chats")),
        "{unseen}"
    );
    assert_ne!(unknown["message"], unseen["message"]);

    let foreign =
        client.failure("edit_message", json!({ "chat": "me", "message_id": 2_000_000_000, "text": "x" })).await?;
    assert_eq!(foreign["code"], "unknown_message", "{foreign}");
    let missing = client.tool("get_messages", json!({ "chat": "me", "message_ids": [2_000_000_000] })).await?;
    assert_eq!(missing["missing"], json!([2_000_000_000]), "{missing}");

    // A message of somebody else cannot be edited.
    let chats = client.tool("list_chats", json!({ "kind": "private" })).await?;
    let me = client.tool("get_me", json!({})).await?;
    let other =
        chats["items"].as_array().into_iter().flatten().find(|chat| chat["id"] != me["id"]).expect("there are others");
    let chat = other["id"].clone();
    let read = client.tool("read_messages", json!({ "chat": chat, "limit": 50 })).await?;
    let theirs =
        read["items"].as_array().into_iter().flatten().find(|item| item["is_mine"] == false).expect("they wrote");
    let refused =
        client.failure("edit_message", json!({ "chat": chat, "message_id": theirs["id"], "text": "x" })).await?;
    assert_eq!(refused["code"], "forbidden", "{refused}");
    Ok(())
}

#[tokio::test]
async fn a_long_text_is_split_and_nothing_of_it_is_lost() -> anyhow::Result<()> {
    let home = Home::new();
    let mut client = demo(&home, Era::Stateless).await?;
    let text: String = (0..)
        .map(|n| format!("слово{n} 👩‍👩‍👧 "))
        .scan(0, |size, word| {
            *size += word.len();
            (*size < 100_000).then_some(word)
        })
        .collect();
    let sent = client.tool("send_message", json!({ "chat": "me", "text": text, "format": "plain" })).await?;
    let ids: Vec<Value> =
        sent["items"].as_array().into_iter().flatten().map(|part| part["message_id"].clone()).collect();
    assert!(ids.len() > 10, "{sent}");
    let read = client.tool("get_messages", json!({ "chat": "me", "message_ids": &ids[..ids.len().min(50)] })).await?;
    let joined: String =
        read["items"].as_array().into_iter().flatten().filter_map(|item| item["text"].as_str()).collect();
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(squeezed(&joined), squeezed(&text));
    Ok(())
}

#[tokio::test]
async fn cursors_are_bound_to_what_they_were_made_for() -> anyhow::Result<()> {
    let home = Home::new();
    let mut client = demo(&home, Era::Stateless).await?;
    let first = client.tool("search_messages", json!({ "query": "invoice", "limit": 3 })).await?;
    let cursor = first["next_cursor"].as_str().expect("there are more").to_owned();
    assert_eq!(first["has_more"], true);
    let second = client.tool("search_messages", json!({ "query": "invoice", "limit": 3, "cursor": cursor })).await?;
    assert_ne!(first["items"], second["items"]);

    let mut damaged = cursor.clone();
    damaged.replace_range(5..6, if &cursor[5..6] == "A" { "B" } else { "A" });
    for arguments in [
        json!({ "query": "meeting", "limit": 3, "cursor": cursor }),
        json!({ "query": "invoice", "limit": 3, "cursor": damaged }),
        json!({ "query": "invoice", "limit": 3, "cursor": "x" }),
    ] {
        let failure = client.failure("search_messages", arguments).await?;
        assert_eq!(failure["code"], "invalid_cursor", "{failure}");
    }
    // Another server has another key, as another account would.
    let mut other = demo(&home, Era::Stateless).await?;
    let failure = other.failure("search_messages", json!({ "query": "invoice", "limit": 3, "cursor": cursor })).await?;
    assert_eq!(failure["code"], "invalid_cursor", "{failure}");
    Ok(())
}

#[tokio::test]
async fn files_outside_the_allowed_folders_and_private_addresses_are_refused() -> anyhow::Result<()> {
    let home = Home::new();
    let secret = home.path().join("secret.txt");
    fs_err::write(&secret, "not for Telegram")?;
    let mut client = demo(&home, Era::Stateless).await?;
    let send = |file: Value| json!({ "chat": "me", "files": [file] });
    for file in [
        json!({ "path": secret }),
        json!({ "path": "/etc/passwd" }),
        json!({ "url": "http://127.0.0.1:1/x" }),
        json!({ "url": "http://[::1]/x" }),
        json!({ "url": "http://localhost/x" }),
        json!({ "url": "http://169.254.169.254/latest/meta-data" }),
        json!({ "url": "file:///etc/passwd" }),
    ] {
        let failure = client.failure("send_file", send(file.clone())).await?;
        assert_eq!(failure["code"], "file_refused", "{file}: {failure}");
    }
    let big = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, vec![0_u8; (8 << 20) + 1]);
    let failure = client.failure("send_file", send(json!({ "base64": big, "name": "big.bin" }))).await?;
    assert_eq!(failure["code"], "file_refused", "{failure}");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_undone_needs_a_word() -> anyhow::Result<()> {
    let home = Home::new();
    let mut client = demo(&home, Era::Initialize).await?;
    let sent = client.tool("send_message", json!({ "chat": "me", "text": "to be deleted" })).await?;
    let ids = json!([sent["items"][0]["message_id"]]);
    let failure = client.failure("delete_messages", json!({ "chat": "me", "message_ids": ids })).await?;
    assert_eq!(failure["code"], "confirmation_required", "{failure}");
    client.tool("delete_messages", json!({ "chat": "me", "message_ids": ids, "confirm": true })).await?;
    Ok(())
}

#[tokio::test]
async fn strangers_words_are_marked_and_hidden_tricks_shown() -> anyhow::Result<()> {
    let home = Home::new();
    let mut client = demo(&home, Era::Stateless).await?;
    let found = client.call("search_messages", json!({ "query": "ignore previous instructions" })).await?;
    let item = &found["structuredContent"]["items"][0];
    assert_eq!(item["is_mine"], false, "{found}");
    let text = found["content"][0]["text"].as_str().unwrap_or_default();
    assert!(text.to_lowercase().contains("not instructions"), "{text}");
    let chats = client.tool("list_chats", json!({ "limit": 100 })).await?;
    for chat in chats["items"].as_array().into_iter().flatten() {
        let read = client.call("read_messages", json!({ "chat": chat["id"], "limit": 100 })).await?.to_string();
        assert!(!read.contains('\u{202e}'), "a bidirectional override came through");
    }
    Ok(())
}

/// A failure is one text block that is the JSON, in both eras.
#[tokio::test]
async fn every_failure_has_one_shape() -> anyhow::Result<()> {
    let home = Home::new();
    for era in ERAS {
        let mut client = demo(&home, era).await?;
        let result = client.call("get_chat", json!({ "chat": "@nobody_at_all" })).await?;
        let failure = failure_of(&result)?;
        assert_eq!(result["content"].as_array().map(Vec::len), Some(1), "{result}");
        assert_eq!(failure["code"], "unknown_chat");
    }
    Ok(())
}
