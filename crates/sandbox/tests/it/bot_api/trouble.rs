//! Floods, faults, lost connections, revoked tokens; and whose update it is when two programs ask.

use std::time::Duration;

use serde_json::{Value, json};
use telegraphist_sandbox::{BotFault, BotTrouble, Fault, Flood};

use super::robot::{INVOICE_BOT, Robot};
use crate::client::{ALICE, BOB, soon};

const TEAM: i64 = -1_000_000_000_701;

fn words(text: &str) -> Value {
    json!({ "chat_id": ALICE, "text": text })
}

fn once(trouble: BotTrouble) -> BotFault {
    BotFault::once("bot.sendMessage", trouble)
}

#[tokio::test]
async fn a_strict_box_asks_for_patience() {
    let robot = Robot::new().await;
    robot.sandbox.flood(Flood::Strict);
    robot.ok("sendMessage", words("one")).await;
    let answer = robot.raw("sendMessage", &words("two")).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().ok()), (429, Some("1")));
    let answer: Value = soon(answer.json()).await.expect("JSON");
    assert_eq!(answer["description"], "Too Many Requests: retry after 1");
    assert_eq!(answer["parameters"], json!({ "retry_after": 1 }));
    robot.sandbox.advance(Duration::from_secs(1));
    robot.ok("sendMessage", words("two")).await;
    for place in 0..20 {
        robot.sandbox.advance(Duration::from_secs(1));
        robot.ok("sendMessage", json!({ "chat_id": TEAM, "text": format!("{place}") })).await;
    }
    robot.sandbox.advance(Duration::from_secs(1));
    let no =
        robot.call("sendMessage", json!({ "chat_id": TEAM, "text": "too many" })).await.expect_err("it is too much");
    assert_eq!(no.code, 429);
    robot.sandbox.flood(Flood::Scripted { waits: [0, 30].into() });
    robot.ok("sendMessage", words("three")).await;
    assert_eq!(robot.no("sendMessage", words("four")).await, (429, "Too Many Requests: retry after 30".to_owned()));
    robot.ok("sendMessage", words("four")).await;
    assert_eq!(robot.sandbox.counters().errors["Too Many Requests: retry after 30"], 1);
}

#[tokio::test]
async fn calls_are_refused_to_order() {
    let robot = Robot::new().await;
    robot.sandbox.bot_fault(once(BotTrouble::Flood { retry_after: 7 })).expect("it is known");
    assert_eq!(robot.no("sendMessage", words("x")).await, (429, "Too Many Requests: retry after 7".to_owned()));
    robot.sandbox.bot_fault(once(BotTrouble::Migrated { to: TEAM })).expect("it is known");
    let answer: Value = soon(robot.raw("sendMessage", &words("x")).await.json()).await.expect("JSON");
    assert_eq!(answer["parameters"]["migrate_to_chat_id"], TEAM);
    assert_eq!(answer["description"], "Bad Request: group chat was upgraded to a supergroup chat");
    robot.sandbox.fault(Fault::once("bot.sendMessage", 500, "Internal Server Error")).expect("it is known");
    assert_eq!(robot.no("sendMessage", words("x")).await, (500, "Internal Server Error".to_owned()));
    robot.sandbox.bot_fault(once(BotTrouble::Html { status: 502 })).expect("it is known");
    let answer = robot.raw("sendMessage", &words("x")).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().ok()), (502, Some("text/html")));
    robot.sandbox.bot_fault(once(BotTrouble::Slow { ms: 1 })).expect("it is known");
    robot.ok("sendMessage", words("in pieces")).await;
    assert!(robot.sandbox.fault(Fault::once("bot.sendmessage", 500, "x")).is_err(), "a misspelt method");
    let calls = robot.sandbox.counters().calls_of("bot.sendMessage");
    assert_eq!(calls, 5, "calls that are refused to order are counted");
}

#[tokio::test]
async fn a_lost_answer_leaves_a_message_and_a_lost_call_does_not() {
    let robot = Robot::new().await;
    let send = |text: &'static str| {
        let request = robot.request(reqwest::Method::POST, &format!("/bot{}/sendMessage", robot.token));
        async move { soon(request.json(&words(text)).send()).await }
    };
    robot.sandbox.bot_fault(once(BotTrouble::LostBefore)).expect("it is known");
    assert!(send("never").await.is_err());
    robot.sandbox.bot_fault(once(BotTrouble::LostAfter)).expect("it is known");
    assert!(send("sent").await.is_err());
    robot.sandbox.cut_after("bot.sendMessage", Some(1)).expect("it is known");
    assert!(send("sent, too").await.is_err());
    let letters = robot.sandbox.mailbox(ALICE, INVOICE_BOT, 2).expect("a mailbox");
    let texts: Vec<&str> = letters.iter().map(|letter| letter.text.as_str()).collect();
    assert_eq!(texts, ["sent, too", "sent"]);
}

