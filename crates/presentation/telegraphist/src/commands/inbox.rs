//! `telegraphist inbox …`

use anyhow::Context as _;
use telegraphist_application::bots::FailedUpdate;

use super::Context;
use super::people::ask;
use crate::arguments::{Inbox, Output};
use crate::control::{Control, DeskRequest};
use crate::terminal::{Screen, Table};

/// Does one of them.
pub(crate) fn run(context: &Context, command: Inbox) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;
    let mut screen = Screen::new();
    match command {
        Inbox::List { limit, output } => list(&failed(&mut control, limit)?, output),
        Inbox::Show { id } => {
            let updates = failed(&mut control, 1_000)?;
            let update = updates
                .iter()
                .find(|update| update.id == id)
                .with_context(|| format!("no update {id} failed; `telegraphist inbox list` shows those that did"))?;
            screen.fields(&[
                ("update", update.id.clone()),
                ("session", update.session.clone()),
                ("kind", update.kind.clone()),
                ("chat", update.chat.clone().unwrap_or_else(|| "-".to_owned())),
                ("came", update.received.format("%Y-%m-%d %H:%M:%S UTC").to_string()),
                ("why", update.why.clone()),
            ])
        }
        Inbox::Requeue { id } => {
            let told = format!("{id} is handled once more.");
            let (): () = ask(&mut control, DeskRequest::RequeueUpdate { id })?;
            screen.line(told)
        }
    }
}

fn failed(control: &mut Control, limit: usize) -> anyhow::Result<Vec<FailedUpdate>> {
    ask(control, DeskRequest::FailedUpdates { limit })
}

fn list(updates: &[FailedUpdate], output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(updates)?);
    }
    if updates.is_empty() {
        return screen.line("Everything that bots heard was handled.");
    }
    let mut table = Table::new(&["update", "session", "kind", "chat", "came", "why"]);
    for update in updates {
        table.row([
            update.id.clone(),
            update.session.clone(),
            update.kind.clone(),
            update.chat.clone().unwrap_or_default(),
            update.received.format("%m-%d %H:%M").to_string(),
            update.why.clone(),
        ]);
    }
    table.print(&mut screen)
}
