//! `telegraphist tools [NAME]`

use telegraphist_mcp::{Catalogue, Selection, Tool, tools_markdown};

use super::Context;
use crate::daemon::chosen;
use crate::exit::Usage;
use crate::terminal::{Screen, Table, width};

/// Every tool, and whether a client sees it under the configuration and the flags.
pub(crate) fn list(context: &Context) -> anyhow::Result<()> {
    let selection =
        Selection::of(&chosen(&context.settings.tools.choice())).map_err(|unknown| Usage(unknown.to_string()))?;
    let mut screen = Screen::new();
    let mut table = Table::new(&["tool", "set", "effect", "on", "what it does"]);
    for tool in Catalogue::get().tools() {
        let facts = &tool.facts;
        let is_on = if selection.has(facts.name) { "yes" } else { "-" };
        table.row([
            facts.name.to_owned(),
            facts.toolset.as_str().to_owned(),
            facts.effect.as_str().to_owned(),
            is_on.to_owned(),
            first_sentence(&tool.description).to_owned(),
        ]);
    }
    table.print(&mut screen)?;
    screen.line("\nOne tool with its arguments: telegraphist tools NAME")?;
    screen.line("More or fewer tools: --toolsets, --tools, --exclude-tools, --read-only")
}

/// The page of documentation.
pub(crate) fn markdown() -> anyhow::Result<()> {
    Screen::new().line(tools_markdown().trim_end())
}

/// One tool with its arguments.
pub(crate) fn show(name: &str) -> anyhow::Result<()> {
    let tool = named(name)?;
    let mut screen = Screen::new();
    screen.line(format!("{}: {}", tool.facts.name, tool.facts.title))?;
    screen.line(format!("\n{}\n", wrapped(&tool.description)))?;
    screen.fields(&[
        ("toolset", tool.facts.toolset.as_str().to_owned()),
        ("effect", tool.facts.effect.as_str().to_owned()),
        ("scope", tool.facts.scope.as_str().to_owned()),
    ])?;
    screen.line("")?;
    let mut table = Table::new(&["argument", "type", "needed", "what it is"]);
    for argument in tool.arguments() {
        let is_needed = if argument.is_required { "yes" } else { "-" };
        table.row([argument.name, argument.kind, is_needed.to_owned(), argument.description]);
    }
    table.print(&mut screen)?;
    screen.line(format!("\n  telegraphist call {}{}", tool.facts.name, required_as_example(tool)))
}

/// The tool of that name, or an error that names the nearest.
pub(crate) fn named(name: &str) -> Result<&'static Tool, Usage> {
    let catalogue = Catalogue::get();
    catalogue.tool(name).ok_or_else(|| {
        let nearest = catalogue
            .tools()
            .iter()
            .map(|tool| tool.facts.name)
            .max_by(|one, other| strsim::jaro_winkler(one, name).total_cmp(&strsim::jaro_winkler(other, name)))
            .unwrap_or_default();
        Usage(format!("there is no tool `{name}`; did you mean `{nearest}`? `telegraphist tools` lists them"))
    })
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first)
}

fn wrapped(text: &str) -> String {
    let width = width();
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + word.chars().count() >= width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

fn required_as_example(tool: &Tool) -> String {
    let required = tool.arguments().into_iter().filter(|argument| argument.is_required);
    required.fold(String::new(), |example, argument| example + " " + &argument.name + "=…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_tool_names_the_nearest() {
        let Err(Usage(problem)) = named("send_mesage") else {
            panic!("there is no such tool");
        };
        assert!(problem.contains("did you mean `send_message`?"), "{problem}");
    }
}
