use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::send_telegram_event::SendTelegramEvent;
use crate::application::Application;
use crate::failure::Failure;
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::Accepted;

/// Tell people in Telegram that a value is over its threshold.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendPerformanceAlert {
    /// The bot's session name, if there are several.
    pub session: Option<String>,
    pub title: String,
    pub current_value: f64,
    pub threshold: f64,
    #[serde(default)]
    pub severity: SeverityArg,
    /// The same key twice is sent once.
    pub idempotency_key: Option<String>,
}

/// How bad it is; `low` makes no sound.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SeverityArg {
    Low,
    #[default]
    Medium,
    High,
    Critical,
}

impl SendPerformanceAlert {
    fn as_event(&self) -> SendTelegramEvent {
        let data =
            json!({ "severity": self.severity, "current_value": self.current_value, "threshold": self.threshold });
        SendTelegramEvent {
            session: self.session.clone(),
            data: data.as_object().cloned().unwrap_or_default(),
            idempotency_key: self.idempotency_key.clone(),
            ..SendTelegramEvent::titled("performance_alert", &self.title)
        }
    }
}

impl Operation for SendPerformanceAlert {
    type Output = Accepted;
    const FACTS: Facts = Facts {
        name: "send_performance_alert",
        title: "Send performance alert",
        toolset: Toolset::Notify,
        effect: Effect::Writes,
        scope: Scope::NotifySend,
        class: Class::Local,
        is_idempotent: false,
        is_keyed: true,
    };

    fields!(session, idempotency_key);

    fn check(&self) -> Result<(), Refused> {
        if !self.current_value.is_finite() || !self.threshold.is_finite() {
            return Err(Refused::new("current_value", "current_value and threshold are numbers"));
        }
        self.as_event().check()
    }
}

#[async_trait]
impl Here for SendPerformanceAlert {
    async fn run(self, app: &Application, call: &HereCall) -> Result<Accepted, Failure> {
        self.as_event().run(app, call).await
    }
}
