//! What a token may touch: through the gateway of a demo, its command line, and a person who decides on the phone.

use std::thread;

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{Answer, Gateway, code, control, until};

/// The demo's person, and its bot.
const ALICE: i64 = 1001;
const BOT: i64 = 1102;

fn succeeded(answer: &Answer) -> anyhow::Result<&Value> {
    let result = &answer.body["result"];
    anyhow::ensure!(result["isError"] == false, "{result}");
    Ok(&result["structuredContent"])
}

fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_str()).collect()
}

/// What is told of a failure, without what finds the call in logs.
fn told(answer: &Answer) -> anyhow::Result<Value> {
    let text = answer.body["result"]["content"][0]["text"].as_str().context("a text")?;
    let mut failure: Value = serde_json::from_str(text)?;
    failure["correlation_id"] = Value::Null;
    Ok(failure)
}

#[test]
fn a_token_touches_the_chats_it_was_made_for_and_knows_of_no_others() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let desk = gateway.token(&[
        "desk",
        "--preset",
        "writer",
        "--allow-chat",
        "@product_team_hub",
        "--allow-chat",
        "read:@bob_lindqvist",
    ]);
    let call = |tool: &str, arguments: Value| gateway.call(&desk, tool, &arguments);
    let hub = call("get_chat", json!({ "chat": "@product_team_hub" }))?;
    let hub = succeeded(&hub)?["id"].as_str().context("an id")?.to_owned();
    let listed = call("list_chats", json!({ "limit": 100 }))?;
    let mut listed = ids(succeeded(&listed)?);
    listed.sort_unstable();
    let mut expected = vec![hub.as_str(), "1002"];
    expected.sort_unstable();
    assert_eq!(listed, expected);
    let found = call("search_messages", json!({ "query": "invoice", "limit": 50 }))?;
    for item in succeeded(&found)?["items"].as_array().context("items")? {
        assert!(expected.contains(&item["chat"]["id"].as_str().context("an id")?), "{item}");
    }
    for tool in ["get_chat", "read_messages"] {
        let closed = call(tool, json!({ "chat": "@lantern_weekly" }))?;
        let absent = call(tool, json!({ "chat": "@nobody_of_that_name" }))?;
        assert_eq!(told(&closed)?, told(&absent)?);
    }
    let resource = |chat: &str| {
        let uri = format!("tg://session/alice/chat/{chat}");
        gateway.mcp(Some(&desk), &[], "resources/read", json!({ "uri": uri, "name": uri }))
    };
    let mut closed = resource("@lantern_weekly")?.body["error"].clone();
    let mut absent = resource("@nobody_of_that_name")?.body["error"].clone();
    for error in [&mut closed, &mut absent] {
        anyhow::ensure!(error["code"].is_number(), "{error}");
        error["data"]["correlation_id"] = Value::Null;
    }
    assert_eq!(closed, absent);
    let sent = call("send_message", json!({ "chat": "@bob_lindqvist", "text": "hello" }))?;
    assert_eq!(code(&sent)?, "forbidden", "it may look and not write");
    assert!(succeeded(&call("send_message", json!({ "chat": hub, "text": "hello" }))?).is_ok());

    let shown = gateway.0.home().ok(&["--profile", "demo", "tokens", "show", "desk"], "");
    assert!(shown.contains(&hub) && shown.contains("read:1002"), "{shown}");
    let rows = gateway.0.home().ok(&["--profile", "demo", "audit", "export"], "");
    assert!(rows.contains("chat_denied"));
    let unknown = ["--profile", "demo", "tokens", "create", "x", "--preset", "reader", "--deny-chat", "folder:Nowhere"];
    assert!(gateway.0.home().fails(&unknown, "").contains("There is no folder `Nowhere`"));
    Ok(())
}