#[tokio::test]
async fn an_update_comes_twice_to_order() {
    let robot = Robot::new().await;
    robot.sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.say("once")).expect("said");
    let first = robot.updates(0).await;
    robot.sandbox.bot_fault(BotFault::once("*", BotTrouble::Twice)).expect("it is known");
    assert_eq!(robot.updates(0).await, first, "its confirmation was lost");
    assert_eq!(robot.updates(0).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_revoked_token_ends_the_wait_and_every_call() {
    let robot = Robot::new().await;
    let before = robot.sandbox.counters().calls_of("bot.getUpdates");
    let (no, token) = soon(async {
        tokio::join!(robot.no("getUpdates", json!({ "timeout": 50 })), async {
            while robot.sandbox.counters().calls_of("bot.getUpdates") == before {
                tokio::task::yield_now().await;
            }
            robot.sandbox.revoke_token(INVOICE_BOT).expect("a bot")
        })
    })
    .await;
    assert_eq!(no, (401, "Unauthorized".to_owned()));
    assert_eq!(robot.no("getMe", json!({})).await, (401, "Unauthorized".to_owned()));
    let renewed = Robot::of(&robot.sandbox, INVOICE_BOT);
    assert_eq!(renewed.token, token);
    assert_eq!(renewed.ok("getMe", json!({})).await["id"], INVOICE_BOT);
}

#[tokio::test]
async fn a_newer_poll_ends_the_older_one() {
    let robot = Robot::new().await;
    let other = Robot::of(&robot.sandbox, INVOICE_BOT);
    let before = robot.sandbox.counters().calls_of("bot.getUpdates");
    let (no, updates) = soon(async {
        tokio::join!(robot.no("getUpdates", json!({ "timeout": 50, "offset": 100_001 })), async {
            while robot.sandbox.counters().calls_of("bot.getUpdates") == before {
                tokio::task::yield_now().await;
            }
            let (updates, ()) = tokio::join!(other.ok("getUpdates", json!({ "timeout": 50 })), async {
                while robot.sandbox.counters().calls_of("bot.getUpdates") == before + 1 {
                    tokio::task::yield_now().await;
                }
                robot.sandbox.acting(ALICE, INVOICE_BOT).and_then(|alice| alice.say("who hears?")).expect("said");
            });
            updates
        })
    })
    .await;
    let reason = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    assert_eq!(no, (409, reason.to_owned()));
    assert_eq!(updates[0]["message"]["text"], "who hears?");
}

#[tokio::test]
async fn offsets_confirm_forget_and_leave() {
    let robot = Robot::new().await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    for text in ["a", "b", "c", "d"] {
        alice.say(text).expect("said");
    }
    let texts = async |arguments: Value| -> Vec<String> {
        let updates = robot.ok("getUpdates", arguments).await;
        let texts = updates.as_array().expect("a list").iter().map(|update| update["message"]["text"].as_str());
        texts.map(|text| text.expect("a text").to_owned()).collect()
    };
    assert_eq!(texts(json!({})).await, ["a", "b", "c", "d"]);
    assert_eq!(texts(json!({ "limit": 0 })).await, ["a"], "a limit is brought back into its bounds");
    assert_eq!(texts(json!({ "offset": 0, "limit": 2 })).await, ["a", "b"], "nothing was confirmed");
    assert_eq!(texts(json!({ "offset": -2 })).await, ["c", "d"], "only the last are kept");
    assert_eq!(texts(json!({})).await, ["c", "d"]);
    let last = robot.ok("getUpdates", json!({ "offset": -1 })).await[0]["update_id"].as_i64().expect("a number");
    assert_eq!(texts(json!({ "offset": last + 1 })).await, Vec::<String>::new());
}

#[tokio::test]
async fn kinds_are_chosen_when_something_happens_and_old_updates_are_dropped() {
    let robot = Robot::new().await;
    let alice = robot.sandbox.acting(ALICE, INVOICE_BOT).expect("they talk");
    robot.ok("getUpdates", json!({ "allowed_updates": ["edited_message", "a kind of the future"] })).await;
    let id = alice.say("first").expect("said");
    robot.ok("getUpdates", json!({ "allowed_updates": [] })).await;
    alice.edit(id, "second").expect("edited");
    let updates = robot.ok("getUpdates", json!({})).await;
    assert_eq!(
        (updates[0]["edited_message"]["text"].as_str(), updates.as_array().map(Vec::len)),
        (Some("second"), Some(1))
    );
    robot.sandbox.advance(Duration::from_hours(24));
    assert_eq!(robot.ok("getUpdates", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_group_is_heard_only_where_a_bot_is_meant() {
    let robot = Robot::new().await;
    let bob = robot.sandbox.acting(BOB, TEAM).expect("a member");
    bob.say("just talking").expect("said");
    bob.say("/invoice 3").expect("said");
    bob.say("/deploy@deploy_watch_bot").expect("said");
    bob.say("@invoice_helper_bot, are you there?").expect("said");
    let updates = robot.ok("getUpdates", json!({})).await;
    let texts: Vec<&str> =
        updates.as_array().expect("a list").iter().filter_map(|update| update["message"]["text"].as_str()).collect();
    assert_eq!(texts, ["/invoice 3", "@invoice_helper_bot, are you there?"]);
}
