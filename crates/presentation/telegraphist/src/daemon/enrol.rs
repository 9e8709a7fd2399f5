//! Links to the sign-in page.

use std::sync::Arc;

use secrecy::ExposeSecret as _;
use telegraphist_application::enrolments::EnrolmentError;
use telegraphist_application::ports::ApiCredentials;
use telegraphist_application::{Application, Caller, Code, Failure};
use telegraphist_http::LOGIN_PATH;
use telegraphist_mcp::{SignInLink, SignInLinks};

use super::House;
use super::answers::credentials;
use crate::control::{Api, Enrolment};
use crate::settings::Settings;

impl House {
    /// A link by which somebody can sign this session in, once, on a page of the gateway.
    pub(super) async fn enrol(&self, session: &str, api: Api) -> Result<Enrolment, Failure> {
        let Some(pages) = &self.pages else {
            return Err(Failure::new(
                Code::Unavailable,
                "no browser reaches this server, so nobody can sign in on a page",
                "run `telegraphist serve`, with http.public_url where it listens at a Unix socket",
            ));
        };
        let made = link(&self.app, pages, &Caller::owner(), session, credentials(api)).await;
        made.map_err(Failure::from)
    }
}

/// The same for who calls a tool, where there is a page and what Telegram gave this server's operator.
pub(super) fn links(app: &Application, pages: Option<&str>, settings: &Settings) -> Option<SignInLinks> {
    let pages: Arc<str> = pages.filter(|_| settings.has_api_credentials())?.into();
    let telegram = &settings.telegram;
    let api = ApiCredentials { id: telegram.api_id, hash: telegram.api_hash.clone() };
    let app = app.clone();
    Some(Arc::new(move |caller, session| {
        let (app, pages, api) = (app.clone(), Arc::clone(&pages), api.clone());
        Box::pin(async move {
            match link(&app, &pages, &caller, &session, api).await {
                Ok(Enrolment { id, url }) => Some(SignInLink { id, url }),
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "nobody is led to the sign-in page");
                    None
                }
            }
        })
    }))
}

async fn link(
    app: &Application,
    pages: &str,
    caller: &Caller,
    session: &str,
    api: ApiCredentials,
) -> Result<Enrolment, EnrolmentError> {
    let link = app.enrol(caller, session, api).await?;
    let url = format!("{pages}{LOGIN_PATH}#{}", link.secret.expose_secret());
    Ok(Enrolment { id: link.id, url })
}
