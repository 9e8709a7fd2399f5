//! Agents ask and tell, people decide: through the program, a bot, and a person of the sandbox.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{Era, Home, Sandbox};

/// The bot of the sandbox's world that speaks here.
const BOT: i64 = 1102;

/// A sandbox whose first person owns a profile that a bot is signed in to.
fn stage() -> anyhow::Result<(Sandbox, Home)> {
    let sandbox = Sandbox::start()?;
    let mut home = Home::new();
    home.set("TELEGRAPHIST_TELEGRAM__DC_OPTIONS", sandbox.addresses());
    home.set("TELEGRAPHIST_TELEGRAM__BOT_API_URL", sandbox.url("bot_api"));
    home.set("TELEGRAPHIST_PEOPLE__OWNER", sandbox.account.to_string());
    let token = sandbox.get("/v1/info")["accounts"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|account| account["id"] == BOT)
        .and_then(|account| account["bot_token"].as_str().map(str::to_owned))
        .context("the sandbox tells no token of its bot")?;
    let mut login = home.telegraphist(&["login", "--bot"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    login.stdin.take().context("no standard input")?.write_all(token.as_bytes())?;
    assert!(login.wait()?.success(), "the bot signs in");
    sandbox.post("/v1/say", json!({ "as": sandbox.account, "chat": BOT, "text": "/start" }));
    newest(&sandbox, "Hello")?;
    Ok((sandbox, home))
}

/// The newest message in the person's chat with the bot, as soon as it says this.
fn newest(sandbox: &Sandbox, words: &str) -> anyhow::Result<Value> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let path = format!("/v1/mailbox?account={}&chat={BOT}&limit=5", sandbox.account);
        let mailbox = sandbox.get(&path);
        let messages = mailbox["messages"].as_array().cloned().unwrap_or_default();
        let says = |message: &&Value| message["text"].as_str().is_some_and(|text| text.contains(words));
        if let Some(message) = messages.iter().find(says) {
            return Ok(message.clone());
        }
        anyhow::ensure!(Instant::now() < deadline, "nobody says {words}: {mailbox}");
        std::thread::yield_now();
    }
}

/// Starts a command whose end is awaited later.
fn start(home: &Home, arguments: &[&str]) -> anyhow::Result<Child> {
    let mut command = home.telegraphist(arguments);
    Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
}

/// Ends the daemon as a power cut would.
fn kill_daemon(home: &Home) -> anyhow::Result<()> {
    let status = home.telegraphist(&["daemon", "status", "--output", "json"]).output()?;
    let status: Value = serde_json::from_slice(&status.stdout).context("no daemon runs")?;
    let killed = Command::new("kill").args(["-9", &status["pid"].to_string()]).status()?;
    anyhow::ensure!(killed.success(), "the daemon could not be killed");
    Ok(())
}

fn press(sandbox: &Sandbox, message: &Value, button: &str) -> Value {
    let press = json!({ "as": sandbox.account, "chat": BOT, "id": message["id"], "button": button });
    sandbox.post("/v1/press", press)
}

