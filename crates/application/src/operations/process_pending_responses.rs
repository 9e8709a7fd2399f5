use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::arguments::LIMIT_MAX;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::Responses;

/// Take note of what people answered, so that it is not given again. Answers with what you take note of.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessPendingResponses {
    /// Up to this `response_id` of get_telegram_responses; everything that waits, at most 100, if left out.
    pub up_to: Option<String>,
}

impl Operation for ProcessPendingResponses {
    type Output = Responses;
    const FACTS: Facts = Facts {
        name: "process_pending_responses",
        title: "Process responses",
        toolset: Toolset::Notify,
        effect: Effect::Writes,
        scope: Scope::NotifyRead,
        class: Class::Local,
        is_idempotent: true,
        is_keyed: false,
    };

    fn session(&self) -> Option<&str> {
        None
    }

    fn check(&self) -> Result<(), Refused> {
        match self.up_to.as_ref().map(|id| id.trim().parse::<u64>()) {
            Some(Err(_)) => Err(Refused::new("up_to", "a response_id of get_telegram_responses")),
            Some(Ok(_)) | None => Ok(()),
        }
    }
}

#[async_trait]
impl Here for ProcessPendingResponses {
    async fn run(self, app: &Application, call: &HereCall) -> Result<Responses, Failure> {
        let up_to = self.up_to.and_then(|id| id.trim().parse::<u64>().ok()).unwrap_or(u64::MAX);
        let noted = app.noted_responses(call).await?;
        let found = app.responses_after(call, noted, None, LIMIT_MAX as usize).await?;
        let mut items = found.items;
        items.retain(|item| item.response_id.parse().is_ok_and(|id: u64| id <= up_to));
        if let Some(last) = items.last().and_then(|item| item.response_id.parse().ok()) {
            app.note_responses(call, last).await?;
        }
        Ok(Responses { items, has_more: false, next_cursor: None, is_noted: true })
    }
}
