//! Agents ask and tell, people decide: through the program, a bot, and a person of the sandbox.

use std::io::Write as _;
use std::process::{Child, Stdio};

use anyhow::Context as _;
use serde_json::{Value, json};
use telegraphist_tests::{BotStage, Era, Home};

const ALICE: i64 = BotStage::ALICE;

/// Starts a command whose end is awaited later.
fn start(home: &Home, arguments: &[&str]) -> anyhow::Result<Child> {
    let mut command = home.telegraphist(arguments);
    Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
}

#[test]
fn a_script_asks_and_its_exit_code_tells_the_decision() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    for (at, (button, code)) in [("Yes", 0), ("No", 11), ("Later", 12)].into_iter().enumerate() {
        let question = format!("Deploy number {at}?");
        let options = ["--option", "Yes", "--option", "No", "--option", "Later"];
        let asking = start(&stage.home, &[&["ask", question.as_str()], options.as_slice()].concat())?;
        let card = stage.newest(ALICE, &question);
        assert_eq!(stage.press(ALICE, &card, button)["text"], button);
        let output = asking.wait_with_output()?;
        assert_eq!(output.status.code(), Some(code), "{button}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), button);
        let decided = stage.newest(ALICE, &format!("{button} · "));
        assert!(decided["buttons"].as_array().is_none_or(Vec::is_empty), "no buttons are left: {decided}");
    }
    Ok(())
}

#[test]
fn a_question_is_taken_back_at_the_command_line() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let asking = start(&stage.home, &["ask", "Deploy?"])?;
    stage.newest(ALICE, "Deploy?");
    let listed = stage.home.telegraphist(&["approvals", "list", "--pending", "--output", "json"]).output()?;
    let listed: Value = serde_json::from_slice(&listed.stdout)?;
    let id = listed[0]["approval_id"].as_str().context("no question waits")?;
    assert!(stage.home.telegraphist(&["approvals", "cancel", id]).output()?.status.success());
    assert_eq!(asking.wait_with_output()?.status.code(), Some(21));
    let verified = stage.home.telegraphist(&["audit", "verify"]).output()?;
    assert!(verified.status.success(), "the audit log holds");
    Ok(())
}

#[test]
fn an_interrupted_script_takes_its_question_back() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let asking = start(&stage.home, &["ask", "Deploy?"])?;
    stage.newest(ALICE, "Deploy?");
    let interrupted = std::process::Command::new("kill").args(["-INT", &asking.id().to_string()]).status()?;
    assert!(interrupted.success());
    assert_eq!(asking.wait_with_output()?.status.code(), Some(21));
    let listed = stage.home.telegraphist(&["approvals", "list", "--pending", "--output", "json"]).output()?;
    assert_eq!(serde_json::from_slice::<Value>(&listed.stdout)?, json!([]), "nothing waits any more");
    Ok(())
}

#[test]
fn a_hook_is_answered_from_the_phone() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    for (button, behavior) in [("Allow once", "allow"), ("Deny", "deny")] {
        let request = json!({
            "session_id": "s", "hook_event_name": "PermissionRequest", "tool_name": "Bash",
            "tool_input": { "command": format!("make {behavior}") },
        });
        let mut hook = stage.home.telegraphist(&["hook", "permission"]);
        let mut hook = hook.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        hook.stdin.take().context("no standard input")?.write_all(request.to_string().as_bytes())?;
        let card = stage.newest(ALICE, &format!("make {behavior}"));
        stage.press(ALICE, &card, button);
        let answer: Value = serde_json::from_slice(&hook.wait_with_output()?.stdout)?;
        assert_eq!(answer["hookSpecificOutput"]["decision"]["behavior"], behavior, "{answer}");
    }
    Ok(())
}

#[test]
fn a_question_outlives_the_daemon() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let arguments = ["call", "request_approval", "title=Deploy?", "--output", "json"];
    let asked = stage.home.telegraphist(&arguments).output()?;
    let asked: Value = serde_json::from_slice(&asked.stdout)?;
    let card = stage.newest(ALICE, "Deploy?");
    stage.kill_daemon();
    // Whoever comes next starts another, which hears the press.
    let id = format!("approval_id={}", asked["approval_id"].as_str().context("no id")?);
    let waiting = start(&stage.home, &["call", "wait_for_approval", &id, "--output", "json"])?;
    assert_eq!(stage.press(ALICE, &card, "Approve")["text"], "Approve");
    let waited: Value = serde_json::from_slice(&waiting.wait_with_output()?.stdout)?;
    assert_eq!(waited["decision"]["is_allowed"], true, "{waited}");
    Ok(())
}

#[tokio::test]
async fn an_agent_that_lost_its_daemon_goes_on_with_its_question() -> anyhow::Result<()> {
    let stage = BotStage::new()?;
    let mut agent = telegraphist_tests::Stdio::start(&stage.home, &[], Era::Initialize).await?;
    let arguments = json!({ "tool_name": "Bash", "input": { "command": "make deploy" } });
    let prompt = json!({ "name": "approve_tool_use", "arguments": arguments });
    let asking = agent.begin("tools/call", prompt.clone()).await?;
    let card = stage.newest(ALICE, "make deploy");
    stage.kill_daemon();
    let lost = agent.answer(asking).await?;
    assert_eq!(lost["result"]["isError"], true, "{lost}");
    // The agent that repeats itself is the one that asked: the card that is there answers it.
    let again = agent.begin("tools/call", prompt).await?;
    stage.press(ALICE, &card, "Allow once");
    let answer = agent.answer(again).await?;
    assert_eq!(answer["result"]["structuredContent"]["behavior"], "allow", "{answer}");
    Ok(())
}
