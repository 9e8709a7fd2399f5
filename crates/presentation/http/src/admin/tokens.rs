//! Tokens: made, looked at, taken back.

use std::borrow::Cow;

use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use telegraphist_application::access::{NewToken, TokenError, TokenView};
use telegraphist_application::grants::{Counted, Quota};
use telegraphist_application::operation::Effect;
use telegraphist_application::{Caller, Code, Failure, Scope};

use super::arguments::{Items, Named, read};
use super::{AdminDesk, AdminOptions};
use crate::body;
use crate::refusal::Refusal;

/// A hundred years.
const LIFE_MAX_S: i64 = 3_155_760_000;

/// A token that is to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedToken {
    /// What to call it.
    #[schemars(regex(pattern = "^[a-z0-9_-]{1,40}$"))]
    name: String,
    /// What it may do; no more than whoever makes it.
    #[schemars(length(min = 1))]
    scopes: Vec<ScopeName>,
    /// Whether it may change nothing, whatever its scopes say.
    #[serde(default)]
    read_only: bool,
    /// Whether it is shown nothing that strangers wrote.
    #[serde(default)]
    lockdown: bool,
    /// What a person in Telegram has to allow each time.
    #[serde(default)]
    approve: Vec<EffectName>,
    /// How many calls it may make: `calls=100/m`, `send=10/h`, `read_messages=5/s`.
    #[serde(default)]
    quotas: Vec<QuotaText>,
    /// Which sessions it may use, by name or id; every one if left out.
    #[serde(default)]
    sessions: Option<Vec<String>>,
    /// For how many seconds it counts; for ever if left out.
    #[serde(default, deserialize_with = "whole")]
    #[schemars(range(min = 1, max = LIFE_MAX_S))]
    expires_in_s: Option<i64>,
}

/// A token that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct IssuedView {
    /// What it is.
    token: TokenView,
    /// What its holder sends. It is told this once.
    secret: String,
}

/// A whole number in any way that JSON writes it: to a schema, `60.0` is an integer, too.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(deserializer)? else { return Ok(None) };
    let written = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= LIFE_MAX_S as f64);
    let whole = number.as_i64().or_else(|| written.map(|number| number as i64));
    whole.map(Some).ok_or_else(|| serde::de::Error::custom("it is no whole number"))
}

/// A scope, by its name.
#[derive(Clone, Copy)]
struct ScopeName(Scope);

impl<'de> Deserialize<'de> for ScopeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Scope::named(&name).map(Self).ok_or_else(|| serde::de::Error::custom("there is no such scope"))
    }
}

impl JsonSchema for ScopeName {
    fn schema_name() -> Cow<'static, str> {
        "Scope".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}

/// What a person may be asked about.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum EffectName {
    Writes,
    Destroys,
    Spends,
}

impl From<EffectName> for Effect {
    fn from(name: EffectName) -> Self {
        match name {
            EffectName::Writes => Self::Writes,
            EffectName::Destroys => Self::Destroys,
            EffectName::Spends => Self::Spends,
        }
    }
}

/// A quota, as it is written.
struct QuotaText(Quota);

impl<'de> Deserialize<'de> for QuotaText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let quota: Option<Quota> = text.parse().ok();
        // Only as the document has it, without spaces and zeros.
        let exact = quota.filter(|quota| quota.to_string() == text);
        exact.map(Self).ok_or_else(|| serde::de::Error::custom("it is no quota"))
    }
}

impl JsonSchema for QuotaText {
    fn schema_name() -> Cow<'static, str> {
        "Quota".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}=[1-9][0-9]{0,5}/(s|m|h|d)$" })
    }
}

pub(super) async fn list(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
) -> Response {
    let tokens = desk.app.tokens(&caller).await.map_err(refusal);
    desk.answer(tokens.map(|items| Json(Items { items }).into_response()))
}

pub(super) async fn show(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
    Named(token): Named,
) -> Response {
    let token = desk.app.token(&caller, &token).await.map_err(refusal);
    desk.answer(token.map(|view| Json(view).into_response()))
}

pub(super) async fn revoke(
    State(AdminDesk { desk, .. }): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
    Named(token): Named,
) -> Response {
    let token = desk.app.revoke_token(&caller, &token).await.map_err(refusal);
    desk.answer(token.map(|view| Json(view).into_response()))
}

pub(super) async fn create(
    State(desk): State<AdminDesk>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    desk.desk.answer(created(&desk, &caller, &headers, body).await)
}

async fn created(desk: &AdminDesk, caller: &Caller, headers: &HeaderMap, body: Body) -> Result<Response, Refusal> {
    let given = body::arguments(headers, body).await?;
    let new = new_token(read(&given)?, &desk.options)?;
    let issued = desk.desk.app.create_token(caller, new).await.map_err(refusal)?;
    let view = IssuedView { token: issued.token, secret: issued.secret.expose().to_owned() };
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

fn new_token(wanted: WantedToken, options: &AdminOptions) -> Result<NewToken, Refusal> {
    let WantedToken { name, scopes, read_only, lockdown, approve, quotas, sessions, expires_in_s } = wanted;
    if scopes.is_empty() {
        return Err(Refusal::argument("`scopes` is empty.", "Name at least one scope."));
    }
    if expires_in_s.is_some_and(|seconds| !(1..=LIFE_MAX_S).contains(&seconds)) {
        return Err(Refusal::argument("`expires_in_s` is out of range.", "Give a second to a hundred years."));
    }
    let quotas: Vec<Quota> = quotas.into_iter().map(|quota| quota.0).collect();
    if quotas.iter().any(|quota| matches!(&quota.of, Counted::Tool(tool) if !(options.is_tool)(tool))) {
        let failure = Failure::new(
            Code::UnknownTool,
            "A quota counts what is neither a tool nor a class nor `calls`.",
            "Look at `telegraphist tools`.",
        );
        return Err(failure.into());
    }
    Ok(NewToken {
        name,
        scopes: scopes.into_iter().map(|scope| scope.0).collect(),
        is_read_only: read_only,
        is_locked_down: lockdown,
        needs_approval: approve.into_iter().map(Effect::from).collect(),
        quotas: quotas.into(),
        sessions,
        // Names of chats are looked up in Telegram, which the command line does.
        allow_chats: Vec::new(),
        deny_chats: Vec::new(),
        lifetime: expires_in_s.map(TimeDelta::seconds),
    })
}

fn refusal(error: TokenError) -> Refusal {
    match error {
        TokenError::Unknown => Refusal::new(StatusCode::NOT_FOUND, error.into()),
        TokenError::NameTaken | TokenError::TooMany => Refusal::new(StatusCode::CONFLICT, error.into()),
        error => Failure::from(error).into(),
    }
}
