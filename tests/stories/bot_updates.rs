//! What a bot hears may come twice, out of order, in shapes that nobody knows, or not at all because somebody else asks for
//! it: everything is taken in once, and nothing stops the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use telegraphist_tests::{BotStage, Era, Stdio, control, until};

const ALICE: i64 = BotStage::ALICE;
const BOB: i64 = BotStage::BOB;

/// A message as an update of the Bot API.
fn message(id: i64, text: &str) -> Value {
    json!({
        "message_id": id, "date": 1_793_383_200, "text": text,
        "chat": { "id": ALICE, "type": "private", "first_name": "Alice" },
        "from": { "id": ALICE, "is_bot": false, "first_name": "Alice" },
    })
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the update in place")]
fn invent(stage: &BotStage, update: Value) {
    stage.sandbox.post("/v1/bot_update", json!({ "bot": BotStage::BOT, "update": update }));
}

/// What people answered, oldest first, as soon as the last of it is this.
async fn answers(client: &mut Stdio, last: &str) -> anyhow::Result<Vec<String>> {
    let deadline = tokio::time::Instant::now() + telegraphist_tests::PATIENCE;
    loop {
        let page = client.tool("get_telegram_responses", json!({ "limit": 100 })).await?;
        let text = |item: &Value| item["text"].as_str().unwrap_or_default().to_owned();
        let texts: Vec<String> = page["items"].as_array().into_iter().flatten().map(text).collect();
        if texts.last().is_some_and(|text| text == last) {
            return Ok(texts);
        }
        anyhow::ensure!(tokio::time::Instant::now() < deadline, "{last} was never heard: {texts:?}");
    }
}

#[tokio::test]
async fn what_comes_twice_is_heard_once() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = Stdio::start(&stage.home, &[], Era::Stateless).await?;
    client.tool("send_telegram_message", json!({ "message": "How is it?" })).await?;
    stage.newest(ALICE, "How is it?");
    stage.sandbox.post("/v1/bot_faults", json!({ "trouble": "twice", "times": 3 }));
    for text in ["one", "two", "three"] {
        stage.say(ALICE, text);
        answers(&mut client, text).await?;
    }
    // The same update under its number, much later.
    invent(&stage, json!({ "update_id": 900_000, "message": message(70_001, "four") }));
    invent(&stage, json!({ "update_id": 900_000, "message": message(70_001, "four") }));
    invent(&stage, json!({ "message": message(70_002, "five") }));
    assert_eq!(answers(&mut client, "five").await?, ["one", "two", "three", "four", "five"]);
    Ok(())
}

#[tokio::test]
async fn what_comes_out_of_order_is_heard_all_the_same() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = Stdio::start(&stage.home, &[], Era::Stateless).await?;
    client.tool("send_telegram_message", json!({ "message": "How is it?" })).await?;
    stage.newest(ALICE, "How is it?");
    // Numbers go back, as they do after a quiet week.
    for (number, text) in [(900_002, "late"), (900_001, "later"), (5, "anew"), (900_003, "last")] {
        invent(&stage, json!({ "update_id": number, "message": message(70_000 + number, text) }));
        answers(&mut client, text).await?;
    }
    assert_eq!(answers(&mut client, "last").await?, ["late", "later", "anew", "last"]);
    Ok(())
}

#[tokio::test]
async fn what_nobody_knows_is_kept_and_stops_nothing() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = Stdio::start(&stage.home, &[], Era::Stateless).await?;
    client.tool("send_telegram_message", json!({ "message": "How is it?" })).await?;
    stage.newest(ALICE, "How is it?");
    let mut formatted = message(70_001, "of a new form");
    formatted["entities"] = json!([
        { "type": "hologram", "offset": 0, "length": 2, "depth": 3 },
        { "type": "bold", "offset": "three", "length": -1 },
    ]);
    formatted["telepathy"] = json!({ "from": 5 });
    let mut odd = message(70_002, "with a button of a new kind");
    odd["reply_markup"] = json!({ "inline_keyboard": [[{ "text": "x", "hologram": {} }]] });
    for update in [
        json!({ "telepathy": { "chat": { "id": ALICE, "type": "private" }, "strength": 9 } }),
        json!({ "of_the_future": { "chat": { "id": -7, "type": "continent", "title": "x" } } }),
        json!({ "message": "not a message" }),
        json!({ "message": { "message_id": "five", "chat": { "id": ALICE } } }),
        json!({ "callback_query": { "id": 5, "from": "nobody" } }),
        json!({ "callback_query": { "id": "5", "from": { "id": ALICE, "is_bot": false, "first_name": "A" } } }),
        json!({ "my_chat_member": { "chat": { "id": ALICE, "type": "private" }, "new_chat_member": 7 } }),
        json!({}),
        json!({ "message": formatted }),
        json!({ "edited_message": odd }),
    ] {
        invent(&stage, update);
    }
    stage.say(ALICE, "a usual one");
    let heard = answers(&mut client, "a usual one").await?;
    assert_eq!(heard, ["of a new form", "with a button of a new kind", "a usual one"]);
    // All of it was stored, and none of it failed.
    let is_done = |update: &Value| update["state"] == "done";
    let kept = stage.found(|| {
        let kept = stage.json(&["inbox", "list", "--all"]);
        kept.as_array().is_some_and(|kept| kept.iter().all(is_done)).then_some(kept)
    });
    let kinds: Vec<&str> = kept.as_array().into_iter().flatten().filter_map(|update| update["kind"].as_str()).collect();
    for kind in ["telepathy", "of_the_future", "callback_query", "unreadable", "my_chat_member", "edited_message"] {
        assert!(kinds.contains(&kind), "no {kind} in {kept}");
    }
    assert_eq!(stage.json(&["inbox", "list"]), json!([]));
    assert_eq!(stage.bot_status()["hearing"], "receiving");
    Ok(())
}

