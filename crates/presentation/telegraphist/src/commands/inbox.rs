//! `telegraphist inbox …`

use anyhow::Context as _;
use telegraphist_application::bots::HeardUpdate;

use super::Context;
use super::people::ask;
use crate::arguments::{Inbox, Output};
use crate::control::{Control, DeskRequest};
use crate::terminal::{Screen, Table};

/// So many updates of each kind are looked through for one.
const SEARCHED_MAX: usize = 1_000;

/// Does one of them.
pub(crate) fn run(context: &Context, command: Inbox) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;
    let mut screen = Screen::new();
    match command {
        Inbox::List { all, limit, output } => list(&heard(&mut control, all, limit)?, all, output),
        Inbox::Show { id } => {
            let update = find(&mut control, &id)?.with_context(|| {
                format!("there is no update {id}; `telegraphist inbox list --all` shows the newest")
            })?;
            screen.fields(&[
                ("update", update.id),
                ("session", update.session),
                ("kind", update.kind),
                ("chat", update.chat.unwrap_or_else(|| "-".to_owned())),
                ("came", update.received.format("%Y-%m-%d %H:%M:%S UTC").to_string()),
                ("state", update.state),
                ("why", update.why),
            ])
        }
        Inbox::Requeue { id } => {
            let told = format!("{id} is handled once more.");
            let (): () = ask(&mut control, DeskRequest::RequeueUpdate { id })?;
            screen.line(told)
        }
    }
}

/// Among those that were not handled first: they may be older than the newest of all.
fn find(control: &mut Control, id: &str) -> anyhow::Result<Option<HeardUpdate>> {
    for is_all in [false, true] {
        let updates = heard(control, is_all, SEARCHED_MAX)?;
        if let Some(update) = updates.into_iter().find(|update| update.id == id) {
            return Ok(Some(update));
        }
    }
    Ok(None)
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
