use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::failure::Failure;
use crate::notices::{Category, event_types};
use crate::operation::{Class, Effect, Facts, Operation, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::{EventTypeView, Page};

/// The event types of send_telegram_event, and the data that belong to each.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListEventTypes {
    pub category: Option<Category>,
}

impl Operation for ListEventTypes {
    type Output = Page<EventTypeView>;
    const FACTS: Facts = Facts {
        name: "list_event_types",
        title: "List event types",
        toolset: Toolset::Notify,
        effect: Effect::Reads,
        scope: Scope::NotifyRead,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fn session(&self) -> Option<&str> {
        None
    }
}

#[async_trait]
impl Here for ListEventTypes {
    async fn run(self, _app: &Application, _call: &HereCall) -> Result<Page<EventTypeView>, Failure> {
        Ok(Page::new(event_types(self.category), None))
    }
}
