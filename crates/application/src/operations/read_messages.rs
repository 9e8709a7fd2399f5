use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatArg, MessageIdArg, ResponseFormat, check_span, limit};
use crate::operation::{Class, Effect, Facts, Operation, Refused, Scope, Toolset};
use crate::views::{Messages};

/// Messages of one chat, newest first. `around` gives both sides of a message; `since`/`until` a time span; `comments_of` the comments below a channel post.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadMessages {
    /// Session name, if not the default.
    pub session: Option<String>,
    /// Id, @name, t.me link, +phone or me.
    #[serde(alias = "chat_id")]
    pub chat: ChatArg,
    /// Older than this message.
    pub before: Option<MessageIdArg>,
    /// Newer than this message, oldest first.
    pub after: Option<MessageIdArg>,
    pub around: Option<MessageIdArg>,
    /// RFC 3339.
    pub since: Option<DateTime<Utc>>,
    /// RFC 3339.
    pub until: Option<DateTime<Utc>>,
    /// Only this sender.
    pub from: Option<ChatArg>,
    pub topic: Option<MessageIdArg>,
    /// Only the replies to this message.
    pub replies_to: Option<MessageIdArg>,
    /// Only the comments below this channel post.
    pub comments_of: Option<MessageIdArg>,
    /// 1 to 100, default 30.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    #[serde(default)]
    pub response_format: ResponseFormat,
}

impl Operation for ReadMessages {
    type Output = Messages;
    const FACTS: Facts = Facts {
        name: "read_messages",
        title: "Read messages",
        toolset: Toolset::Messages,
        effect: Effect::Reads,
        scope: Scope::MessagesRead,
        class: Class::Read,
        is_idempotent: true,
        is_keyed: false,
    };

    fields!(session, cursor);

    fn chats(&self) -> Vec<&str> {
        std::iter::once(&self.chat).chain(&self.from).map(|chat| chat.0.as_str()).collect()
    }

    fn check(&self) -> Result<(), Refused> {
        limit(self.limit, 30)?;
        check_span(self.since, self.until)?;
        let anchors = [self.before.is_some(), self.after.is_some(), self.around.is_some()];
        if anchors.iter().filter(|is_given| **is_given).count() > 1 {
            return Err(Refused::new("around", "give one of before, after and around"));
        }
        let threads = [self.topic.is_some(), self.replies_to.is_some(), self.comments_of.is_some()];
        if threads.iter().filter(|is_given| **is_given).count() > 1 {
            return Err(Refused::new("topic", "give one of topic, replies_to and comments_of"));
        }
        Ok(())
    }
}
