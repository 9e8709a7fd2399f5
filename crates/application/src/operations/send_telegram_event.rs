use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use telegraphist_domain::MessageId;

use crate::application::Application;
use crate::arguments::{ChatArg, MessageIdArg};
use crate::failure::Failure;
use crate::notices::{
    Notice, Telling, check_data, check_id, check_source, check_title, check_topic, check_words, event_type,
    nearest_type,
};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::Accepted;

/// Tell people in Telegram what happened: durably queued when it answers. To ask before you act, use request_approval.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendTelegramEvent {
    /// The bot's session name, if there are several.
    pub session: Option<String>,
    /// As in task_started, task_completion, build_failed, error_occurred, info_notification; see list_event_types.
    #[serde(rename = "type")]
    pub kind: String,
    /// At most 200 characters.
    pub title: String,
    /// Markdown.
    #[serde(default)]
    pub description: String,
    pub task_id: Option<String>,
    /// Who tells it; your name if left out.
    pub source: Option<String>,
    /// Facts, as in duration_ms, files_affected, error_message, stack_trace, url, options (labels of buttons whose taps
    /// come as responses), metadata (anything).
    #[serde(default)]
    pub data: Map<String, Value>,
    /// Where, if not to everybody who wants to be told.
    #[serde(alias = "chat_id")]
    pub chat: Option<ChatArg>,
    pub topic: Option<MessageIdArg>,
    /// Yours; the same id twice is sent once.
    pub event_id: Option<String>,
    pub correlation_id: Option<String>,
    pub parent_event_id: Option<String>,
    /// Instead of event_id.
    pub idempotency_key: Option<String>,
}

impl SendTelegramEvent {
    /// An event of this type with nothing but a title.
    pub(super) fn titled(kind: &str, title: &str) -> Self {
        Self {
            session: None,
            kind: kind.to_owned(),
            title: title.to_owned(),
            description: String::new(),
            task_id: None,
            source: None,
            data: Map::new(),
            chat: None,
            topic: None,
            event_id: None,
            correlation_id: None,
            parent_event_id: None,
            idempotency_key: None,
        }
    }
}

impl Operation for SendTelegramEvent {
    type Output = Accepted;
    const FACTS: Facts = Facts {
        name: "send_telegram_event",
        title: "Send event",
        toolset: Toolset::Notify,
        effect: Effect::Writes,
        scope: Scope::NotifySend,
        class: Class::Local,
        is_idempotent: false,
        is_keyed: true,
    };

    fields!(session, idempotency_key);

    fn chats(&self) -> Vec<&str> {
        self.chat.iter().map(|chat| chat.0.as_str()).collect()
    }

    fn check(&self) -> Result<(), Refused> {
        if event_type(&self.kind).is_none() {
            return Err(Refused::new(
                "type",
                match nearest_type(&self.kind) {
                    Some(nearest) => {
                        format!("there is no such event type; did you mean {nearest}? list_event_types has all")
                    }
                    None => "there is no such event type; list_event_types has all".to_owned(),
                },
            ));
        }
        check_title(&self.title)?;
        check_words("description", &self.description)?;
        check_source(self.source.as_deref())?;
        check_topic(self.chat.as_ref(), self.topic)?;
        let ids = [
            ("task_id", &self.task_id),
            ("event_id", &self.event_id),
            ("correlation_id", &self.correlation_id),
            ("parent_event_id", &self.parent_event_id),
            ("idempotency_key", &self.idempotency_key),
        ];
        for (argument, id) in ids {
            check_id(argument, id.as_deref())?;
        }
        check_data(&self.data)
    }
}

#[async_trait]
impl Here for SendTelegramEvent {
    async fn run(self, app: &Application, call: &HereCall) -> Result<Accepted, Failure> {
        let key = self.idempotency_key.or_else(|| self.event_id.clone());
        let notice = Notice {
            event_id: app.event_id(self.event_id, key.as_deref()),
            kind: self.kind,
            title: self.title,
            description: self.description,
            source: self.source.unwrap_or_else(|| call.requester().agent),
            task_id: self.task_id,
            correlation_id: self.correlation_id,
            parent_event_id: self.parent_event_id,
            data: self.data,
        };
        let telling = Telling {
            session: self.session,
            chat: self.chat.map(|chat| chat.0),
            topic: self.topic.map(|topic| MessageId(topic.0)),
            key,
            notice,
        };
        app.tell(call, telling).await
    }
}
