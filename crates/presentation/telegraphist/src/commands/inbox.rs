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
        Inbox::List { all, shown } => list(&heard(&mut control, all, shown.limit)?, all, shown.output),
        Inbox::Show { id } => {
            let found = find(&id, |all| heard(&mut control, all, SEARCHED_MAX))?;
            let update = found.with_context(|| {
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
fn find(
    id: &str,
    mut heard: impl FnMut(bool) -> anyhow::Result<Vec<HeardUpdate>>,
) -> anyhow::Result<Option<HeardUpdate>> {
    for is_all in [false, true] {
        if let Some(update) = heard(is_all)?.into_iter().find(|update| update.id == id) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn update(position: u64, state: &str) -> HeardUpdate {
        HeardUpdate {
            id: format!("bot/{position}"),
            session: "bot".to_owned(),
            kind: "message".to_owned(),
            chat: None,
            received: chrono::DateTime::UNIX_EPOCH,
            state: state.to_owned(),
            why: String::new(),
        }
    }

    #[test]
    fn one_that_was_not_handled_is_found_behind_however_many_newer_ones() -> anyhow::Result<()> {
        let heard = |is_all| Ok(vec![if is_all { update(5000, "done") } else { update(1, "failed") }]);
        assert_eq!(find("bot/1", heard)?, Some(update(1, "failed")));
        assert_eq!(find("bot/5000", heard)?, Some(update(5000, "done")));
        assert_eq!(find("bot/2", heard)?, None);
        Ok(())
    }
}
