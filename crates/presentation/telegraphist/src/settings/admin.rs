//! What of the configuration is for the operator: the door, and how the rest is shown there.

use telegraphist_application::administration::ConfigurationKey;
use telegraphist_http::{Auth, Authenticate, GatewayOptions, Listen};

use super::{Admin, Settings};

impl Admin {
    /// Where the operator comes in, if anywhere.
    pub(crate) fn door(&self) -> Option<Listen> {
        self.enabled.then(|| self.listen.0.clone())
    }
}

impl Settings {
    /// How the operator's door is set up: by token always, encrypted as the gateway is, and no proxy or page before it.
    pub(crate) fn admin_door(&self, authenticate: Authenticate) -> GatewayOptions {
        GatewayOptions {
            connections_max: 64,
            allowed_hosts: self.http.allowed_hosts.0.clone(),
            auth: Auth::Bearer(authenticate),
            tls: self.http.tls(),
            ..GatewayOptions::default()
        }
    }

    /// Every key for programs; secrets are hidden.
    pub(crate) fn keys(&self) -> Vec<ConfigurationKey> {
        let key = |(key, shown): (&str, String)| ConfigurationKey {
            key: key.to_owned(),
            value: value(&shown),
            origin: self.origin(key).as_str().to_owned(),
        };
        self.shown().into_iter().map(key).collect()
    }
}

/// What is shown is TOML.
fn value(shown: &str) -> serde_json::Value {
    let table: Option<toml::Table> = toml::from_str(&format!("value = {shown}")).ok();
    let value = table.and_then(|mut table| table.remove("value")?.try_into().ok());
    value.unwrap_or_else(|| shown.into())
}
