//! `telegraphist sessions …`

use anyhow::{Context as _, bail};
use telegraphist_application::views::{Page, SessionView};

use super::Context;
use crate::arguments::{Output, Sessions, StringForm};
use crate::control::{Control, Request};
use crate::exit::Usage;
use crate::terminal::{Screen, Table, confirmed, note};

/// Does one of them.
pub(crate) fn run(context: &Context, command: Sessions) -> anyhow::Result<()> {
    if let Sessions::Remove { name, yes: false } = &command {
        let problem = format!(
            "this forgets the session, its keys and everything learnt in it; if that is what you want: telegraphist sessions remove {name} --yes"
        );
        return Err(Usage(problem).into());
    }
    let mut control = Control::open(&context.link()?)?;
    match command {
        Sessions::List { output } => list(&all(&mut control)?, output),
        Sessions::Show { name, output } => show(&mut control, &name, output),
        Sessions::Default { name } => make_default(&mut control, name),
        Sessions::Export { name, format, yes } => export(&mut control, name, format, yes),
        Sessions::Logout { name } => log_out(&mut control, name),
        Sessions::Remove { name, yes: _ } => remove(&mut control, name),
    }
}

/// Every session.
pub(crate) fn all(control: &mut Control) -> anyhow::Result<Vec<SessionView>> {
    let page: Page<SessionView> = control.ask(Request::Sessions)?;
    Ok(page.items)
}

fn list(sessions: &[SessionView], output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(sessions)?);
    }
    if sessions.is_empty() {
        return screen.line("No sessions yet. To sign in: telegraphist login");
    }
    let mut table = Table::new(&["name", "account", "kind", "state", "default"]);
    for session in sessions {
        table.row([
            session.name.clone(),
            account(session),
            session.kind.clone(),
            state(session),
            if session.is_default { "yes" } else { "" }.to_owned(),
        ]);
    }
    table.print(&mut screen)
}

fn show(control: &mut Control, name: &str, output: Output) -> anyhow::Result<()> {
    let sessions = all(control)?;
    let session = sessions
        .iter()
        .find(|session| session.name == name || session.id == name)
        .with_context(|| format!("there is no session `{name}`; `telegraphist sessions list` shows them"))?;
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(session)?);
    }
    screen.fields(&[
        ("name", session.name.clone()),
        ("id", session.id.clone()),
        ("account", account(session)),
        ("kind", session.kind.clone()),
        ("state", state(session)),
        ("default", if session.is_default { "yes" } else { "no" }.to_owned()),
        ("made", session.created.format("%Y-%m-%d %H:%M UTC").to_string()),
    ])
}

fn make_default(control: &mut Control, name: String) -> anyhow::Result<()> {
    let session: SessionView = control.ask(Request::MakeDefault { session: name })?;
    Screen::new().line(format!("Calls that name no session now use {}.", session.name))
}

fn export(control: &mut Control, name: String, form: StringForm, is_confirmed: bool) -> anyhow::Result<()> {
    if !is_confirmed {
        note("Whoever has the session string has the account: no code, no password is asked.");
        if !confirmed(&format!("Print the session string of `{name}`?"))? {
            bail!("nothing was exported");
        }
    }
    let string: String = control.ask(Request::Export { session: name, form })?;
    Screen::new().line(string)
}

fn log_out(control: &mut Control, name: String) -> anyhow::Result<()> {
    let session: SessionView = control.ask(Request::LogOut { session: name })?;
    Screen::new().line(format!(
        "{name} is signed out. To sign in again: telegraphist login --session {name}",
        name = session.name
    ))
}

fn remove(control: &mut Control, name: String) -> anyhow::Result<()> {
    let done = format!("{name} is removed.");
    let (): () = control.ask(Request::Remove { session: name })?;
    Screen::new().line(done)
}

fn account(session: &SessionView) -> String {
    match (&session.username, &session.user_id) {
        (Some(username), _) => format!("@{username}"),
        (None, Some(id)) => id.clone(),
        (None, None) => "-".to_owned(),
    }
}

fn state(session: &SessionView) -> String {
    match session.reason.as_ref().or(session.connection.as_ref()) {
        Some(told) => format!("{}: {told}", session.state),
        None => session.state.clone(),
    }
}