#[test]
fn a_script_asks_and_its_exit_code_tells_the_decision() -> anyhow::Result<()> {
    let (sandbox, home) = stage()?;
    for (at, (button, code)) in [("Yes", 0), ("No", 11), ("Later", 12)].into_iter().enumerate() {
        let question = format!("Deploy number {at}?");
        let options = ["--option", "Yes", "--option", "No", "--option", "Later"];
        let asking = start(&home, &[&["ask", question.as_str()], options.as_slice()].concat())?;
        let card = newest(&sandbox, &question)?;
        assert_eq!(press(&sandbox, &card, button)["answer"]["text"], button);
        let output = asking.wait_with_output()?;
        assert_eq!(output.status.code(), Some(code), "{button}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), button);
        let decided = newest(&sandbox, &format!("{button} · "))?;
        assert!(decided["buttons"].as_array().is_none_or(Vec::is_empty), "no buttons are left: {decided}");
    }
    Ok(())
}

#[test]
fn a_question_is_taken_back_at_the_command_line() -> anyhow::Result<()> {
    let (sandbox, home) = stage()?;
    let asking = start(&home, &["ask", "Deploy?"])?;
    newest(&sandbox, "Deploy?")?;
    let listed = home.telegraphist(&["approvals", "list", "--pending", "--output", "json"]).output()?;
    let listed: Value = serde_json::from_slice(&listed.stdout)?;
    let id = listed[0]["approval_id"].as_str().context("no question waits")?;
    assert!(home.telegraphist(&["approvals", "cancel", id]).output()?.status.success());
    assert_eq!(asking.wait_with_output()?.status.code(), Some(21));
    let verified = home.telegraphist(&["audit", "verify"]).output()?;
    assert!(verified.status.success(), "the audit log holds");
    Ok(())
}

#[test]
fn an_interrupted_script_takes_its_question_back() -> anyhow::Result<()> {
    let (sandbox, home) = stage()?;
    let asking = start(&home, &["ask", "Deploy?"])?;
    newest(&sandbox, "Deploy?")?;
    let interrupted = Command::new("kill").args(["-INT", &asking.id().to_string()]).status()?;
    assert!(interrupted.success());
    assert_eq!(asking.wait_with_output()?.status.code(), Some(21));
    let listed = home.telegraphist(&["approvals", "list", "--pending", "--output", "json"]).output()?;
    assert_eq!(serde_json::from_slice::<Value>(&listed.stdout)?, json!([]), "nothing waits any more");
    Ok(())
}

#[test]
fn a_hook_is_answered_from_the_phone() -> anyhow::Result<()> {
    let (sandbox, home) = stage()?;
    for (button, behavior) in [("Allow once", "allow"), ("Deny", "deny")] {
        let request = json!({
            "session_id": "s", "hook_event_name": "PermissionRequest", "tool_name": "Bash",
            "tool_input": { "command": format!("make {behavior}") },
        });
        let mut hook = home.telegraphist(&["hook", "permission"]);
        let mut hook = hook.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        hook.stdin.take().context("no standard input")?.write_all(request.to_string().as_bytes())?;
        let card = newest(&sandbox, &format!("make {behavior}"))?;
        press(&sandbox, &card, button);
        let answer: Value = serde_json::from_slice(&hook.wait_with_output()?.stdout)?;
        assert_eq!(answer["hookSpecificOutput"]["decision"]["behavior"], behavior, "{answer}");
    }
    Ok(())
}

#[test]
fn a_question_outlives_the_daemon() -> anyhow::Result<()> {
    let (sandbox, home) = stage()?;
    let arguments = ["call", "request_approval", "title=Deploy?", "--output", "json"];
    let asked = home.telegraphist(&arguments).output()?;
    let asked: Value = serde_json::from_slice(&asked.stdout)?;
    let card = newest(&sandbox, "Deploy?")?;
    kill_daemon(&home)?;
    // Whoever comes next starts another, which hears the press.
    let id = format!("approval_id={}", asked["approval_id"].as_str().context("no id")?);
    let waiting = start(&home, &["call", "wait_for_approval", &id, "--output", "json"])?;
    assert_eq!(press(&sandbox, &card, "Approve")["answer"]["text"], "Approve");
    let waited: Value = serde_json::from_slice(&waiting.wait_with_output()?.stdout)?;
    assert_eq!(waited["decision"]["is_allowed"], true, "{waited}");
    Ok(())
}

#[tokio::test]
async fn an_agent_that_lost_its_daemon_goes_on_with_its_question() -> anyhow::Result<()> {
    let (sandbox, home) = stage()?;
    let mut agent = telegraphist_tests::Stdio::start(&home, &[], Era::Initialize).await?;
    let arguments = json!({ "tool_name": "Bash", "input": { "command": "make deploy" } });
    let prompt = json!({ "name": "approve_tool_use", "arguments": arguments });
    let asking = agent.begin("tools/call", prompt.clone()).await?;
    let card = newest(&sandbox, "make deploy")?;
    kill_daemon(&home)?;
    let lost = agent.answer(asking).await?;
    assert_eq!(lost["result"]["isError"], true, "{lost}");
    // The agent that repeats itself is the one that asked: the card that is there answers it.
    let again = agent.begin("tools/call", prompt).await?;
    press(&sandbox, &card, "Allow once");
    let answer = agent.answer(again).await?;
    assert_eq!(answer["result"]["structuredContent"]["behavior"], "allow", "{answer}");
    Ok(())
}
