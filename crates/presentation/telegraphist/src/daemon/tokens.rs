//! What the owner answers about tokens.

use chrono::TimeDelta;
use serde_json::Value;
use telegraphist_application::access::NewToken;
use telegraphist_application::grants::{Counted, Quota};
use telegraphist_application::operation::Scope;
use telegraphist_application::{Caller, Code, Failure};
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
            TokensRequest::Revoke { token } => app.revoke_token(caller, &token).await.map(value).map_err(Failure::from),
        }
    }
}

fn new_token(wanted: WantedToken) -> Result<NewToken, Failure> {
    let WantedToken { name, scopes, is_read_only, quotas, sessions, lifetime } = wanted;
    let scopes =
        scopes.iter().map(|name| Scope::named(name).ok_or_else(|| unusable(format!("There is no scope `{name}`."))));
    let lifetime = lifetime.map(|lifetime| TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX));
    Ok(NewToken {
        name,
        scopes: scopes.collect::<Result<_, _>>()?,
        is_read_only,
        quotas: quotas.iter().map(|quota| known(quota)).collect::<Result<_, _>>()?,
        sessions,
        lifetime,
    })
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
