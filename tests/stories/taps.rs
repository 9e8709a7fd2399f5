//! Presses of buttons that must not count: by whom, when, and with what they come. Whoever presses is told, what the agent
//! waits for stays as it is, and nobody's press is counted for another's.

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{BotStage, Era, Stdio, until};

const ALICE: i64 = BotStage::ALICE;
const BOB: i64 = BotStage::BOB;
const CAROL: i64 = BotStage::CAROL;
/// The group in which Alice, Bob and Carol are.
const HIKERS: i64 = -501;

/// An agent that asks.
async fn agent(stage: &BotStage) -> anyhow::Result<Stdio> {
    Stdio::start(&stage.home, &[], Era::Stateless).await
}

async fn ask(agent: &mut Stdio, arguments: Value) -> anyhow::Result<String> {
    let asked = agent.tool("request_approval", arguments).await?;
    Ok(asked["approval_id"].as_str().context("no approval_id")?.to_owned())
}

async fn state(agent: &mut Stdio, id: &str) -> anyhow::Result<String> {
    let approval = agent.tool("get_approval", json!({ "approval_id": id })).await?;
    Ok(approval["state"].as_str().unwrap_or_default().to_owned())
}

/// What the operator sees of a question.
fn listed(stage: &BotStage, id: &str) -> Value {
    let all = stage.json(&["approvals", "list"]);
    all.as_array().into_iter().flatten().find(|approval| approval["approval_id"] == id).cloned().unwrap_or_default()
}

/// What the deny button and the like send, and what is in the question's card.
fn data(card: &Value, button: &str) -> String {
    let buttons = card["buttons"].as_array().into_iter().flatten().flat_map(|row| row.as_array().into_iter().flatten());
    let data = buttons.into_iter().find(|found| found["text"] == button).and_then(|found| found["data"].as_str());
    data.unwrap_or_else(|| panic!("no button {button} in {card}")).to_owned()
}

fn told(answer: &Value) -> &str {
    answer["text"].as_str().unwrap_or_else(|| panic!("nobody was told anything: {answer}"))
}

#[tokio::test]
async fn a_stranger_in_the_group_decides_nothing() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    stage.sandbox.post("/v1/bring", json!({ "as": ALICE, "chat": HIKERS, "user": BotStage::BOT }));
    stage.sandbox.post("/v1/say", json!({ "as": ALICE, "chat": HIKERS, "text": "/pair" }));
    let in_group = |who: i64, words: &str| {
        stage.found(|| {
            let mailbox = stage.sandbox.mailbox(who, &HIKERS.to_string(), 20);
            mailbox.into_iter().find(|message| message["text"].as_str().is_some_and(|text| text.contains(words)))
        })
    };
    in_group(ALICE, "From now on I speak in this group");
    let mut agent = agent(&stage).await?;
    let id = ask(&mut agent, json!({ "title": "Deploy?", "chat": HIKERS.to_string() })).await?;
    let press = |who: i64| {
        let card = in_group(who, "Deploy?");
        let press = json!({ "as": who, "chat": HIKERS, "id": card["id"], "button": "Approve" });
        stage.sandbox.post("/v1/press", press)["answer"].clone()
    };
    let answer = press(CAROL);
    assert!(told(&answer).contains("not asked to decide"), "{answer}");
    assert_eq!((&answer["alert"], state(&mut agent, &id).await?.as_str()), (&json!(true), "pending"));
    assert!(in_group(ALICE, "Deploy?")["buttons"].as_array().is_some_and(|rows| !rows.is_empty()));
    assert_eq!(told(&press(ALICE)), "Approve");
    assert_eq!(state(&mut agent, &id).await?, "decided");
    let audit = stage.home.ok(&["audit", "export"], "");
    assert!(audit.lines().any(|row| row.contains("not_a_decider") && row.contains(&CAROL.to_string())), "{audit}");
    Ok(())
}

#[tokio::test]
async fn somebody_whose_role_was_taken_away_after_the_card_came_decides_nothing() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    stage.let_in(BOB, "user");
    let mut agent = agent(&stage).await?;
    for (at, role) in ["blocked", "guest"].into_iter().enumerate() {
        stage.home.ok(&["people", "role", &BOB.to_string(), "user"], "");
        let title = format!("Deploy number {at}?");
        let id = ask(&mut agent, json!({ "title": title, "deciders": [BOB.to_string()] })).await?;
        let card = stage.newest(BOB, &title);
        stage.home.ok(&["people", "role", &BOB.to_string(), role], "");
        let answer = stage.press(BOB, &card, "Approve");
        assert!(told(&answer).contains("not asked to decide"), "{role}: {answer}");
        assert_eq!(state(&mut agent, &id).await?, "pending", "{role}");
        assert_eq!(listed(&stage, &id)["state"], "pending");
        // Given back, it counts again.
        stage.home.ok(&["people", "role", &BOB.to_string(), "user"], "");
        assert_eq!(told(&stage.press(BOB, &card, "Approve")), "Approve");
        assert_eq!(state(&mut agent, &id).await?, "decided");
    }
    // Nor do they answer a notice.
    let event = json!({ "type": "info_notification", "title": "Which one?", "data": { "options": ["A", "B"] } });
    agent.tool("send_telegram_event", event).await?;
    let notice = stage.newest(BOB, "Which one?");
    stage.home.ok(&["people", "forget", &BOB.to_string()], "");
    assert!(told(&stage.press(BOB, &notice, "A")).contains("nothing was done"));
    assert_eq!(told(&stage.press(ALICE, &stage.newest(ALICE, "Which one?"), "B")), "B ✓");
    let heard = agent.tool("get_telegram_responses", json!({})).await?;
    let heard: Vec<&str> =
        heard["items"].as_array().into_iter().flatten().filter_map(|item| item["text"].as_str()).collect();
    assert!(heard.contains(&"B") && !heard.contains(&"A"), "{heard:?}");
    Ok(())
}

