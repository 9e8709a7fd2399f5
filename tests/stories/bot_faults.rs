//! Telegram refuses, breaks off, or sends nonsense to what a bot sends: whoever sent it, the person it was for and the
//! operator are told the same, nothing is lost, and nothing is sent twice by itself.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use telegraphist_tests::{BotStage, Era, Stdio, until};

const ALICE: i64 = BotStage::ALICE;
const BOB: i64 = BotStage::BOB;

/// A client of the stage's profile.
async fn client(stage: &BotStage) -> anyhow::Result<Stdio> {
    Stdio::start(&stage.home, &[], Era::Stateless).await
}

fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no moment: {value}"))
}

#[test]
fn a_chat_that_must_wait_long_holds_up_nobody_else_and_waits_also_after_a_crash() -> anyhow::Result<()> {
    // What is longer than this is long.
    let stage = BotStage::with(&[("TELEGRAPHIST_TELEGRAM__WAIT_MAX", "1s")])?;
    stage.let_in(BOB, "user");
    stage.trouble("sendMessage", 1, json!({ "trouble": "flood", "retry_after": 8 }));
    let first = stage.tell(ALICE, "first for Alice");
    let waiting = stage
        .found(|| Some(stage.json(&["outbox", "show", &first])).filter(|delivery| delivery["not_before"].is_string()));
    assert_eq!((&waiting["state"], &waiting["error"]), (&json!("queued"), &json!("Telegram asks to wait 8 s")));
    let second = stage.tell(ALICE, "second for Alice");
    let other = stage.tell(BOB, "for Bob");
    stage.newest(BOB, "for Bob");
    stage.delivery(&other, "sent");
    stage.kill_daemon();
    // The next life of the daemon does not ask either.
    let asked = stage.sandbox.calls("bot.sendMessage");
    let still = stage.json(&["outbox", "show", &first]);
    assert_eq!((&still["state"], &still["not_before"]), (&json!("queued"), &waiting["not_before"]), "{still}");
    assert_eq!((stage.copies(ALICE, "for Alice"), stage.sandbox.calls("bot.sendMessage")), (0, asked));
    let (first, second) = (stage.delivery(&first, "sent"), stage.delivery(&second, "sent"));
    assert!(moment(&first["ended"]) >= moment(&waiting["not_before"]), "{first}");
    assert!(moment(&second["ended"]) >= moment(&first["ended"]), "{second}");
    let texts: Vec<Value> = stage.chat(ALICE).into_iter().map(|message| message["text"].clone()).collect();
    assert!(texts[0].as_str().is_some_and(|text| text.contains("second")), "{texts:?}");
    assert!(texts[1].as_str().is_some_and(|text| text.contains("first")), "{texts:?}");
    Ok(())
}

#[tokio::test]
async fn a_short_wait_is_waited_out_and_the_caller_hears_of_a_message_sent() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = client(&stage).await?;
    stage.trouble("sendMessage", 1, json!({ "trouble": "flood", "retry_after": 1 }));
    let sent = client.tool("send_message", json!({ "chat": ALICE.to_string(), "text": "a little later" })).await?;
    assert!(sent["items"][0]["message_id"].is_number(), "{sent}");
    assert_eq!(stage.copies(ALICE, "a little later"), 1);
    let delivery = &stage.outbox()[0];
    assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("sent"), &json!(1)), "{delivery}");
    Ok(())
}

