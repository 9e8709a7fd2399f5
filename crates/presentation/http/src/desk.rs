//! What every handler is given.

use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::response::Response;
use telegraphist_application::approvals::Life;
use telegraphist_application::{Application, CallContext, Caller, Here};
use tokio_util::sync::CancellationToken;

use crate::auth::told;
use crate::options::GatewayOptions;
use crate::refusal::Refusal;
use crate::{arguments, body};

/// The longest name of a program that people are shown.
const AGENT_MAX: usize = 64;

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Any program of this machine may have sent it, a browser that shows a foreign page among them.
    Tcp,
    /// A program of the same user sent it.
    Unix,
}

/// What every handler is given.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) app: Application,
    pub(crate) over: Over,
    pub(crate) options: Arc<GatewayOptions>,
    pub(crate) stop: CancellationToken,
}

impl Desk {
    /// The context of a call. It belongs to no life: a script goes when it has asked, and its question stays.
    pub(crate) fn context(&self, headers: &HeaderMap) -> CallContext {
        let life = Life { agent: agent(headers), generation: String::new() };
        CallContext { cancel: self.stop.child_token(), life, ..CallContext::default() }
    }

    /// Does what a caller asks; a refusal says which scope is missing.
    pub(crate) async fn perform<O: Here>(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        operation: O,
    ) -> Result<O::Output, Refusal> {
        let done = self.app.perform_here(caller, operation, self.context(headers)).await;
        done.map_err(|failure| told::<O>(caller, failure))
    }

    /// The same for an operation whose arguments are a body, and whose key a header may be.
    pub(crate) async fn perform_body<O: Here>(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<O::Output, Refusal> {
        let mut given = body::arguments(headers, body).await?;
        arguments::take_key(headers, &mut given)?;
        self.perform(caller, headers, arguments::of_body::<O>(&given)?).await
    }

    /// An outcome as an answer.
    pub(crate) fn answer(&self, outcome: Result<Response, Refusal>) -> Response {
        outcome.unwrap_or_else(|refusal| refusal.answer(&self.app))
    }
}

/// Who asks, as people are shown it: the program that the client says it is, in plain letters.
fn agent(headers: &HeaderMap) -> String {
    let said = headers.get(USER_AGENT).and_then(|said| said.to_str().ok()).unwrap_or_default();
    let product = said.split(['/', ' ']).next().unwrap_or_default();
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let name: String = product.chars().filter(is_plain).take(AGENT_MAX).collect();
    if name.is_empty() { "http".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_is_the_program_that_the_client_says_it_is() {
        let named = |said: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, said.parse().expect("a header"));
            agent(&headers)
        };
        assert_eq!(named("curl/8.5.0"), "curl");
        assert_eq!(named("deploy-ci (nightly)"), "deploy-ci");
        assert_eq!(named("<b>owner</b>"), "bowner");
        assert_eq!(named(&"x".repeat(500)).len(), AGENT_MAX);
        assert_eq!(named("/"), "http");
        assert_eq!(agent(&HeaderMap::new()), "http");
    }
}