#[test]
fn what_became_of_an_update_is_shown_by_its_id_without_what_it_says() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    invent(&stage, json!({ "edited_message": message(70_001, "for the bot alone") }));
    invent(&stage, json!({ "telepathy": { "strength": 9 } }));
    let kept = |kind: &str| {
        stage.found(|| {
            let kept = stage.json(&["inbox", "list", "--all"]);
            let is_it = |update: &&Value| update["kind"] == kind && update["state"] == "done";
            kept.as_array().into_iter().flatten().find(is_it).cloned()
        })
    };
    for (kind, chat) in [("telepathy", "-".to_owned()), ("edited_message", ALICE.to_string())] {
        let update = kept(kind);
        let id = update["id"].as_str().unwrap_or_default();
        let printed = stage.home.ok(&["inbox", "show", id], "");
        let fields: Vec<(&str, &str)> =
            printed.lines().filter_map(|line| line.split_once(' ')).map(|(name, said)| (name, said.trim())).collect();
        let day = update["received"].as_str().and_then(|received| received.get(..10)).unwrap_or_default();
        assert_eq!(fields[..4], [("update", id), ("session", "bot"), ("kind", kind), ("chat", chat.as_str())]);
        assert!(fields[4].0 == "came" && fields[4].1.starts_with(day) && fields[4].1.ends_with(" UTC"), "{printed}");
        assert_eq!(fields[5..], [("state", "done"), ("why", "")]);
        assert!(!printed.contains("alone") && !printed.contains("strength"), "{printed}");
    }
    let refused = stage.home.fails(&["inbox", "show", "nobody/1"], "");
    assert!(refused.contains("no update nobody/1") && refused.contains("inbox list --all"), "{refused}");
    Ok(())
}

/// Another program that asks for the bot's updates, as often as it can.
struct OtherPoller {
    is_over: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl OtherPoller {
    fn start(stage: &BotStage) -> anyhow::Result<Self> {
        let address = stage.sandbox.url("bot_api").trim_start_matches("http://").parse()?;
        let path = format!("/bot{}/getUpdates", stage.token()?);
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            while !over.load(Ordering::SeqCst) {
                // It is refused when the other side asks; then it asks again, as such programs do.
                let _ = control::post(address, &path, &json!({ "timeout": 50 }));
            }
        });
        Ok(Self { is_over, thread: Some(thread) })
    }

    fn stop(mut self, stage: &BotStage) {
        self.is_over.store(true, Ordering::SeqCst);
        // Ends its last wait.
        until(|| {
            stage.sandbox.post("/v1/advance", json!({ "ms": 51_000 }));
            self.thread.as_ref().is_some_and(std::thread::JoinHandle::is_finished)
        });
        if let Some(thread) = self.thread.take() {
            thread.join().expect("it does not panic");
        }
    }
}

#[test]
fn two_that_ask_for_a_bots_updates_are_seen_and_the_one_that_stays_hears_again() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let other = OtherPoller::start(&stage)?;
    let taken = stage.found(|| Some(stage.bot_status()).filter(|bot| bot["hearing"] == "taken_by_another"));
    assert!(taken["problem"].as_str().is_some_and(|problem| problem.contains("only one bot instance")), "{taken}");
    // What is to be sent goes on.
    stage.delivery(&stage.tell(ALICE, "still speaking"), "sent");
    other.stop(&stage);
    stage.say(ALICE, "/status");
    stage.newest(ALICE, "Delivery runs");
    let bot = stage.found(|| Some(stage.bot_status()).filter(|bot| bot["hearing"] == "receiving"));
    assert_eq!(bot["problem"], Value::Null);
    Ok(())
}

#[test]
fn an_outage_of_the_bot_api_is_seen_and_ends_by_itself() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    stage.let_in(BOB, "user");
    for trouble in [json!({ "trouble": "html", "status": 502 }), json!({ "trouble": "lost_before" })] {
        stage.trouble("getUpdates", 2, trouble);
        // Whoever waits now is answered, and the next look meets it.
        stage.say(BOB, "/help");
        stage.found(|| Some(stage.bot_status()).filter(|bot| bot["hearing"] == "unreachable"));
        stage.say(ALICE, "/status");
        let bot = stage.found(|| Some(stage.bot_status()).filter(|bot| bot["hearing"] == "receiving"));
        assert_eq!(bot["problem"], Value::Null);
    }
    until(|| stage.copies(ALICE, "Delivery runs") == 2);
    assert_eq!(stage.json(&["inbox", "list"]), json!([]));
    Ok(())
}
