//! `telegraphist inbox …`

use anyhow::Context as _;
use telegraphist_application::bots::HeardUpdate;

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
        Inbox::List { all, limit, output } => list(&heard(&mut control, all, limit)?, all, output),
        Inbox::Show { id } => {
            let updates = heard(&mut control, true, 1_000)?;
            let update = updates.iter().find(|update| update.id == id).with_context(|| {
                format!("there is no update {id}; `telegraphist inbox list --all` shows the newest")
            })?;
            screen.fields(&[
                ("update", update.id.clone()),
                ("session", update.session.clone()),
                ("kind", update.kind.clone()),
                ("chat", update.chat.clone().unwrap_or_else(|| "-".to_owned())),
                ("came", update.received.format("%Y-%m-%d %H:%M:%S UTC").to_string()),
                ("state", update.state.clone()),
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

fn heard(control: &mut Control, is_all: bool, limit: usize) -> anyhow::Result<Vec<HeardUpdate>> {
    ask(control, DeskRequest::Updates { is_all, limit })
}

fn list(updates: &[HeardUpdate], all: bool, output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(updates)?);
    }
    if updates.is_empty() {
        let nothing = if all { "No bot has heard anything." } else { "Everything that bots heard was handled." };
        return screen.line(nothing);
    }
    let mut table = Table::new(&["update", "session", "kind", "chat", "came", "state", "why"]);
    for update in updates {
        table.row([
            update.id.clone(),
            update.session.clone(),
            update.kind.clone(),
            update.chat.clone().unwrap_or_default(),
            update.received.format("%m-%d %H:%M").to_string(),
            update.state.clone(),
            update.why.clone(),
        ]);
    }
    table.print(&mut screen)
}
