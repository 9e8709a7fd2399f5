//! People in Telegram: who is known, and who is not heard.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use telegraphist_application::people::PeopleError;
use telegraphist_application::ports::{Person, Role};
use telegraphist_application::{Caller, Failure};

use super::AdminDesk;
use super::arguments::{Items, Somebody};
use crate::refusal::Refusal;

/// Somebody who was let in, or is kept out.
#[derive(Serialize, JsonSchema)]
pub(super) struct PersonView {
    /// Their user id in Telegram.
    user: i64,
    /// What they may do.
    role: Role,
    /// Their name when they were seen last.
    name: String,
    /// Their public name, without `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// Since when they are known.
    since: DateTime<Utc>,
    /// Whether they want notices.
    wants_notices: bool,
    /// Whether they could not be reached when they were written to last.
    is_unreachable: bool,
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        let Person { user, role, name, username, since, by: _, wants_notices, is_unreachable } = person;
        Self { user: user.0, role, name, username, since, wants_notices, is_unreachable }
    }
}

pub(super) async fn list(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let people = desk.app.people(&caller).await.map_err(refusal);
    let listed = |people: Vec<Person>| Items { items: people.into_iter().map(PersonView::from).collect() };
    desk.answer(people.map(|people| Json(listed(people)).into_response()))
}

pub(super) async fn block(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
    Somebody(user): Somebody,
) -> Response {
    let blocked = desk.app.block_person(&caller, user).await.map_err(refusal);
    desk.answer(blocked.map(|person| Json(PersonView::from(person)).into_response()))
}

pub(super) async fn unblock(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
    Somebody(user): Somebody,
) -> Response {
    let unblocked = desk.app.unblock_person(&caller, user).await.map_err(refusal);
    desk.answer(unblocked.map(|()| StatusCode::NO_CONTENT.into_response()))
}

fn refusal(error: PeopleError) -> Refusal {
    match error {
        PeopleError::UnknownPerson => Refusal::new(StatusCode::NOT_FOUND, error.into()),
        PeopleError::OwnerIsConfigured | PeopleError::NotBlocked => Refusal::new(StatusCode::CONFLICT, error.into()),
        error => Failure::from(error).into(),
    }
}
