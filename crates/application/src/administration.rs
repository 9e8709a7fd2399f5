//! Running the server from elsewhere: what an operator sees and changes over the admin's own door.
//!
//! Everything here needs the scope `admin`, or says what else it is for. What is done with sessions, tokens and people is
//! done by their own use cases. Start with [`Application::admit_administrator`].

mod configuration;
mod stats;
#[cfg(test)]
mod tests;

pub use configuration::{Configuration, ConfigurationKey};
pub use stats::{Stats, StatsOfDeliveries, StatsOfPeople, StatsOfSessions, StatsOfTokens};

use crate::application::Application;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Scope, Toolset};

/// What a caller needs, and by what name it is denied.
const fn facts(name: &'static str, scope: Scope, effect: Effect) -> Facts {
    Facts {
        name,
        title: "Administration",
        toolset: Toolset::Account,
        effect,
        scope,
        class: Class::Local,
        is_idempotent: false,
        is_keyed: false,
    }
}

impl Application {
    /// Whether a caller runs this server; who does not is denied as everywhere, and it is noted.
    pub async fn admit_administrator(&self, caller: &Caller, effect: Effect) -> Result<(), Failure> {
        self.admit_for(caller, facts("administer", Scope::Admin, effect)).await
    }

    async fn admit_for(&self, caller: &Caller, facts: Facts) -> Result<(), Failure> {
        let correlation_id = self.correlation();
        self.admit(caller, facts, false, &correlation_id).await.map_err(|mut failure| {
            failure.correlation_id = correlation_id;
            failure
        })
    }
}
