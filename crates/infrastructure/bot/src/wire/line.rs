use std::fmt;

use serde_json::value::RawValue;
use teloxide::Bot;
use teloxide_reqwest as reqwest;
use teloxide_reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::Url;

use super::body::{HandOver, Watched};
use super::envelope;
use super::form::{Sources, form};
use super::request::Request;
use crate::call_error::CallError;
use crate::token::Token;
use telegraphist_application::patience::{Ended, Patience};

/// An answer holds at most so much; a page of updates has a few mebibytes.
const ANSWER_MAX: usize = 32 * 1024 * 1024;

/// One bot's way to the Bot API. teloxide's `Bot` shows its token to whoever prints it, so nobody else holds one.
#[derive(Clone)]
pub(crate) struct Line(Bot);

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line(..)")
    }
}

/// What a request leaves behind while it is under way.
#[derive(Default)]
struct Trail {
    hand_over: HandOver,
    sources: Sources,
}

impl Trail {
    fn ended(&self, how: Ended) -> CallError {
        CallError::Ended { how, handed_over: self.hand_over.is_done() }
    }

    fn failed(&self, error: reqwest::Error) -> CallError {
        // The address holds the token.
        let cause = error.without_url().into();
        match self.sources.failure() {
            Some(error) => CallError::Source(error),
            None if self.hand_over.is_done() => CallError::Lost(cause),
            None => CallError::NotSent(cause),
        }
    }
}

impl Line {
    /// A line; nothing is connected before it is used.
    pub(crate) fn new(token: &Token, client: reqwest::Client, api_url: &Url) -> Self {
        Self(Bot::with_client(token.expose(), client).set_api_url(api_url.clone()))
    }

    /// Sends a request once, and gives the result as it came.
    pub(crate) async fn call(&self, request: Request, patience: &Patience) -> Result<Box<RawValue>, CallError> {
        patience.check().map_err(CallError::before)?;
        let trail = Trail::default();
        let sending = self.prepare(request, &trail);
        let exchange = async {
            let mut response = sending.send().await.map_err(|error| trail.failed(error))?;
            let status = response.status().as_u16();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| trail.failed(error))? {
                body.extend_from_slice(&chunk);
                if body.len() > ANSWER_MAX {
                    return Err(CallError::Lost("the answer is far too long".into()));
                }
            }
            envelope::read(status, &body)
        };
        patience.during(exchange).await.map_err(|how| trail.ended(how))?
    }

    /// Asks for a file at the path that `getFile` gave.
    pub(super) async fn get_file(&self, path: &str, patience: &Patience) -> Result<reqwest::Response, CallError> {
        let mut url = self.url("file");
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.push(&format!("bot{}", self.0.token()));
            segments.extend(path.split('/'));
        }
        let sending = self.0.client().get(url).send();
        let response = patience.during(sending).await.map_err(CallError::before)?;
        response.map_err(|error| CallError::NotSent(error.without_url().into()))
    }

    fn prepare(&self, request: Request, trail: &Trail) -> reqwest::RequestBuilder {
        let mut url = self.url("");
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.push(&format!("bot{}", self.0.token())).push(&request.method);
        }
        let sending = self.0.client().post(url);
        if !request.files.is_empty() {
            return sending.multipart(form(request.arguments, request.files, &trail.hand_over, &trail.sources));
        }
        let body = serde_json::to_vec(&request.arguments).expect("arguments are plain data");
        let body = Watched::new(body, trail.hand_over.clone());
        sending.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(reqwest::Body::wrap(body))
    }

    /// The address of the API, below which everything is.
    fn url(&self, below: &str) -> Url {
        let mut url = self.0.api_url();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty();
            if !below.is_empty() {
                segments.push(below);
            }
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::super::client;
    use super::*;

    fn line(api_url: &str) -> Line {
        let url: Url = api_url.parse().expect("an address");
        let token = Token::parse(&"42:sEcReT-1_".into()).expect("a token");
        Line::new(&token, client(&url), &url)
    }

    fn address(api_url: &str) -> String {
        let request = Request { method: "getMe".to_owned(), arguments: serde_json::Map::new(), files: Vec::new() };
        let sending = line(api_url).prepare(request, &Trail::default());
        sending.build().expect("a request").url().to_string()
    }

    #[test]
    fn the_address_is_below_the_api_s_however_that_is_written() {
        assert_eq!(address("https://api.telegram.org"), "https://api.telegram.org/bot42:sEcReT-1_/getMe");
        for base in ["http://127.0.0.1:8081/api", "http://127.0.0.1:8081/api/"] {
            assert_eq!(address(base), "http://127.0.0.1:8081/api/bot42:sEcReT-1_/getMe");
        }
    }

    #[test]
    fn a_line_does_not_show_its_token() {
        assert_eq!(format!("{:?}", line("https://api.telegram.org")), "Line(..)");
    }
}
