//! `telegraphist policy …`

use serde_json::Map;
use telegraphist_application::{Explanation, Says, WouldBe};

use super::{Context, call, tools};
use crate::arguments::{ExplainCall, Output, Policy};
use crate::control::{Control, Request, TokensRequest};
use crate::terminal::{Screen, Table};

/// Does one of them.
pub(crate) fn run(context: &Context, command: Policy) -> anyhow::Result<()> {
    match command {
        Policy::Explain(asked) => explain(context, asked),
    }
}

fn explain(context: &Context, asked: ExplainCall) -> anyhow::Result<()> {
    let tool = tools::named(&asked.tool)?;
    let arguments = call::given(tool, &asked.arguments, Map::new())?;
    let mut control = Control::open(&context.link()?)?;
    let request = TokensRequest::Explain { token: asked.token, tool: asked.tool, arguments };
    let told: Explanation = control.ask(Request::Tokens(request))?;
    let mut screen = Screen::new();
    if asked.output == Output::Json {
        return screen.json(&serde_json::to_value(&told)?);
    }
    let mut table = Table::new(&["step", "says", "why"]);
    for step in &told.steps {
        table.row([step.step.clone(), says(step.says).to_owned(), step.why.clone()]);
    }
    table.print(&mut screen)?;
    screen.line(format!("{} with {}: {}", told.tool, told.principal, verdict(&told)))
}

fn says(says: Says) -> &'static str {
    match says {
        Says::Passes => "passes",
        Says::Refuses => "refuses",
        Says::Asks => "asks",
    }
}

fn verdict(told: &Explanation) -> String {
    match told.verdict {
        WouldBe::Tried => "it would be done.".to_owned(),
        WouldBe::Asked => "a person would be asked, and it would be done if they allow it.".to_owned(),
        WouldBe::Refused => {
            let first = told.steps.iter().find(|step| step.says == Says::Refuses);
            let code = first.and_then(|step| step.code).map_or("", |code| code.as_str());
            let step = first.map_or("", |step| &step.step);
            format!("it would be refused by `{step}`, with the code `{code}`.")
        }
    }
}
