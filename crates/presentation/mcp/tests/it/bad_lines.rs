//! The sharp edges of the protocol library, each with the line that cuts, so that an update shows when they are gone.

use std::collections::HashSet;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::script::Manner;
use crate::wire::{ERAS, Era, failure_of};
use crate::world::World;

#[tokio::test]
async fn a_malformed_line_is_a_parse_error_with_a_null_id_and_the_connection_goes_on() {
    for era in ERAS {
        let mut wire = World::new(Manner::Answers).await.wire().open(era).await;
        for line in ["{", "nonsense", r#"{"jsonrpc":"2.0","id":1,"method":"#, "\"\u{7f}", "{\"id\":\u{1}}"] {
            wire.send(line).await;
            let answer = wire.receive().await;
            assert_eq!(answer["error"]["code"], -32700, "{line}: {answer}");
            assert_eq!(answer.get("id"), Some(&Value::Null), "{line}: {answer}");
        }
        assert_eq!(wire.tool("get_me", json!({})).await["isError"], false);
        wire.leave().await;
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_a_parse_error() {
    let mut wire = World::new(Manner::Answers).await.wire();
    wire.send_bytes(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}\n").await;
    assert_eq!(wire.receive().await["error"]["code"], -32700);
    wire.leave().await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_by_its_id() {
    let mut wire = World::new(Manner::Answers).await.wire();
    for (line, id) in [(r#"{"id":7}"#, json!(7)), ("{}", Value::Null), ("[]", Value::Null), ("42", Value::Null)] {
        wire.send(line).await;
        let answer = wire.receive().await;
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32600), &id), "{line}: {answer}");
    }
    wire.leave().await;
}

#[tokio::test]
async fn params_of_the_wrong_shape_are_invalid_params() {
    for era in ERAS {
        let mut wire = World::new(Manner::Answers).await.wire().open(era).await;
        for params in [json!({}), json!({ "name": 5 }), json!({ "name": "get_me", "arguments": [1] })] {
            let answer = wire.exchange("tools/call", params.clone()).await;
            assert_eq!(answer["error"]["code"], -32602, "{params}: {answer}");
        }
        let answer = wire.exchange("no/such/method", json!({})).await;
        assert_eq!(answer["error"]["code"], -32601, "{answer}");
        wire.leave().await;
    }
}

#[tokio::test]
async fn an_over_long_line_is_drained_and_answered() {
    let mut world = World::new(Manner::Answers).await;
    world.options.line_max = 64 * 1024;
    let mut wire = world.wire();
    for (beginning, id) in
        [(r#"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":""#, json!(5)), ("\"", Value::Null)]
    {
        wire.send_bytes(beginning.as_bytes()).await;
        wire.send_bytes(&vec![b'x'; 300 * 1024]).await;
        wire.send("\"}").await;
        let answer = wire.receive().await;
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32600), &id), "{answer}");
    }
    assert_eq!(wire.tool("get_me", json!({})).await["isError"], false);
    wire.leave().await;
}

#[tokio::test]
async fn a_line_of_just_the_limit_passes() {
    let mut world = World::new(Manner::Answers).await;
    world.options.line_max = 4096;
    let mut wire = world.wire();
    let request = |text: usize| {
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": "send_message", "arguments": { "chat": "me", "text": "x".repeat(text) },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        } })
        .to_string()
    };
    let room = 4096 - request(0).len();
    wire.send(&request(room)).await;
    assert_eq!(wire.receive().await["result"]["isError"], false);
    wire.send(&request(room + 1)).await;
    assert_eq!(wire.receive().await["error"]["code"], -32600);
    wire.leave().await;
}

#[tokio::test]
async fn half_a_surrogate_pair_is_an_invalid_argument() {
    let world = World::new(Manner::Answers).await;
    let mut wire = world.wire().open(Era::Sessions).await;
    wire.send(r#"{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"send_message","arguments":{"chat":"me","text":"\ud800"}}}"#).await;
    let answer = wire.receive().await;
    assert_eq!(answer["id"], 77);
    assert_eq!(failure_of(&answer["result"])["code"], "invalid_argument");
    assert_eq!(world.script.asked(), []);
    wire.leave().await;
}

#[tokio::test]
async fn a_second_initialize_is_refused() {
    let mut wire = World::new(Manner::Answers).await.wire().open(Era::Sessions).await;
    let answer = wire.initialize("2025-11-25").await;
    assert_eq!(answer["error"]["code"], -32600, "{answer}");
    assert_eq!(wire.tool("get_me", json!({})).await["isError"], false);
    wire.leave().await;
}

#[tokio::test]
async fn a_notification_before_the_first_request_is_tolerated() {
    let mut wire = World::new(Manner::Answers).await.wire();
    wire.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    wire.send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#).await;
    wire.send(r#"{"jsonrpc":"2.0","method":"$/setTrace","params":{}}"#).await;
    wire.send(r#"{"jsonrpc":"2.0","id":3,"result":{}}"#).await;
    let mut wire = wire.open(Era::Sessions).await;
    assert_eq!(wire.tool("get_me", json!({})).await["isError"], false);
    wire.leave().await;
}

#[tokio::test]
async fn a_client_that_leaves_at_once_or_only_looks_is_no_error() {
    let world = World::new(Manner::Answers).await;
    world.wire().leave().await;
    let mut wire = world.wire();
    let found = wire.result("server/discover", json!({})).await;
    assert!(found["supportedVersions"].as_array().is_some_and(|versions| versions.len() == 5), "{found}");
    wire.leave().await;
}

#[tokio::test]
async fn a_last_line_without_a_line_break_is_answered() {
    let mut wire = World::new(Manner::Answers).await.wire();
    wire.send_bytes(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}").await;
    let (answer, ()) = wire.last_answer_after_leaving().await;
    assert_eq!(answer["id"], 1, "{answer}");
}

#[tokio::test]
async fn an_id_that_is_in_use_is_refused_and_free_again_after_the_answer() {
    let world = World::new(Manner::Waits).await;
    let mut wire = world.wire().open(Era::Sessions).await;
    let line = r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"get_me"}}"#;
    wire.send(line).await;
    wire.send(line).await;
    assert_eq!(wire.receive().await["error"]["code"], -32600);
    world.script.gate.add_permits(2);
    assert_eq!(wire.receive().await["result"]["isError"], false);
    wire.send(line).await;
    assert_eq!(wire.receive().await["result"]["isError"], false);
    wire.leave().await;
}

#[tokio::test]
async fn a_client_that_reads_slowly_loses_nothing() {
    const REQUESTS: usize = 6_000;
    let (stream, _served) = World::new(Manner::Answers).await.connect();
    let (read, mut write) = tokio::io::split(stream);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
    });
    let asking = tokio::spawn(async move {
        for id in 0..REQUESTS {
            let request = json!({
                "jsonrpc": "2.0", "id": id, "method": "resources/templates/list", "params": { "_meta": meta.clone() },
            });
            write.write_all(format!("{request}\n").as_bytes()).await.expect("written");
        }
        write
    });
    let mut lines = BufReader::new(read).lines();
    let mut answered = HashSet::new();
    while answered.len() < REQUESTS {
        let line = lines.next_line().await.expect("readable").expect("open");
        let answer: Value = serde_json::from_str(&line).expect("JSON");
        assert!(answered.insert(answer["id"].as_u64().expect("an id")), "answered twice: {answer}");
    }
    drop(asking.await.expect("asked"));
}
