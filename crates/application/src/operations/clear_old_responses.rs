use async_trait::async_trait;
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::Cleared;

const USUAL: u32 = 24;
/// A year.
const HOURS_MAX: u32 = 8760;

/// Delete the texts of old responses. What you have not processed is kept.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearOldResponses {
    /// 1 to 8760, default 24.
    pub older_than_hours: Option<u32>,
    /// Must be true: this cannot be undone.
    #[serde(default)]
    pub confirm: bool,
}

impl Operation for ClearOldResponses {
    type Output = Cleared;
    const FACTS: Facts = Facts {
        name: "clear_old_responses",
        title: "Clear responses",
        toolset: Toolset::Notify,
        effect: Effect::Destroys,
        scope: Scope::NotifyAdmin,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fn session(&self) -> Option<&str> {
        None
    }

    fields!(confirm);

    fn check(&self) -> Result<(), Refused> {
        match self.older_than_hours {
            Some(hours) if !(1..=HOURS_MAX).contains(&hours) => {
                Err(Refused::new("older_than_hours", format!("must be 1 to {HOURS_MAX}")))
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[async_trait]
impl Here for ClearOldResponses {
    async fn run(self, app: &Application, call: &HereCall) -> Result<Cleared, Failure> {
        let hours = TimeDelta::hours(i64::from(self.older_than_hours.unwrap_or(USUAL)));
        let cleared = app.clear_responses(call, app.ports().clock.now() - hours).await?;
        Ok(Cleared { cleared })
    }
}
