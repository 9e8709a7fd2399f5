//! `telegraphist ask QUESTION`

use std::io::Read as _;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use telegraphist_application::Failure;
use telegraphist_application::views::{ApprovalStateName, ApprovalView};
use telegraphist_relay::Link;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Context;
use crate::arguments::{Ask, Output};
use crate::control::{Called, Control, Request};
use crate::exit::{FAILED, Told};
use crate::terminal::{Screen, note};

/// The code of the second option; those after it follow.
const SECOND: u8 = 11;
const EXPIRED: u8 = 20;
const CANCELLED: u8 = 21;
const UNDELIVERABLE: u8 = 22;

/// More than this is no description of a question.
const INPUT_BYTES_MAX: u64 = 256 * 1024;

/// Asks, waits, and tells the decision by the exit code.
pub(crate) fn run(context: &Context, ask: Ask) -> anyhow::Result<()> {
    let output = ask.output;
    match asked(context, ask) {
        Ok(answer) => told(&answer, output),
        Err(problem) => {
            crate::tell(&problem);
            Err(Told(FAILED).into())
        }
    }
}

fn asked(context: &Context, ask: Ask) -> anyhow::Result<ApprovalView> {
    let mut arguments = Map::new();
    arguments.insert("title".to_owned(), ask.question.into());
    if !ask.options.is_empty() {
        arguments.insert("options".to_owned(), ask.options.into());
    }
    match ask.description.as_deref() {
        None => {}
        Some("-") => drop(arguments.insert("description".to_owned(), from_standard_input()?.into())),
        Some(text) => drop(arguments.insert("description".to_owned(), text.into())),
    }
    arguments.insert("expires_in".to_owned(), ask.timeout.0.as_secs().into());
    if !ask.deciders.is_empty() {
        arguments.insert("deciders".to_owned(), ask.deciders.into());
    }
    let optional = [("session", ask.session), ("idempotency_key", ask.key)];
    arguments.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))));
    // Before anything is asked, so that no question is left behind.
    let interrupts = Interrupts::hear().context("cannot hear Ctrl-C")?;
    let link = context.link()?;
    let mut control = Control::open(&link)?;
    let mut answer = call(&mut control, "request_approval", arguments)?;
    if answer.state == ApprovalStateName::Pending {
        note(match answer.held_until {
            Some(until) => format!("Asked; quiet hours hold it back until {}.", until.format("%H:%M UTC")),
            None => "Asked; waiting for an answer in Telegram.".to_owned(),
        });
        interrupts.take_back(link, answer.approval_id.clone())?;
    }
    while answer.state == ApprovalStateName::Pending {
        let Value::Object(which) = json!({ "approval_id": answer.approval_id }) else { unreachable!("an object") };
        answer = call(&mut control, "wait_for_approval", which)?;
    }
    Ok(answer)
}

/// Ctrl-C, heard from when this is made.
struct Interrupts {
    runtime: Runtime,
    heard: Signal,
}

impl Interrupts {
    fn hear() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let entered = runtime.enter();
        let heard = signal(SignalKind::interrupt())?;
        drop(entered);
        Ok(Self { runtime, heard })
    }

    /// Takes the question back at the first one, so that the wait ends as that of any question that was; ends the
    /// program at the second.
    fn take_back(mut self, link: Link, id: String) -> std::io::Result<()> {
        let waiting = move || {
            self.runtime.block_on(self.heard.recv());
            if let Err(problem) = taken_back(&link, &id) {
                crate::tell(&problem);
                std::process::exit(FAILED.into());
            }
            self.runtime.block_on(self.heard.recv());
            std::process::exit(CANCELLED.into());
        };
        std::thread::Builder::new().name("interrupt".to_owned()).spawn(waiting).map(drop)
    }
}

fn taken_back(link: &Link, id: &str) -> anyhow::Result<()> {
    let Value::Object(which) = json!({ "approval_id": id }) else { unreachable!("an object") };
    call(&mut Control::open(link)?, "cancel_approval", which).map(drop)
}

fn call(control: &mut Control, tool: &str, arguments: Map<String, Value>) -> anyhow::Result<ApprovalView> {
    let timeout = Some(Duration::from_mins(1));
    let called: Called = control.ask(Request::Call { tool: tool.to_owned(), arguments, timeout, agent: None })?;
    serde_json::from_value(called.structured).context("the daemon speaks another version")
}

/// Prints what was chosen, and ends with its code.
fn told(answer: &ApprovalView, output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    let chosen = answer.decision.as_ref();
    match (output, chosen) {
        (Output::Json, _) => screen.json(&serde_json::to_value(answer)?)?,
        (Output::Text, Some(decision)) => screen.line(&decision.choice)?,
        (Output::Text, None) => note(match answer.state {
            ApprovalStateName::Expired => "Nobody decided in time.",
            ApprovalStateName::Cancelled => "The question was taken back.",
            ApprovalStateName::Undeliverable => "Nobody could be asked.",
            ApprovalStateName::Pending | ApprovalStateName::Decided | ApprovalStateName::Executed => "No decision.",
        }),
    }
    if let Some(reason) = chosen.and_then(|decision| decision.reason.as_ref()) {
        note(format!("Reason: {}", reason.as_str()));
    }
    let code = match (answer.state, chosen.map(|decision| decision.index)) {
        (_, Some(0)) => return Ok(()),
        (_, Some(index)) => SECOND.saturating_add(u8::try_from(index - 1).unwrap_or(u8::MAX)),
        (ApprovalStateName::Expired, None) => EXPIRED,
        (ApprovalStateName::Cancelled, None) => CANCELLED,
        (ApprovalStateName::Undeliverable, None) => UNDELIVERABLE,
        (ApprovalStateName::Pending | ApprovalStateName::Decided | ApprovalStateName::Executed, None) => FAILED,
    };
    Err(Told(code).into())
}

/// A text that is piped in.
pub(super) fn from_standard_input() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(INPUT_BYTES_MAX + 1).read_to_string(&mut text).context("cannot read standard input")?;
    if text.len() as u64 > INPUT_BYTES_MAX {
        let failure = Failure::new(
            telegraphist_application::Code::InvalidArgument,
            "Standard input is longer than 256 kB.",
            "Pipe in less, for example with `tail`.",
        );
        return Err(failure.into());
    }
    Ok(text.trim_end().to_owned())
}
