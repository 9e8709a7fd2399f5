//! The daemon is killed in the middle of its work, again and again: what was accepted arrives, in order, and once, as far as
//! Telegram lets that be known; what may or may not have arrived is listed as such.

use std::collections::HashMap;

use serde_json::{Value, json};
use telegraphist_tests::{BotStage, Era, Stdio, until};

const PEOPLE: [i64; 3] = [BotStage::ALICE, BotStage::BOB, BotStage::CAROL];
/// How many notices, to all of them together.
const COUNT: usize = 300;

/// The stage with everybody let in.
fn stage() -> anyhow::Result<BotStage> {
    let stage = BotStage::new()?;
    stage.let_in(BotStage::BOB, "user");
    stage.let_in(BotStage::CAROL, "user");
    Ok(stage)
}

/// To whom a notice goes, and what it says.
fn notice(number: usize) -> (i64, String) {
    (PEOPLE[number % PEOPLE.len()], format!("notice {number}."))
}

/// The notices that arrived at somebody, oldest first.
fn arrived(stage: &BotStage, who: i64) -> Vec<usize> {
    let number = |message: &Value| {
        let text = message["text"].as_str()?;
        let line = text.lines().find_map(|line| line.split_once("notice ")?.1.strip_suffix('.'))?;
        line.parse().ok()
    };
    let mut numbers: Vec<usize> = stage.chat(who).iter().filter_map(number).collect();
    numbers.reverse();
    numbers
}

fn total(stage: &BotStage) -> usize {
    PEOPLE.iter().map(|who| arrived(stage, *who).len()).sum()
}

/// Says a notice until the daemon has accepted it. The key makes a repeat the same notice, whatever became of the first.
async fn accept(client: &mut Stdio, tool: &str, number: usize) -> anyhow::Result<String> {
    let (who, text) = notice(number);
    let key = format!("killed-{number}");
    let arguments = if tool == "send_telegram_event" {
        json!({ "type": "info_notification", "title": text, "chat": who.to_string(), "event_id": key })
    } else {
        json!({ "message": text, "chat": who.to_string(), "idempotency_key": key })
    };
    loop {
        let result = client.call(tool, arguments.clone()).await?;
        if result["isError"] != true {
            let id = &result["structuredContent"]["deliveries"][0]["delivery_id"];
            return Ok(id.as_str().unwrap_or_default().to_owned());
        }
        let failure = telegraphist_tests::failure_of(&result)?;
        let code = failure["code"].as_str().unwrap_or_default();
        anyhow::ensure!(["outcome_unknown", "unavailable"].contains(&code), "{failure}");
    }
}

/// Whether nothing waits any more.
fn is_done(stage: &BotStage) -> bool {
    let bot = stage.bot_status();
    bot["queued"] == 0 && bot["sending"] == 0
}

/// Waits until nothing waits any more, and looks at what became of everything.
fn check(stage: &BotStage, accepted: &HashMap<usize, String>) {
    until(|| is_done(stage));
    let outbox = stage.outbox();
    let states: HashMap<&str, &str> =
        outbox.iter().filter_map(|delivery| Some((delivery["id"].as_str()?, delivery["state"].as_str()?))).collect();
    let chats: HashMap<i64, Vec<usize>> = PEOPLE.map(|who| (who, arrived(stage, who))).into();
    for (who, numbers) in &chats {
        assert!(numbers.is_sorted_by(|one, next| one < next), "{who} got {numbers:?}");
    }
    assert_eq!(accepted.len(), COUNT);
    let mut unknown = 0;
    for (number, id) in accepted {
        let copies = chats[&notice(*number).0].iter().filter(|arrived| *arrived == number).count();
        match states.get(id.as_str()) {
            Some(&"sent") => assert_eq!(copies, 1, "notice {number} is called sent"),
            Some(&"unknown") => {
                unknown += 1;
                assert!(copies <= 1, "notice {number} arrived {copies} times");
            }
            other => panic!("notice {number} is {other:?}"),
        }
    }
    // No more than what was on its way to each chat at each of the kills.
    assert!(unknown <= KILLS.len() * PEOPLE.len(), "{unknown} are of unknown outcome");
    let listed = stage.json(&["outbox", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(unknown), "what is unknown is listed: {listed}");
}

/// The daemon is killed when so many have arrived: at the beginning, in the middle, at the end.
const KILLS: [usize; 6] = [0, 1, COUNT / 4, COUNT / 2, COUNT - 30, COUNT - 1];

#[tokio::test]
async fn three_hundred_queued_notices_outlive_a_daemon_that_is_killed_while_it_sends() -> anyhow::Result<()> {
    let stage = stage()?;
    let mut client = Stdio::start(&stage.home, &[], Era::Stateless).await?;
    client.tool("stop_bridge", json!({})).await?;
    let mut accepted = HashMap::new();
    for number in 0..COUNT {
        accepted.insert(number, accept(&mut client, "send_telegram_message", number).await?);
    }
    drop(client);
    stage.kill_daemon();
    // Stopped is stopped, also for the next life.
    assert_eq!((stage.bot_status()["queued"].as_u64(), total(&stage)), (Some(COUNT as u64), 0));
    stage.home.ok(&["call", "start_bridge"], "");
    for moment in KILLS {
        // The last may never come: what a kill before made unknown may not have arrived.
        until(|| total(&stage) >= moment || is_done(&stage));
        stage.kill_daemon();
        // Whoever looks starts the next.
        stage.bot_status();
    }
    check(&stage, &accepted);
    Ok(())
}

#[tokio::test]
async fn three_hundred_notices_are_accepted_by_a_daemon_that_is_killed_meanwhile() -> anyhow::Result<()> {
    let stage = stage()?;
    let mut client = Stdio::start(&stage.home, &[], Era::Stateless).await?;
    let mut accepted = HashMap::new();
    for number in 0..COUNT {
        // A call that is open when the daemon dies is answered as unknown, and said again under its key.
        let is_time = KILLS.contains(&number);
        let id = if is_time {
            let (call, ()) = tokio::join!(accept(&mut client, "send_telegram_event", number), async {
                stage.kill_daemon();
            });
            call?
        } else {
            accept(&mut client, "send_telegram_event", number).await?
        };
        accepted.insert(number, id);
    }
    check(&stage, &accepted);
    Ok(())
}

#[test]
fn a_script_that_notifies_is_sure_of_what_was_accepted() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push((number, stage.tell(BotStage::ALICE, &format!("notice {number}."))));
        if number % 4 == 1 {
            stage.kill_daemon();
        }
    }
    for (number, id) in ids {
        let end = stage.found(|| {
            let end = stage.json(&["outbox", "show", &id])["state"].as_str().unwrap_or_default().to_owned();
            ["sent", "unknown"].contains(&end.as_str()).then_some(end)
        });
        let copies = arrived(&stage, BotStage::ALICE).iter().filter(|arrived| **arrived == number).count();
        assert!(copies == 1 || (end == "unknown" && copies == 0), "notice {number} is {end}, {copies} copies");
    }
    assert!(arrived(&stage, BotStage::ALICE).is_sorted_by(|one, next| one < next));
    Ok(())
}
