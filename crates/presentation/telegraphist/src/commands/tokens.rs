//! `telegraphist tokens …`

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use telegraphist_application::access::{Preset, TokenState, TokenView};
use telegraphist_application::operation::Scope;

use super::Context;
use crate::arguments::{CreateToken, Output, Tokens};
use crate::control::{Control, Issued, Request, TokensRequest, WantedToken};
use crate::terminal::{Screen, Table, note};

/// Does one of them.
pub(crate) fn run(context: &Context, command: Tokens) -> anyhow::Result<()> {
    let mut control = Control::open(&context.link()?)?;

    match command {
        Tokens::Create(wanted) => create(control, wanted),
        Tokens::List { output } => list(&control.ask::<Vec<TokenView>>(Request::Tokens(TokensRequest::List))?, output),
        Tokens::Show { token, output } => show(&control.ask(Request::Tokens(TokensRequest::Show { token }))?, output),
        Tokens::Revoke { token } => {
            let view: TokenView = control.ask(Request::Tokens(TokensRequest::Revoke { token }))?;
            Screen::new().line(format!("{} lets nobody in any more.", view.name))
        }
    }
}

fn create(mut control: Control, wanted: CreateToken) -> anyhow::Result<()> {
    let output = wanted.output;
    let Issued { token, secret } = control.ask(Request::Tokens(TokensRequest::Create(asked(wanted))))?;
    let mut screen = Screen::new();
    if output == Output::Json {
        let mut shown = serde_json::to_value(&token)?;
        shown["secret"] = secret.into();
        return screen.json(&shown);
    }
    screen.line(&secret)?;
    screen.flush()?;
    note(format!(
        "This is the only time that it is shown; {} lets its holder in as: {}.\n\
         Send it as `Authorization: Bearer …` to `telegraphist serve --auth bearer`; take it back with\n\
         `telegraphist tokens revoke {}`.",
        token.name,
        purpose(&token),
        token.name
    ));
    Ok(())
}

fn asked(wanted: CreateToken) -> WantedToken {
    let is_reader = wanted.preset.is_some_and(Preset::is_read_only) && wanted.scopes.is_empty();
    let preset = wanted.preset.iter().flat_map(|preset| preset.scopes().iter());
    let scopes = preset.chain(wanted.scopes).map(|scope| scope.as_str().to_owned());
    WantedToken {
        name: wanted.name,
        scopes: scopes.collect(),
        is_read_only: wanted.read_only || is_reader,
        is_locked_down: wanted.lockdown,
        needs_approval: wanted.approve.iter().map(|effect| effect.as_str().to_owned()).collect(),
        quotas: wanted.quotas.iter().map(ToString::to_string).collect(),
        sessions: (!wanted.sessions.is_empty()).then_some(wanted.sessions),
        allow_chats: wanted.allow_chats.iter().map(ToString::to_string).collect(),
        deny_chats: wanted.deny_chats.iter().map(ToString::to_string).collect(),
        lifetime: wanted.expires.map(|span| span.0),
    }
}

fn list(tokens: &[TokenView], output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(tokens)?);
    }
    if tokens.is_empty() {
        screen.line("There are no tokens. To make one:")?;
        return screen.line("telegraphist tokens create NAME --preset reader");
    }
    let mut table = Table::new(&["token", "may", "sessions", "state", "last used", "expires"]);
    for token in tokens {
        table.row([
            token.name.clone(),
            purpose(token),
            sessions(token),
            state(token.state).to_owned(),
            token.last_used.map_or_else(|| "never".to_owned(), minute),
            token.expires.map_or_else(|| "never".to_owned(), minute),
        ]);
    }
    table.print(&mut screen)
}

fn show(token: &TokenView, output: Output) -> anyhow::Result<()> {
    let mut screen = Screen::new();
    if output == Output::Json {
        return screen.json(&serde_json::to_value(token)?);
    }
    let mut fields = vec![
        ("token", token.name.clone()),
        ("id", token.id.clone()),
        ("state", state(token.state).to_owned()),
        ("scopes", token.scopes.join(", ")),
        ("changes", if token.is_read_only { "nothing" } else { "what its scopes allow" }.to_owned()),
        ("strangers", if token.is_locked_down { "withheld" } else { "shown" }.to_owned()),
        (
            "asks about",
            if token.needs_approval.is_empty() { "nothing".to_owned() } else { token.needs_approval.join(", ") },
        ),
        ("sessions", sessions(token)),
        ("chats", chats(token)),
        ("quotas", if token.quotas.is_empty() { "none".to_owned() } else { token.quotas.join(", ") }),
        ("made", minute(token.created)),
        ("expires", token.expires.map_or_else(|| "never".to_owned(), minute)),
        ("last used", token.last_used.map_or_else(|| "never".to_owned(), minute)),
    ];
    fields.extend(token.revoked.map(|at| ("revoked", minute(at))));
    screen.fields(&fields)
}

/// The preset that has just these scopes, else the scopes.
fn purpose(token: &TokenView) -> String {
    let scopes: BTreeSet<&str> = token.scopes.iter().map(String::as_str).collect();
    let is_it = |preset: &&Preset| preset.scopes().iter().map(Scope::as_str).collect::<BTreeSet<_>>() == scopes;
    let named = Preset::ALL.iter().find(is_it);
    let purpose = named.map_or_else(|| token.scopes.join(", "), |preset| preset.as_str().to_owned());
    let is_said = named.is_some_and(|preset| preset.is_read_only());
    if token.is_read_only && !is_said { format!("{purpose} (read-only)") } else { purpose }
}

fn sessions(token: &TokenView) -> String {
    token.sessions.as_ref().map_or_else(|| "all".to_owned(), |names| names.join(", "))
}

fn chats(token: &TokenView) -> String {
    let allowed = if token.allow_chats.is_empty() { "all".to_owned() } else { token.allow_chats.join(", ") };
    let denied = token.deny_chats.join(", ");
    if denied.is_empty() { allowed } else { format!("{allowed}; never {denied}") }
}

fn state(state: TokenState) -> &'static str {
    match state {
        TokenState::Valid => "valid",
        TokenState::Expired => "expired",
        TokenState::Revoked => "revoked",
    }
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
