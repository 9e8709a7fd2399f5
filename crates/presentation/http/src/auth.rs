//! How the gateway knows who calls, and the one place where clients are told what they lack.

mod oauth;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use telegraphist_application::access::LacksScope;
use telegraphist_application::security::NotLetIn;
use telegraphist_application::{Application, Caller, Code, Failure, Operation, Scope, Scopes, Unauthenticated};

use self::oauth::NotVouched;
pub use self::oauth::{Fetch, Fetching, NotASignature, OAuth, OAuthOptions, SignedBy};
use crate::refusal::Refusal;

/// The longest credentials that are looked at.
const CREDENTIALS_MAX: usize = oauth::TOKEN_MAX;

/// Why there is no caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAuthenticated {
    /// The token does not count.
    Refused(NotLetIn),
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
    /// By the token in the header `Authorization`, which this server made.
    Bearer(Authenticate),
    /// By the token there, which an issuer made.
    OAuth(Arc<OAuth>),
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer(_) => "Bearer",
            Self::OAuth(_) => "OAuth",
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

/// What is missing.
#[derive(Clone, Copy)]
enum Lack<'a> {
    /// Any token.
    Token,
    /// One that counts; never whether it once did.
    ValidToken,
    /// Anything that was granted to whom the token is about. Another token would not help.
    Grant,
    /// A scope, besides those that there are.
    Scope(&'a Caller, LacksScope),
}

impl Auth {
    /// Who sent a request.
    pub(crate) async fn caller(&self, app: &Application, headers: &HeaderMap) -> Result<Caller, Stranger> {
        if matches!(self, Self::None) {
            return Ok(Caller::owner());
        }
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let Some(credentials) = given.next() else { return Err(self.refused(NotLetIn::NoKey)) };
        let token = token(credentials).filter(|_| given.next().is_none());
        let token = token.ok_or_else(|| self.refused(NotLetIn::UnknownKey))?;
        let authenticated = match self {
            Self::None => return Ok(Caller::owner()),
            Self::Bearer(authenticate) => authenticate(token.to_owned()).await,
            Self::OAuth(oauth) => authenticated(app, oauth, token).await,
        };
        authenticated.map_err(|why| match why {
            NotAuthenticated::Refused(why) => self.refused(why),
            NotAuthenticated::Unavailable => {
                let failure =
                    Failure::new(Code::Unavailable, "Tokens cannot be checked now.", "Repeat it in a moment.");
                Stranger { refusal: failure.retry_after(crate::routes::PAUSE).into(), why: None }
            }
        })
    }

    fn refused(&self, why: NotLetIn) -> Stranger {
        let action = match self {
            Self::OAuth(_) => "Send `Authorization: Bearer TOKEN`, with an access token of the issuer for this server.",
            Self::None | Self::Bearer(_) => {
                "Send `Authorization: Bearer TOKEN`; `telegraphist tokens create` makes one."
            }
        };
        let lack = match why {
            NotLetIn::NoKey => Lack::Token,
            NotLetIn::Unmapped => Lack::Grant,
            NotLetIn::UnknownKey
            | NotLetIn::Expired
            | NotLetIn::Revoked
            | NotLetIn::Foreign
            | NotLetIn::NotYetValid
            | NotLetIn::WebhookSecret => Lack::ValidToken,
        };
        let refusal = if matches!(lack, Lack::Grant) {
            let failure = Failure::new(
                Code::Forbidden,
                "Nothing on this server was granted to you.",
                "Ask who runs it; their configuration says who gets at what.",
            );
            Refusal::from(failure)
        } else {
            let failure = Failure::new(Code::Forbidden, "The request has no token that counts.", action);
            Refusal::new(StatusCode::UNAUTHORIZED, failure)
        };
        let refusal = match self.challenge(lack) {
            Some(challenge) => refusal.with(WWW_AUTHENTICATE, challenge),
            None => refusal,
        };
        Stranger { refusal, why: Some(why) }
    }

    /// Tells a client that lacks a scope which one, in whoever's answer that is.
    pub(crate) fn word(&self, caller: &Caller, mut answer: Response) -> Response {
        let lacking = answer.extensions_mut().remove::<LacksScope>();
        if let Some(challenge) = lacking.and_then(|lacking| self.challenge(Lack::Scope(caller, lacking))) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        answer
    }

    /// What a client is asked for.
    fn challenge(&self, lack: Lack<'_>) -> Option<HeaderValue> {
        let oauth = match self {
            Self::None | Self::Bearer(_) => None,
            Self::OAuth(oauth) => Some(oauth),
        };
        let (error, scope) = match lack {
            Lack::Token => (None, oauth.map(|oauth| oauth.scopes_to_begin_with())),
            Lack::ValidToken => (Some("invalid_token"), oauth.map(|oauth| oauth.scopes_to_begin_with())),
            Lack::Grant => return None,
            Lack::Scope(caller, LacksScope(scope)) => {
                // A client that asks for what it is told to keeps what it has.
                let all = || caller.grants.scopes.iter().chain([scope]).collect::<Scopes>();
                let named = oauth.map_or_else(|| scope.as_str().to_owned(), |oauth| oauth.scopes_for(all()));
                (Some("insufficient_scope"), Some(named))
            }
        };
        let parts = [
            ("error", error.map(str::to_owned)),
            ("scope", scope.filter(|scope| !scope.is_empty())),
            ("resource_metadata", oauth.map(|oauth| oauth.metadata_url())),
        ];
        let mut challenge = "Bearer realm=\"telegraphist\"".to_owned();
        for (name, value) in parts.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            challenge.extend([", ", name, "=\"", &value, "\""]);
        }
        HeaderValue::try_from(challenge).ok()
    }
}

/// Who calls with a token of an issuer.
async fn authenticated(app: &Application, oauth: &OAuth, token: &str) -> Result<Caller, NotAuthenticated> {
    let admitted = match oauth.vouched(token, app.ports().clock.now()).await {
        Ok(vouched) => app.authenticate_vouched(oauth.admission(), &vouched).await,
        Err(NotVouched::Refused(why)) => Err(app.refuse_foreign(why).await),
        Err(NotVouched::Unavailable) => return Err(NotAuthenticated::Unavailable),
    };
    admitted.map_err(|error| match error {
        Unauthenticated::Refused(why) => NotAuthenticated::Refused(why),
        Unauthenticated::Store(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "who may do what cannot be looked up");
            NotAuthenticated::Unavailable
        }
    })
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
    Refusal::from(failure).for_want_of(LacksScope(scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_stands_behind_bearer() {
        let read = |text: &str| token(&text.parse().expect("a header")).map(str::to_owned);
        assert_eq!(read("Bearer tgp_x").as_deref(), Some("tgp_x"));
        assert_eq!(read("bearer   tgp_x ").as_deref(), Some("tgp_x"));
        for text in ["", "Bearer", "Bearer ", "tgp_x", "Basic dXNlcjpwYXNz", &format!("Bearer {}", "x".repeat(99_999))]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
