//! The owner's door for programs that speak HTTP.

use std::sync::Arc;

use telegraphist_application::ports::Reception;
use telegraphist_http::{Gateway, WEBHOOK_PATH};

use super::House;
use crate::numbers::Meters;
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
    pub(super) fn open_gateway(self: &Arc<Self>, gateway: Gateway) {
        self.tasks.spawn(gateway.serve(self.app.clone(), self.stop.clone()));
    }

    /// Gives the numbers at a door of their own.
    pub(super) fn open_metrics(self: &Arc<Self>, door: Gateway, meters: Meters) {
        self.tasks.spawn(door.serve_metrics(Arc::new(meters.of(self.app.clone())), self.stop.clone()));
    }
}
