use async_trait::async_trait;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::arguments::limit;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::Responses;

const USUAL: u32 = 10;

/// What people answered to your notices, oldest first. The same are given until you call process_pending_responses.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetTelegramResponses {
    /// Everything since, also what you have processed.
    pub since: Option<DateTime<Utc>>,
    /// 1 to 100, default 10.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Operation for GetTelegramResponses {
    type Output = Responses;
    const FACTS: Facts = Facts {
        name: "get_telegram_responses",
        title: "Get responses",
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

    fields!(cursor);

    fn check(&self) -> Result<(), Refused> {
        limit(self.limit, USUAL).map(drop)
    }
}

#[async_trait]
impl Here for GetTelegramResponses {
    async fn run(self, app: &Application, call: &HereCall) -> Result<Responses, Failure> {
        let position = match (&call.cursors.position, self.since) {
            (Some(position), _) => position.as_slice().try_into().map(u64::from_be_bytes).unwrap_or_default(),
            (None, Some(_)) => 0,
            (None, None) => app.noted_responses(call).await?,
        };
        let limit = self.limit.unwrap_or(USUAL) as usize;
        let found = app.responses_after(call, position, self.since, limit).await?;
        let next_cursor = found.next.map(|next| (call.cursors.seal)(&next.to_be_bytes()));
        Ok(Responses { has_more: next_cursor.is_some(), items: found.items, next_cursor, is_noted: false })
    }
}
