//! The owner's door for programs that speak HTTP.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use telegraphist_application::ports::{FetchLimits, Reception};
use telegraphist_application::{Application, Unauthenticated};
use telegraphist_files::fetch_document;
use telegraphist_http::{AdminOptions, Authenticate, Fetch, Gateway, Listen, NotAuthenticated, WEBHOOK_PATH};
use telegraphist_mcp::{Catalogue, Endpoint, EndpointOptions};

use super::{House, chosen};
use crate::numbers::Meters;
use crate::settings::Settings;

/// Metadata and key sets have a few kilobytes.
const ISSUER_LIMITS: FetchLimits = FetchLimits { bytes_max: 256 * 1024, time_max: Duration::from_secs(5) };

/// From tokens to callers, by the application that will be there when the gateway serves.
pub(super) fn authenticate(late: &Arc<OnceLock<Application>>) -> Authenticate {
    let late = Arc::clone(late);
    Arc::new(move |token| {
        let late = Arc::clone(&late);
        Box::pin(async move {
            let app = late.get().ok_or(NotAuthenticated::Unavailable)?;
            app.authenticate(&token).await.map_err(|error| match error {
                Unauthenticated::Refused(why) => NotAuthenticated::Refused(why),
                Unauthenticated::Store(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "tokens cannot be looked up");
                    NotAuthenticated::Unavailable
                }
            })
        })
    })
}

/// What fetches an issuer's metadata and keys.
pub(super) fn fetch(settings: &Settings) -> Fetch {
    let reach = settings.oauth.reach();
    Arc::new(move |url| {
        Box::pin(async move { fetch_document(&url, reach, ISSUER_LIMITS).await.map_err(|problem| problem.to_string()) })
    })
}

/// How updates of bots come: brought where the world can reach the gateway, else asked for.
pub(super) fn reception(settings: &Settings, gateway: Option<&Gateway>) -> Reception {
    match (&settings.bots.webhook_url.0, gateway) {
        (Some(url), Some(_)) => {
            Reception::Webhook { url: format!("{}{WEBHOOK_PATH}", url.as_str().trim_end_matches('/')) }
        }
        (Some(_), None) | (None, _) => Reception::Polling,
    }
}

/// Where people find the gateway in a browser: where a proxy has it, else where it listens.
pub(super) fn pages(settings: &Settings, gateway: &Gateway) -> Option<String> {
    let public = &settings.http.public_url;
    match (&public.0, gateway.address()) {
        (Some(_), _) => Some(public.to_string()),
        (None, address @ Listen::Tcp(_)) => Some(format!("{}://{address}", gateway.scheme())),
        (None, Listen::Unix(_)) => None,
    }
}

/// Each connection is an open file; the usual limit is lower than what the system allows for the asking.
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(problem) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::debug!(%problem, "no more files may be open at once");
    }
}

impl House {
    /// Serves at the gateway until the house ends; what is under way there is finished before the connections close.
    pub(super) fn open_gateway(self: &Arc<Self>, gateway: Gateway, settings: &Settings) {
        allow_open_files();
        let options = EndpointOptions {
            choice: chosen(&settings.tools.choice()),
            sessions_max: settings.http.sessions_max,
            session_idle_max: settings.http.session_idle.0,
            ..EndpointOptions::default()
        };
        let endpoint = Endpoint::new(&self.servers, options, self.stop.clone());
        let served = gateway.serve(self.app.clone(), endpoint.clone(), self.stop.clone());
        self.gateway.spawn(async move {
            served.await;
            endpoint.close();
        });
    }

    /// Gives the numbers at a door of their own.
    pub(super) fn open_metrics(self: &Arc<Self>, door: Gateway, meters: Meters) {
        self.tasks.spawn(door.serve_metrics(Arc::new(meters.of(self.app.clone())), self.stop.clone()));
    }

    /// Lets the operator in at a door of their own.
    pub(super) fn open_admin(self: &Arc<Self>, door: Gateway) {
        let options = AdminOptions { is_tool: |name| Catalogue::get().tool(name).is_some() };
        self.gateway.spawn(door.serve_admin(self.app.clone(), options, self.stop.clone()));
    }
}
