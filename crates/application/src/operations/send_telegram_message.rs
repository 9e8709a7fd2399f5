use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use telegraphist_domain::MessageId;

use crate::application::Application;
use crate::arguments::{ChatArg, MessageIdArg, TextFormat, check_text};
use crate::failure::Failure;
use crate::notices::{MESSAGE, Notice, Telling, check_id, check_source, check_topic, check_words};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::pipeline::{Here, HereCall};
use crate::views::Accepted;

/// Tell people in Telegram something in your own words, through the bot.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendTelegramMessage {
    /// The bot's session name, if there are several.
    pub session: Option<String>,
    /// Markdown.
    #[serde(alias = "text")]
    pub message: String,
    /// Who tells it; your name if left out.
    pub source: Option<String>,
    /// Where, if not to everybody who wants to be told.
    #[serde(alias = "chat_id")]
    pub chat: Option<ChatArg>,
    pub topic: Option<MessageIdArg>,
    /// The same key twice is sent once.
    pub idempotency_key: Option<String>,
}

impl Operation for SendTelegramMessage {
    type Output = Accepted;
    const FACTS: Facts = Facts {
        name: "send_telegram_message",
        title: "Send message to people",
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
        check_words("message", &self.message)?;
        check_text("message", &self.message, TextFormat::Markdown, usize::MAX)?;
        check_source(self.source.as_deref())?;
        check_topic(self.chat.as_ref(), self.topic)?;
        check_id("idempotency_key", self.idempotency_key.as_deref())
    }
}

#[async_trait]
impl Here for SendTelegramMessage {
    async fn run(self, app: &Application, call: &HereCall) -> Result<Accepted, Failure> {
        let notice = Notice {
            event_id: app.event_id(None, self.idempotency_key.as_deref()),
            kind: MESSAGE.name.to_owned(),
            title: String::new(),
            description: self.message,
            source: self.source.unwrap_or_else(|| call.requester().agent),
            task_id: None,
            correlation_id: None,
            parent_event_id: None,
            data: Map::new(),
        };
        let telling = Telling {
            session: self.session,
            chat: self.chat.map(|chat| chat.0),
            topic: self.topic.map(|topic| MessageId(topic.0)),
            key: self.idempotency_key,
            notice,
        };
        app.tell(call, telling).await
    }
}
