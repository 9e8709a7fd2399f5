//! `telegraphist people …`

use telegraphist_application::ports::Role;

use super::Context;
use crate::arguments::{Output, People, PersonRole};
use crate::control::{Control, DeskRequest, Known, KnownPerson, Request};
use crate::terminal::{Screen, Table};

/// Does one of them.
pub(crate) fn run(context: &Context, command: People) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;
    let mut screen = Screen::new();
    match command {
        People::List { output } => list(&ask(&mut control, DeskRequest::People)?, output),
        People::Pair { code, role } => {
            let person: KnownPerson = ask(&mut control, DeskRequest::Pair { code, role: role.into() })?;
            screen.line(format!("{} is let in as {}.", named(&person), person.role.as_str()))
        }
        People::Role { user, role } => {
            let person: KnownPerson = ask(&mut control, DeskRequest::SetRole { user, role: role.into() })?;
            screen.line(format!("{} is {} from now on.", named(&person), person.role.as_str()))
        }
        People::Forget { user } => {
            let (): () = ask(&mut control, DeskRequest::ForgetPerson { user })?;
            screen.line(format!("{user} is forgotten."))
        }
        People::ForgetGroup { chat } => {
            let (): () = ask(&mut control, DeskRequest::ForgetGroup { chat })?;
            screen.line(format!("{chat} is left alone from now on."))
        }
    }
}

pub(super) fn ask<A: serde::de::DeserializeOwned>(control: &mut Control, request: DeskRequest) -> anyhow::Result<A> {
    control.ask(Request::Desk(request))
}

fn list(known: &Known, output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(known)?);
    }
    if known.people.is_empty() {
        screen.line("Nobody is let in. Set people.owner, or let somebody send /start to the bot, and then:")?;
        return screen.line("telegraphist people pair CODE");
    }
    let mut table = Table::new(&["person", "id", "role", ""]);
    for person in &known.people {
        let state = if person.is_unreachable { "cannot be reached" } else { "" };
        table.row([named(person), person.user.to_string(), person.role.as_str().to_owned(), state.to_owned()]);
    }
    table.print(&mut screen)?;
    if known.groups.is_empty() {
        return Ok(());
    }
    screen.line("")?;
    let mut table = Table::new(&["group", "id"]);
    for group in &known.groups {
        table.row([group.title.clone(), group.chat.to_string()]);
    }
    table.print(&mut screen)
}

fn named(person: &KnownPerson) -> String {
    match (person.name.trim(), &person.username) {
        ("", None) => "(not seen yet)".to_owned(),
        ("", Some(username)) => format!("@{username}"),
        (name, None) => name.to_owned(),
        (name, Some(username)) => format!("{name} (@{username})"),
    }
}

impl From<PersonRole> for Role {
    fn from(role: PersonRole) -> Self {
        match role {
            PersonRole::Admin => Self::Admin,
            PersonRole::User => Self::User,
            PersonRole::Guest => Self::Guest,
            PersonRole::Blocked => Self::Blocked,
        }
    }
}
