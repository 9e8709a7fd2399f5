//! `telegraphist call TOOL key=value…`

mod answer;
mod values;

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value};
use telegraphist_mcp::Tool;

use super::{Context, tools};
use crate::arguments::{Call, Output};
use crate::control::{Called, Control, Request};
use crate::exit::Usage;
use crate::terminal::{Screen, Watch};

/// Calls a tool and prints what it answered.
pub(crate) fn run(context: &Context, call: Call) -> anyhow::Result<()> {
    let tool = tools::named(&call.tool)?;
    let arguments = arguments(tool, &call)?;
    let mut control = Control::open(&context.link()?)?;
    let mut watch = Watch::new();
    let answered = control.ask_watching(
        Request::Call { tool: call.tool, arguments, timeout: call.timeout.map(|span| span.0), agent: None },
        &mut |report| watch.show(report),
    );
    watch.finish();
    let called: Called = answered?;
    let mut screen = Screen::new();
    match call.output {
        Output::Json => screen.json(&called.structured),
        Output::Text => answer::print(&mut screen, &called),
    }
}

fn arguments(tool: &Tool, call: &Call) -> anyhow::Result<Map<String, Value>> {
    let arguments = match &call.json {
        Some(source) => object(source)?,
        None => Map::new(),
    };
    given(tool, &call.arguments, arguments)
}

/// `KEY=VALUE` as the tool's schema wants it, added to what is there already.
pub(super) fn given(
    tool: &Tool,
    texts: &[String],
    mut arguments: Map<String, Value>,
) -> anyhow::Result<Map<String, Value>> {
    for text in texts {
        let (name, value) = values::argument(&tool.input_schema, text)?;
        if arguments.insert(name.clone(), value).is_some() {
            return Err(Usage(format!("`{name}` is given twice")).into());
        }
    }
    Ok(arguments)
}

fn object(source: &Path) -> anyhow::Result<Map<String, Value>> {
    let text = if source == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        text
    } else {
        fs_err::read_to_string(source)?
    };
    serde_json::from_str(&text).map_err(|problem| Usage(format!("--json takes one JSON object: {problem}")).into())
}
