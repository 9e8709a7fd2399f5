//! How the gateway knows who calls.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use telegraphist_application::security::NotLetIn;
use telegraphist_application::{Caller, Code, Failure, Operation, Scope};

use crate::refusal::Refusal;

/// What a client without a token is asked for.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"telegraphist\"");

/// What one with a token that does not count is told: never whether it once did.
const INVALID: HeaderValue = HeaderValue::from_static("Bearer realm=\"telegraphist\", error=\"invalid_token\"");

/// The longest credentials that are looked at.
const CREDENTIALS_MAX: usize = 4 * 1024;

/// Why there is no caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAuthenticated {
    /// The token does not count, for whatever reason.
    Refused,
    /// It cannot be told now.
    Unavailable,
}

/// From a bearer token to who calls. It creates nothing for a token that it does not know.
pub type Authenticate = Arc<dyn Fn(String) -> Authenticating + Send + Sync>;

/// An answer of [`Authenticate`] on its way.
pub type Authenticating = Pin<Box<dyn Future<Output = Result<Caller, NotAuthenticated>> + Send>>;

/// How the gateway knows who calls.
#[derive(Clone, Default)]
pub enum Auth {
    /// Whoever reaches it is the owner; so nobody but this machine may.
    #[default]
    None,
    /// By the token in the header `Authorization`.
    Bearer(Authenticate),
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer(_) => "Bearer",
        })
    }
}

/// Somebody who is not let in.
pub(crate) struct Stranger {
    /// What it is told.
    pub(crate) refusal: Refusal,
    /// What it did wrong, if it did.
    pub(crate) why: Option<NotLetIn>,
}

impl Stranger {
    fn without_key() -> Self {
        Self { refusal: unauthenticated(CHALLENGE), why: Some(NotLetIn::NoKey) }
    }

    fn with_unknown_key() -> Self {
        Self { refusal: unauthenticated(INVALID), why: Some(NotLetIn::UnknownKey) }
    }
}

impl Auth {
    /// Who sent a request.
    pub(crate) async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Stranger> {
        let authenticate = match self {
            Self::None => return Ok(Caller::owner()),
            Self::Bearer(authenticate) => authenticate,
        };
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let Some(credentials) = given.next() else { return Err(Stranger::without_key()) };
        let token = token(credentials).filter(|_| given.next().is_none()).ok_or_else(Stranger::with_unknown_key)?;
        match authenticate(token.to_owned()).await {
            Ok(caller) => Ok(caller),
            Err(NotAuthenticated::Refused) => Err(Stranger::with_unknown_key()),
            Err(NotAuthenticated::Unavailable) => {
                let failure =
                    Failure::new(Code::Unavailable, "Tokens cannot be checked now.", "Repeat it in a moment.");
                Err(Stranger { refusal: failure.retry_after(crate::routes::PAUSE).into(), why: None })
            }
        }
    }
}

/// The token of a header, if it holds one.
fn token(credentials: &HeaderValue) -> Option<&str> {
    let text = credentials.to_str().ok().filter(|text| text.len() <= CREDENTIALS_MAX)?;
    let (scheme, token) = text.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// A failure of an operation; where the caller lacks a scope, with which one.
pub(crate) fn told<O: Operation>(caller: &Caller, failure: Failure) -> Refusal {
    told_with(O::FACTS.scope, caller, failure)
}

/// A failure of what needs this scope.
pub(crate) fn told_with(scope: Scope, caller: &Caller, failure: Failure) -> Refusal {
    if failure.code != Code::Forbidden || caller.grants.scopes.contains(scope) {
        return failure.into();
    }
    let scope = scope.as_str();
    let challenge = format!("Bearer realm=\"telegraphist\", error=\"insufficient_scope\", scope=\"{scope}\"");
    match HeaderValue::try_from(challenge) {
        Ok(challenge) => Refusal::from(failure).with(WWW_AUTHENTICATE, challenge),
        Err(_) => failure.into(),
    }
}

fn unauthenticated(challenge: HeaderValue) -> Refusal {
    let failure = Failure::new(
        Code::Forbidden,
        "The request has no token that counts.",
        "Send `Authorization: Bearer TOKEN`; `telegraphist tokens create` makes one.",
    );
    Refusal::new(StatusCode::UNAUTHORIZED, failure).with(WWW_AUTHENTICATE, challenge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_stands_behind_bearer() {
        let read = |text: &str| token(&text.parse().expect("a header")).map(str::to_owned);
        assert_eq!(read("Bearer tgp_x").as_deref(), Some("tgp_x"));
        assert_eq!(read("bearer   tgp_x ").as_deref(), Some("tgp_x"));
        for text in ["", "Bearer", "Bearer ", "tgp_x", "Basic dXNlcjpwYXNz", &format!("Bearer {}", "x".repeat(9_999))] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