#[tokio::test]
async fn somebody_who_blocks_the_bot_cannot_be_reached_until_they_let_it_in_again() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    stage.let_in(BOB, "user");
    let is_unreachable = || {
        let known = stage.json(&["people", "list"]);
        let bob = known["people"].as_array().into_iter().flatten().find(|person| person["user"] == BOB).cloned();
        bob.expect("Bob is known")["is_unreachable"] == true
    };
    let mut client = client(&stage).await?;
    stage.sandbox.post("/v1/block", json!({ "as": BOB, "chat": BotStage::BOT }));
    let refused = client.failure("send_message", json!({ "chat": BOB.to_string(), "text": "hello" })).await?;
    assert_eq!(refused["code"], "forbidden", "{refused}");
    until(is_unreachable);
    let told = stage.tell(BOB, "nobody reads this");
    let failed = stage.delivery(&told, "failed");
    assert_eq!(failed["error"], "BOT_BLOCKED");
    let asked = stage.home.run(&["ask", "Deploy?", "--decider", &BOB.to_string()], "");
    assert_eq!(asked.status.code(), Some(22), "nobody could be asked");
    let asked = stage.json(&["approvals", "list"]);
    assert_eq!(asked[0]["state"], "undeliverable", "{asked}");
    let everybody = stage.json(&["notify", "to everybody"]);
    assert_eq!(everybody["deliveries"].as_array().map(Vec::len), Some(1), "only Alice is told: {everybody}");

    stage.sandbox.post("/v1/block", json!({ "as": BOB, "chat": BotStage::BOT, "unblock": true }));
    stage.say(BOB, "/start");
    stage.newest(BOB, "Hello");
    until(|| !is_unreachable());
    let told = stage.tell(BOB, "back again");
    stage.delivery(&told, "sent");
    assert_eq!(stage.copies(BOB, "back again"), 1);
    Ok(())
}

/// What a message leads to whose sending Telegram refuses once.
enum Leads {
    /// To a failure of this code, and a delivery that says this.
    Failure(&'static str, &'static str),
    /// To the same message without its formatting.
    Plain,
}

/// The refusals of the Bot API that a message can meet, in the words of the real server.
const REFUSALS: &[(u16, &str, Leads)] = &[
    (400, "Bad Request: text is too long", Leads::Failure("invalid_argument", "too long")),
    (400, "Bad Request: message is too long", Leads::Failure("invalid_argument", "too long")),
    (400, "Bad Request: MESSAGE_TOO_LONG", Leads::Failure("invalid_argument", "too long")),
    (400, "Bad Request: message text is empty", Leads::Failure("invalid_argument", "empty")),
    (400, "Bad Request: text must be non-empty", Leads::Failure("invalid_argument", "empty")),
    (400, "Bad Request: chat not found", Leads::Failure("unknown_chat", "chat")),
    (400, "Bad Request: chat_id is empty", Leads::Failure("unknown_chat", "chat")),
    (403, "Forbidden: user is deactivated", Leads::Failure("forbidden", "USER_DEACTIVATED")),
    (403, "Forbidden: bot can't initiate conversation with a user", Leads::Failure("forbidden", "CHAT_NOT_STARTED")),
    (403, "Forbidden: the bot can't send messages to the bot", Leads::Failure("forbidden", "BOT_TO_BOT")),
    (403, "Forbidden: bot was kicked from the supergroup chat", Leads::Failure("forbidden", "BOT_KICKED")),
    (403, "Forbidden: bot was kicked from the group chat", Leads::Failure("forbidden", "BOT_KICKED")),
    (403, "Forbidden: bot is not a member of the channel chat", Leads::Failure("forbidden", "BOT_NOT_MEMBER")),
    (400, "Bad Request: unsupported parse_mode", Leads::Failure("telegram_refused", "unsupported parse_mode")),
    (400, "Bad Request: message to be replied not found", Leads::Failure("unknown_message", "message")),
    (400, "Bad Request: message thread not found", Leads::Failure("invalid_argument", "not a topic")),
    (400, "Bad Request: TOPIC_CLOSED", Leads::Failure("forbidden", "TOPIC_CLOSED")),
    (400, "Bad Request: BUTTON_DATA_INVALID", Leads::Failure("invalid_argument", "64 bytes")),
    (400, "Bad Request: BUTTON_URL_INVALID", Leads::Failure("invalid_argument", "address")),
    (
        400,
        "Bad Request: text buttons are unallowed in the inline keyboard",
        Leads::Failure("invalid_argument", "does nothing"),
    ),
    (
        400,
        "Bad Request: inline keyboard button text must be non-empty",
        Leads::Failure("invalid_argument", "without a text"),
    ),
    (400, "Bad Request: reply markup is too long", Leads::Failure("invalid_argument", "too many")),
    (400, "Bad Request: something nobody has heard of", Leads::Failure("telegram_refused", "nobody has heard of")),
    (413, "Request Entity Too Large", Leads::Failure("file_refused", "larger than")),
    (400, "Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 12", Leads::Plain),
    (400, "Bad Request: ENTITY_BOUNDS_INVALID", Leads::Plain),
];

