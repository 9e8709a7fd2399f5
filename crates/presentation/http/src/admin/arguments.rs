//! What requests to the operator's door name.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use telegraphist_domain::UserId;

use super::AdminDesk;
use crate::refusal::Refusal;

/// A list, whole.
#[derive(Serialize, JsonSchema)]
pub(super) struct Items<T> {
    /// All of them.
    pub(super) items: Vec<T>,
}

/// What a path names: a session or a token, by name or id.
pub(super) struct Named(pub(super) String);

impl FromRequestParts<AdminDesk> for Named {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AdminDesk) -> Result<Self, Response> {
        let refused = || Refusal::argument("The path is not UTF-8.", "Write names and ids as they are listed.");
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(name)) => Ok(Self(name)),
            Err(_) => Err(state.desk.answer(Err(refused()))),
        }
    }
}

/// Somebody in Telegram whom a path names.
pub(super) struct Somebody(pub(super) UserId);

impl FromRequestParts<AdminDesk> for Somebody {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AdminDesk) -> Result<Self, Response> {
        let Named(name) = Named::from_request_parts(parts, state).await?;
        match name.parse::<i64>() {
            Ok(user) if (1..=USER_MAX).contains(&user) => Ok(Self(UserId(user))),
            _ => Err(state.desk.answer(Err(Refusal::argument(
                "The path names no person.",
                "Write the user id in Telegram, a positive number.",
            )))),
        }
    }
}

/// Telegram's user ids have at most 52 bits, so that every JSON reader can hold them.
pub(super) const USER_MAX: i64 = (1 << 52) - 1;

/// Reads a body; what does not fit is named, and never quoted.
pub(super) fn read<T: DeserializeOwned>(given: &Map<String, Value>) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(given).map_err(|error| {
        let which = match error.path().to_string().as_str() {
            "." => "The body".to_owned(),
            path => format!("`{}`", path.chars().filter(|letter| !letter.is_control()).take(40).collect::<String>()),
        };
        let problem = format!("{which} is not what it should be.");
        Refusal::argument(problem, "Look at what /admin/v1/openapi.json says about this path.")
    })
}
