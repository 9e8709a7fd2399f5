use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::send_telegram_event::SendTelegramEvent;
use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::Accepted;

/// Tell people in Telegram that a task is done.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendTaskCompletion {
    /// The bot's session name, if there are several.
    pub session: Option<String>,
    pub task_id: String,
    pub title: String,
    /// What came of it, in markdown.
    #[serde(default)]
    pub results: String,
    #[serde(default)]
    pub files_affected: Vec<String>,
    pub duration_ms: Option<u64>,
    /// The same key twice is sent once.
    pub idempotency_key: Option<String>,
}

impl SendTaskCompletion {
    fn as_event(&self) -> SendTelegramEvent {
        let mut data = Map::new();
        if !self.files_affected.is_empty() {
            data.insert("files_affected".to_owned(), json!(self.files_affected));
        }
        if let Some(duration) = self.duration_ms {
            data.insert("duration_ms".to_owned(), json!(duration));
        }
        SendTelegramEvent {
            session: self.session.clone(),
            description: self.results.clone(),
            task_id: Some(self.task_id.clone()),
            data,
            idempotency_key: self.idempotency_key.clone(),
            ..SendTelegramEvent::titled("task_completion", &self.title)
        }
    }
}

impl Operation for SendTaskCompletion {
    type Output = Accepted;
    const FACTS: Facts = Facts {
        name: "send_task_completion",
        title: "Send task completion",
        toolset: Toolset::Notify,
        effect: Effect::Writes,
        scope: Scope::NotifySend,
        class: Class::Local,
        is_idempotent: false,
        is_keyed: true,
    };

    fields!(session, idempotency_key);

    fn check(&self) -> Result<(), Refused> {
        self.as_event().check()
    }
}

#[async_trait]
impl Here for SendTaskCompletion {
    async fn run(self, app: &Application, call: &HereCall) -> Result<Accepted, Failure> {
        self.as_event().run(app, call).await
    }
}
