use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::facts;
use crate::application::Application;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::operation::{Effect, Scope};

/// One key of the configuration, as it may be shown: a secret's value never gets here.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ConfigurationKey {
    /// Its name: section, dot, key.
    pub key: String,
    /// What it is set to; of a secret, whether it is.
    pub value: Value,
    /// Where that is from: `default`, `file`, `environment` or `flag`.
    pub origin: String,
}

/// How the server is configured.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Configuration {
    /// Every key, in the order of the documentation.
    pub items: Vec<ConfigurationKey>,
}

impl Application {
    /// How this server is configured, for who sees how it does or who runs it.
    pub async fn configuration(&self, caller: &Caller) -> Result<Configuration, Failure> {
        let scope = if caller.grants.has(Scope::Admin) { Scope::Admin } else { Scope::OpsRead };
        self.admit_for(caller, facts("configuration", scope, Effect::Reads)).await?;
        Ok(Configuration { items: self.inner.settings.configuration.to_vec() })
    }
}
