use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg, ResponseFormat, MediaKind, check_span, limit};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Messages};

/// Search texts in one chat or, without `chat`, in all. Newest first.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchMessages {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Words to find; may be empty with another filter.
    #[serde(default)]
    pub query: String,
    /// Id, @name, t.me link, +phone or me; all chats if left out.
    #[serde(alias = "chat_id")]
    pub chat: Option<ChatArg>,
    /// Only this sender; needs `chat`.
    pub from: Option<ChatArg>,
    pub topic: Option<MessageIdArg>,
    /// RFC 3339.
    pub since: Option<DateTime<Utc>>,
    /// RFC 3339.
    pub until: Option<DateTime<Utc>>,
    pub media: Option<MediaKind>,
    /// 1 to 100, default 20.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    #[serde(default)]
    pub response_format: ResponseFormat,
}

impl Operation for SearchMessages {
    type Output = Messages;
    const FACTS: Facts = Facts {
        name: "search_messages",
        title: "Search messages",
        toolset: Toolset::Messages,
        effect: Effect::Reads,
        scope: Scope::MessagesRead,
        class: Class::Search,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, cursor);

    fn chats(&self) -> Vec<&str> {
        self.chat.iter().chain(&self.from).map(|chat| chat.0.as_str()).collect()
    }

    fn check(&self) -> Result<(), Refused> {
        limit(self.limit, 20)?;
        check_span(self.since, self.until)?;
        if self.query.trim().is_empty() && self.media.is_none() && self.from.is_none() {
            return Err(Refused::new("query", "give words to find, or media or from"));
        }
        if self.chat.is_none() && (self.from.is_some() || self.topic.is_some()) {
            return Err(Refused::new("chat", "from and topic need a chat to search in"));
        }
        Ok(())
    }
}