#[tokio::test]
async fn every_refusal_leads_to_one_clear_end() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = client(&stage).await?;
    for (at, (code, words, leads)) in REFUSALS.iter().enumerate() {
        let text = format!("**number {at}.**");
        stage.sandbox.fault("bot.sendMessage", i32::from(*code), words, 1);
        let arguments = json!({ "chat": ALICE.to_string(), "text": text, "format": "markdown" });
        match leads {
            Leads::Failure(code, why) => {
                let failure = client.failure("send_message", arguments).await?;
                assert_eq!(failure["code"], *code, "{words}: {failure}");
                let delivery = &stage.outbox()[0];
                assert_eq!(delivery["state"], "failed", "{words}: {delivery}");
                let told = delivery["error"].as_str().unwrap_or_default();
                assert!(told.contains(why), "{words}: {told}");
                assert_eq!(stage.copies(ALICE, &format!("number {at}.")), 0, "{words}");
            }
            Leads::Plain => {
                let sent = client.tool("send_message", arguments).await?;
                assert!(sent["items"][0]["message_id"].is_number(), "{words}: {sent}");
                assert_eq!(stage.copies(ALICE, &format!("number {at}.")), 1, "{words}");
                assert_eq!(stage.outbox()[0]["state"], "sent", "{words}");
            }
        }
    }
    // Nothing that failed holds up what comes behind it, and none of it says that Alice cannot be reached but what does.
    let told = stage.tell(ALICE, "and on it goes");
    stage.delivery(&told, "sent");
    Ok(())
}

#[tokio::test]
async fn only_what_shuts_the_bot_out_makes_somebody_unreachable() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    stage.let_in(BOB, "user");
    let state_after = |code: i32, words: &str| {
        stage.sandbox.fault("bot.sendMessage", code, words, 1);
        stage.delivery(&stage.tell(BOB, words), "failed");
        // What follows from a delivery is done before the next one of its chat ends.
        stage.delivery(&stage.tell(BOB, "the next"), "sent");
        let known = stage.json(&["people", "list"]);
        let bob = known["people"].as_array().into_iter().flatten().find(|person| person["user"] == BOB).cloned();
        bob.expect("Bob is known")["is_unreachable"] == true
    };
    assert!(!state_after(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN"));
    assert!(state_after(403, "Forbidden: user is deactivated"));
    Ok(())
}

#[tokio::test]
async fn a_message_follows_its_group_to_the_supergroup() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = client(&stage).await?;
    let (group, supergroup) = (-501, -1_000_000_000_701_i64);
    stage.sandbox.post("/v1/bring", json!({ "as": ALICE, "chat": group, "user": BotStage::BOT }));
    stage.trouble("sendMessage", 1, json!({ "trouble": "migrated", "to": supergroup }));
    for text in ["it follows", "it goes there at once"] {
        let sent = client.tool("send_message", json!({ "chat": group.to_string(), "text": text })).await?;
        assert_eq!(sent["chat"]["id"], supergroup.to_string(), "{sent}");
        let there = stage.sandbox.mailbox(ALICE, &supergroup.to_string(), 5);
        assert!(there.iter().any(|message| message["text"] == text), "{there:?}");
    }
    let here = stage.sandbox.mailbox(ALICE, &group.to_string(), 5);
    assert!(here.iter().all(|message| message["text"] != "it follows"), "{here:?}");
    Ok(())
}