#[test]
fn policy_is_explained_without_doing_anything() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let quota = ["--quota", "send_message=1/h"];
    let token = gateway.token(&[&["desk", "--preset", "writer", "--deny-chat", "@bob_lindqvist"], &quota[..]].concat());
    let explain = |arguments: &[&str]| -> anyhow::Result<Value> {
        let all = [&["--profile", "demo", "policy", "explain", "desk"], arguments, &["--output", "json"]].concat();
        Ok(serde_json::from_str(&gateway.0.home().ok(&all, ""))?)
    };
    let refusing = |told: &Value| -> Option<Value> {
        told["steps"].as_array()?.iter().find(|step| step["says"] == "refuses").cloned()
    };
    let sending = ["send_message", "chat=@carol_okafor", "text=hello"];
    for _ in 0..2 {
        let told = explain(&sending)?;
        assert_eq!(told["verdict"], "tried", "{told}");
    }
    let denied = explain(&["send_message", "chat=@bob_lindqvist", "text=hello"])?;
    assert_eq!(refusing(&denied).context("one refuses")?["step"], "chats");
    let scope = explain(&["delete_messages", "chat=me", "message_ids=1", "confirm=true"])?;
    assert_eq!(refusing(&scope).context("one refuses")?["step"], "scope");
    let sent = gateway.call(&token, "send_message", &json!({ "chat": "@carol_okafor", "text": "hello" }))?;
    assert!(succeeded(&sent).is_ok(), "explaining spent nothing");
    let used_up = explain(&sending)?;
    let step = refusing(&used_up).context("one refuses")?;
    assert!(step["why"].as_str().is_some_and(|why| why.contains("send_message=1/h")), "{step}");
    let said = gateway.0.home().ok(&["--profile", "demo", "policy", "explain", "desk", "get_me"], "");
    assert!(said.contains("it would be done"), "{said}");
    Ok(())
}

#[test]
fn a_token_in_lockdown_reads_nothing_that_strangers_wrote() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let (open, locked) = (
        gateway.token(&["open", "--preset", "reader"]),
        gateway.token(&["locked", "--preset", "reader", "--lockdown"]),
    );
    let forum = json!({ "chat": "@product_team_hub", "limit": 100 });
    let seen = gateway.call(&open, "read_messages", &forum)?;
    let withheld = gateway.call(&locked, "read_messages", &forum)?;
    let of =
        |answer: &Answer| succeeded(answer).map(|content| content["items"].as_array().cloned().unwrap_or_default());
    let (seen, shown) = (of(&seen)?, of(&withheld)?);
    let text = withheld.body["result"]["content"][0]["text"].as_str().context("a text")?;
    let mut withheld = 0;
    for (open, shown) in seen.iter().zip(&shown) {
        assert_eq!((&open["id"], &open["date"]), (&shown["id"], &shown["date"]));
        if let Some(words) = open["text"].as_str().filter(|words| shown["text"] != **words && words.len() > 20) {
            withheld += 1;
            assert!(!text.contains(words), "{words}");
        }
    }
    assert!(withheld > 0 && withheld < seen.len(), "{withheld} of {}", seen.len());
    Ok(())
}

#[test]
fn what_a_token_has_to_ask_for_is_done_when_a_person_allows_it() -> anyhow::Result<()> {
    let gateway = Gateway::start()?;
    let token = gateway.token(&["desk", "--preset", "writer", "--approve", "writes,destroys"]);
    let words = "are you there?";
    let sending = json!({ "chat": "@carol_okafor", "text": words, "idempotency_key": "k" });
    let address = gateway.0.control()?;
    let mailbox = |who: i64, chat: &str| -> Vec<Value> {
        let mail = control::get(address, &format!("/v1/mailbox?account={who}&chat={chat}&limit=100"));
        let mail = mail.expect("the sandbox answers");
        mail.as_array().or_else(|| mail["messages"].as_array()).cloned().unwrap_or_default()
    };
    let copies = || mailbox(ALICE, "carol_okafor").iter().filter(|message| message["text"] == words).count();
    let answer = thread::scope(|scope| -> anyhow::Result<Answer> {
        let calling = scope.spawn(|| gateway.call(&token, "send_message", &sending));
        let mut card = None;
        until(|| {
            let cards = mailbox(ALICE, &BOT.to_string());
            card = cards.into_iter().find(|message| message["text"].as_str().is_some_and(|text| text.contains(words)));
            card.is_some()
        });
        assert_eq!(copies(), 0, "nothing is sent before");
        let press = json!({ "as": ALICE, "chat": BOT, "id": card.context("a card")?["id"], "button": "Allow once" });
        control::post(address, "/v1/press", &press)?;
        calling.join().expect("the call ends")
    })?;
    assert!(succeeded(&answer).is_ok());
    assert!(succeeded(&gateway.call(&token, "send_message", &sending)?).is_ok(), "the same key, the same answer");
    assert_eq!(copies(), 1);
    Ok(())
}
