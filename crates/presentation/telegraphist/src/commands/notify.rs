//! `telegraphist notify TEXT`

use serde_json::{Map, Value, json};

use super::Context;
use super::ask::from_standard_input;
use crate::arguments::{Notify, Output};
use crate::control::{Called, Control, Request};
use crate::terminal::Screen;

/// Tells people something; ends when it is durably queued.
pub(crate) fn run(context: &Context, notify: Notify) -> anyhow::Result<()> {
    let mut arguments = Map::new();
    let text = if notify.text == "-" { from_standard_input()? } else { notify.text };
    arguments.insert("message".to_owned(), text.into());
    let optional = [("session", notify.session), ("chat", notify.chat), ("idempotency_key", notify.key)];
    arguments.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))));
    arguments.insert("source".to_owned(), json!("command-line"));
    let mut control = Control::open(&context.link()?)?;
    let tool = "send_telegram_message".to_owned();
    let called: Called = control.ask(Request::Call { tool, arguments, timeout: None, agent: None })?;
    let mut screen = Screen::new();
    match notify.output {
        Output::Json => screen.json(&called.structured),
        Output::Text => screen.line(called.text.trim_end()),
    }
}
