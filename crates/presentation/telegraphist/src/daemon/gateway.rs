//! The owner's door for programs that speak HTTP.

use std::sync::Arc;

use telegraphist_application::ports::Reception;
use telegraphist_http::{Gateway, WEBHOOK_PATH};
use telegraphist_mcp::{Endpoint, EndpointOptions};

use super::{House, chosen};
use crate::settings::Settings;

/// How updates of bots come: brought where the world can reach the gateway, else asked for.
pub(super) fn reception(settings: &Settings, gateway: Option<&Gateway>) -> Reception {
    match (&settings.bots.webhook_url.0, gateway) {
        (Some(url), Some(_)) => {
            Reception::Webhook { url: format!("{}{WEBHOOK_PATH}", url.as_str().trim_end_matches('/')) }
        }
        (Some(_), None) | (None, _) => Reception::Polling,
    }
}

impl House {
    /// Serves at the gateway until the house ends; what is under way there is finished before the connections close.
    pub(super) fn open_gateway(self: &Arc<Self>, gateway: Gateway, settings: &Settings) {
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
}
