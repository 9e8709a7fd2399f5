//! What the owner answers about tokens.

use chrono::TimeDelta;
use serde_json::{Map, Value};
use telegraphist_application::access::{NewToken, TokenState};
use telegraphist_application::grants::{ChatRule, Counted, NotAChatRule, Quota};
use telegraphist_application::operation::{Effect, Scope};
use telegraphist_application::{Caller, Code, Explanation, Failure};
use telegraphist_mcp::Catalogue;

use super::House;
use super::control::value;
use crate::control::{Issued, TokensRequest, WantedToken};

impl House {
    /// Answers a request of this kind.
    pub(super) async fn answer_tokens(&self, request: TokensRequest) -> Result<Value, Failure> {
        let (app, caller) = (&self.app, &Caller::owner());
        match request {
            TokensRequest::Create(wanted) => {
                let issued = app.create_token(caller, new_token(wanted)?).await.map_err(Failure::from)?;
                Ok(value(Issued { token: issued.token, secret: issued.secret.expose().to_owned() }))
            }
            TokensRequest::List => app.tokens(caller).await.map(value).map_err(Failure::from),
            TokensRequest::Show { token } => app.token(caller, &token).await.map(value).map_err(Failure::from),
            TokensRequest::Explain { token, tool, arguments } => {
                self.explain(&token, &tool, &arguments).await.map(value)
            }
            TokensRequest::Revoke { token } => app.revoke_token(caller, &token).await.map(value).map_err(Failure::from),
        }
    }
}

impl House {
    async fn explain(&self, token: &str, tool: &str, arguments: &Map<String, Value>) -> Result<Explanation, Failure> {
        let known = Catalogue::get().tool(tool);
        let tool = known.ok_or_else(|| unusable(format!("There is no tool `{tool}`.")))?;
        let (holder, state) = self.app.caller_of_token(&Caller::owner(), token).await.map_err(Failure::from)?;
        let mut told = tool.explain_call(&self.app, &holder, arguments).await?;
        match state {
            TokenState::Valid => {}
            TokenState::Expired => told.let_nobody_in("Its time is over: it lets nobody in."),
            TokenState::Revoked => told.let_nobody_in("It was taken back: it lets nobody in."),
        }
        Ok(told)
    }
}

fn new_token(wanted: WantedToken) -> Result<NewToken, Failure> {
    let WantedToken {
        name,
        scopes,
        is_read_only,
        is_locked_down,
        needs_approval,
        quotas,
        sessions,
        allow_chats,
        deny_chats,
        lifetime,
    } = wanted;
    let scopes =
        scopes.iter().map(|name| Scope::named(name).ok_or_else(|| unusable(format!("There is no scope `{name}`."))));
    let effects = needs_approval
        .iter()
        .map(|name| Effect::named(name).ok_or_else(|| unusable(format!("There is no effect `{name}`."))));
    let lifetime = lifetime.map(|lifetime| TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX));
    Ok(NewToken {
        name,
        scopes: scopes.collect::<Result<_, _>>()?,
        is_read_only,
        is_locked_down,
        needs_approval: effects.collect::<Result<_, _>>()?,
        quotas: quotas.iter().map(|quota| known(quota)).collect::<Result<_, _>>()?,
        sessions,
        allow_chats: rules(&allow_chats)?,
        deny_chats: rules(&deny_chats)?,
        lifetime,
    })
}

fn rules(texts: &[String]) -> Result<Vec<ChatRule<String>>, Failure> {
    let rule =
        |text: &String| text.parse().map_err(|problem: NotAChatRule| unusable(format!("`{text}` is {problem}.")));
    texts.iter().map(rule).collect()
}

/// A quota that counts something: one of a tool that nobody has would be a limit that never limits.
fn known(text: &str) -> Result<Quota, Failure> {
    let quota: Quota = text.parse().map_err(|problem| unusable(format!("`{text}` is {problem}.")))?;
    match &quota.of {
        Counted::Tool(tool) if Catalogue::get().tool(tool).is_none() => {
            Err(unusable(format!("A quota names `{tool}`, which is neither a tool nor a class nor `calls`.")))
        }
        Counted::Tool(_) | Counted::Class(_) | Counted::Calls => Ok(quota),
    }
}

fn unusable(message: String) -> Failure {
    Failure::new(
        Code::InvalidArgument,
        message,
        "Run `telegraphist tokens create --help`; `telegraphist tools` has the tools.",
    )
}