#[test]
fn what_may_have_been_sent_is_unknown_and_sent_again_only_by_a_person() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    for (trouble, arrived) in [
        (json!({ "trouble": "html", "status": 502 }), 0),
        (json!({ "trouble": "lost_before" }), 0),
        (json!({ "trouble": "lost_after" }), 1),
    ] {
        let words = format!("with {}", trouble["trouble"].as_str().unwrap_or_default());
        stage.trouble("sendMessage", 1, trouble);
        let id = stage.tell(ALICE, &words);
        let unknown = stage.delivery(&id, "unknown");
        assert!(unknown["error"].as_str().is_some_and(|why| why.contains("may have been sent")), "{unknown}");
        assert_eq!(stage.copies(ALICE, &words), arrived);
        // Neither what comes behind it nor another life of the daemon sends it again.
        stage.delivery(&stage.tell(ALICE, "behind it"), "sent");
        stage.kill_daemon();
        stage.delivery(&stage.tell(ALICE, "after the crash"), "sent");
        assert_eq!(stage.copies(ALICE, &words), arrived);
        assert_eq!(stage.bot_status()["stuck"], 1);
        stage.home.ok(&["outbox", "requeue", &id], "");
        stage.delivery(&id, "sent");
        assert_eq!(stage.copies(ALICE, &words), arrived + 1);
        assert_eq!(stage.bot_status()["stuck"], 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_caller_whose_message_may_be_out_is_told_so() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = client(&stage).await?;
    stage.trouble("sendMessage", 1, json!({ "trouble": "lost_after" }));
    let arguments = json!({ "chat": ALICE.to_string(), "text": "only once", "idempotency_key": "once" });
    for _ in 0..2 {
        let failure = client.failure("send_message", arguments.clone()).await?;
        assert_eq!(failure["code"], "outcome_unknown", "{failure}");
    }
    assert_eq!(stage.copies(ALICE, "only once"), 1);
    Ok(())
}

#[tokio::test]
async fn a_revoked_token_is_seen_everywhere_and_the_next_one_sends_what_waits() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut client = client(&stage).await?;
    let revoke = || {
        let token = stage.sandbox.post("/v1/revoke_token", json!({ "bot": BotStage::BOT }));
        token["token"].as_str().map(str::to_owned).expect("a token")
    };
    let needs_login = || {
        let sessions = stage.json(&["sessions", "list"]);
        sessions.as_array().into_iter().flatten().any(|session| session["state"] == "needs_login")
    };
    // With delivery stopped, it is hearing that meets it.
    client.tool("stop_bridge", json!({})).await?;
    let waits = stage.tell(ALICE, "this waits for another token");
    let token = revoke();
    until(needs_login);
    let status = client.tool("get_bridge_status", json!({})).await?;
    let bot = &status["bots"][0];
    assert_eq!(
        (&status["state"], &bot["hearing"], &bot["queued"]),
        (&json!("no_bot"), &json!("token_refused"), &json!(1))
    );
    assert!(bot["problem"].as_str().is_some_and(|problem| problem.contains("Unauthorized")), "{status}");
    let refused = client.failure("send_telegram_message", json!({ "message": "and now?" })).await?;
    assert_eq!(refused["code"], "needs_login", "{refused}");
    let refused = client.failure("request_approval", json!({ "title": "And now?" })).await?;
    assert_eq!(refused["code"], "needs_login", "{refused}");
    let refused = client.failure("send_message", json!({ "chat": ALICE.to_string(), "text": "and now?" })).await?;
    assert_eq!(refused["code"], "needs_login", "{refused}");
    // It is remembered, and is seen by those who come later.
    stage.kill_daemon();
    let mut client = self::client(&stage).await?;
    assert_eq!(client.tool("get_bridge_status", json!({})).await?["bots"][0]["hearing"], "token_refused");
    stage.sign_in(&token)?;
    client.tool("start_bridge", json!({})).await?;
    stage.delivery(&waits, "sent");
    assert_eq!(stage.copies(ALICE, "this waits for another token"), 1);
    stage.say(ALICE, "/status");
    stage.newest(ALICE, "Delivery runs");
    Ok(())
}

#[test]
fn a_delivery_that_meets_a_revoked_token_goes_out_at_once_with_the_next_one() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    stage.sandbox.fault("bot.sendMessage", 401, "Unauthorized", 1);
    let id = stage.tell(ALICE, "for another token");
    stage.found(|| Some(stage.json(&["sessions", "list"])).filter(|sessions| sessions[0]["state"] == "needs_login"));
    let waiting = stage.json(&["outbox", "show", &id]);
    assert_eq!(waiting["state"], "queued", "{waiting}");
    stage.sign_in(&stage.token()?)?;
    let sent = stage.delivery(&id, "sent");
    assert_eq!(sent["attempts"], 2, "{sent}");
    Ok(())
}
