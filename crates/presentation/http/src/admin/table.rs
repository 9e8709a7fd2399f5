//! Every route of the operator's door.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use telegraphist_application::access::TokenView;
use telegraphist_application::administration::{Configuration, Stats};
use telegraphist_application::views::SessionView;

use super::arguments::Items;
use super::people::PersonView;
use super::tokens::{IssuedView, WantedToken};
use super::{AdminDesk, document, people, server, sessions, tokens};

/// Writes the schema of a type.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// One thing that can be asked.
pub(super) struct Route {
    pub(super) method: Method,
    /// Behind the prefix.
    pub(super) path: &'static str,
    /// For programs that are made from the document.
    pub(super) name: &'static str,
    /// For people.
    pub(super) summary: &'static str,
    /// What is sent, if anything is.
    pub(super) body: Option<SchemaOf>,
    /// The status when it is done.
    pub(super) status: u16,
    /// What is answered then, if anything is.
    pub(super) answer: Option<SchemaOf>,
    pub(super) handler: MethodRouter<AdminDesk>,
}

/// All of them.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/openapi.json", "describe", "This document.", document::show).answers(document::any),
        get("/stats", "stats", "How much there is of everything.", server::stats).answers(of::<Stats>),
        get(
            "/configuration",
            "configuration",
            "Every key and where it is from; secrets are hidden.",
            server::configuration,
        )
        .answers(of::<Configuration>),
        get("/sessions", "list_sessions", "All sessions.", sessions::list).answers(of::<Items<SessionView>>),
        get("/sessions/{session}", "show_session", "One session, by name or id.", sessions::show)
            .answers(of::<SessionView>),
        post(
            "/sessions/{session}/disconnect",
            "disconnect_session",
            "Closes its connection to Telegram; the next call connects again.",
            sessions::disconnect,
        )
        .answers(of::<SessionView>),
        post(
            "/sessions/{session}/close",
            "close_session",
            "Logs it out of Telegram; it stays, closed, and can be signed in again.",
            sessions::close,
        )
        .answers(of::<SessionView>),
        get("/tokens", "list_tokens", "All tokens, the newest first.", tokens::list).answers(of::<Items<TokenView>>),
        post("/tokens", "create_token", "Makes a token. Its secret is told this once.", tokens::create)
            .takes(of::<WantedToken>)
            .answers(of::<IssuedView>)
            .with(201),
        get("/tokens/{token}", "show_token", "One token, by name or id.", tokens::show).answers(of::<TokenView>),
        route(Method::DELETE, "/tokens/{token}", "revoke_token", "Takes a token back.", tokens::revoke)
            .answers(of::<TokenView>),
        get("/people", "list_people", "Everybody who is known, the owner first.", people::list)
            .answers(of::<Items<PersonView>>),
        post("/people/{user}/block", "block_person", "From now on they are not heard.", people::block)
            .answers(of::<PersonView>),
        post("/people/{user}/unblock", "unblock_person", "They may knock again.", people::unblock).with(204),
    ]
}

fn of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<T>()
}

fn get<H: Handler<T, AdminDesk>, T: 'static>(
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    handler: H,
) -> Route {
    route(Method::GET, path, name, summary, handler)
}

fn post<H: Handler<T, AdminDesk>, T: 'static>(
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    handler: H,
) -> Route {
    route(Method::POST, path, name, summary, handler)
}

fn route<H: Handler<T, AdminDesk>, T: 'static>(
    method: Method,
    path: &'static str,
    name: &'static str,
    summary: &'static str,
    handler: H,
) -> Route {
    let filter = MethodFilter::try_from(method.clone()).expect("it is one of those that axum knows");
    Route { method, path, name, summary, body: None, status: 200, answer: None, handler: on(filter, handler) }
}

impl Route {
    fn takes(self, body: SchemaOf) -> Self {
        Self { body: Some(body), ..self }
    }

    fn answers(self, answer: SchemaOf) -> Self {
        Self { answer: Some(answer), ..self }
    }

    fn with(self, status: u16) -> Self {
        Self { status, ..self }
    }
}