#[tokio::test]
async fn a_second_press_changes_nothing_and_says_who_was_first() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    stage.let_in(BOB, "user");
    let mut agent = agent(&stage).await?;
    let deciders = [ALICE, BOB].map(|who| who.to_string());
    let id = ask(&mut agent, json!({ "title": "Deploy?", "deciders": deciders })).await?;
    let (hers, his) = (stage.newest(ALICE, "Deploy?"), stage.newest(BOB, "Deploy?"));
    let (approve, deny) = (data(&hers, "Approve"), data(&his, "Deny"));
    assert_eq!(told(&stage.press(ALICE, &hers, "Approve")), "Approve");
    // His card may have lost its buttons by now; a press that was on its way has not.
    let late = stage.forge(BOB, &his, &deny);
    assert!(told(&late).starts_with("Already decided by Alice") && told(&late).ends_with("Approve."), "{late}");
    let twice = stage.forge(ALICE, &hers, &approve);
    assert!(told(&twice).starts_with("Already decided by Alice"), "{twice}");
    assert_eq!((&late["alert"], &twice["alert"]), (&json!(true), &json!(true)));
    let approval = listed(&stage, &id);
    assert_eq!(approval["decision"]["choice"], "Approve", "{approval}");
    for (who, message) in [(ALICE, &hers), (BOB, &his)] {
        let shows = || stage.chat(who).into_iter().find(|shown| shown["id"] == message["id"]).unwrap_or_default();
        until(|| shows()["buttons"].as_array().is_none_or(Vec::is_empty));
        assert!(shows()["text"].as_str().is_some_and(|text| text.contains("Approve · ")), "{}", shows());
    }
    Ok(())
}

#[tokio::test]
async fn a_press_after_the_time_is_over_is_told_so() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut agent = agent(&stage).await?;
    let id = ask(&mut agent, json!({ "title": "Deploy?", "expires_in": 10 })).await?;
    let card = stage.newest(ALICE, "Deploy?");
    let approve = data(&card, "Approve");
    let waited = agent.tool("wait_for_approval", json!({ "approval_id": id, "timeout_seconds": 50 })).await?;
    assert_eq!((&waited["state"], &waited["decision"]), (&json!("expired"), &Value::Null), "{waited}");
    let answer = stage.forge(ALICE, &card, &approve);
    assert!(told(&answer).contains("expired"), "{answer}");
    assert_eq!((&listed(&stage, &id)["state"], &answer["alert"]), (&json!("expired"), &json!(true)));
    stage.newest(ALICE, "xpired");
    Ok(())
}

#[tokio::test]
async fn forged_and_malformed_data_are_answered_and_do_nothing() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut agent = agent(&stage).await?;
    let id = ask(&mut agent, json!({ "title": "Deploy?" })).await?;
    let card = stage.newest(ALICE, "Deploy?");
    let approve = data(&card, "Approve");
    let (kind, rest) = approve.split_once(':').context("the data has parts")?;
    let (_, choice) = rest.rsplit_once(':').context("the data names a choice")?;
    let another = "0".repeat(32);
    let forged = [
        format!("{kind}:{another}:{choice}"),
        format!("{approve}9"),
        format!("{approve}:0"),
        format!("{kind}:{}:-1", rest.rsplit_once(':').map_or("", |(id, _)| id)),
        format!("{kind}:not-an-id:0"),
        format!("n1:{another}:0"),
        "m1:loud".to_owned(),
        kind.to_owned(),
        ":::".to_owned(),
        "\u{202e}\u{0}👩‍👩‍👧".to_owned(),
        "x".repeat(64),
        String::new(),
    ];
    for data in &forged {
        let answer = stage.forge(ALICE, &card, data);
        assert!(
            told(&answer).contains("nothing was done") || told(&answer).contains("not known"),
            "{data:?}: {answer}"
        );
        assert_eq!(state(&mut agent, &id).await?, "pending", "{data:?}");
    }
    assert_eq!(stage.json(&["inbox", "list"]), json!([]), "none of it is a failure");
    assert_eq!(told(&stage.press(ALICE, &card, "Approve")), "Approve");
    Ok(())
}

#[tokio::test]
async fn an_answer_to_a_press_that_is_lost_loses_no_decision() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut agent = agent(&stage).await?;
    for trouble in [json!({ "trouble": "lost_before" }), json!({ "trouble": "html", "status": 502 })] {
        let title = format!("Deploy with {}?", trouble["trouble"].as_str().unwrap_or_default());
        let id = ask(&mut agent, json!({ "title": title })).await?;
        let card = stage.newest(ALICE, &title);
        stage.trouble("answerCallbackQuery", 1, trouble);
        // Nobody answers the press; the phone's own patience ends the spinner.
        let pressing = std::thread::scope(|scope| {
            let press = scope.spawn(|| stage.press(ALICE, &card, "Approve"));
            until(|| {
                let decided = listed(&stage, &id)["state"] == "decided";
                decided && stage.sandbox.calls("bot.answerCallbackQuery") > 0
            });
            stage.sandbox.post("/v1/advance", json!({ "ms": 20_000 }));
            press.join().expect("it does not panic")
        });
        assert_eq!(pressing, Value::Null);
        let waited = agent.tool("wait_for_approval", json!({ "approval_id": id })).await?;
        assert_eq!(waited["decision"]["is_allowed"], true, "{waited}");
    }
    Ok(())
}
