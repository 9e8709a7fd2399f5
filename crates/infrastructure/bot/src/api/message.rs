use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use telegraphist_domain::ChatId;

use super::chat::Chat;
use super::lenient::{lenient, lenient_list};
use super::media::File;
use super::user::User;

/// A message.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the Bot API's")]
pub(crate) struct Message {
    pub(crate) message_id: i32,
    pub(crate) chat: Chat,
    /// Unix seconds; 0 for what is not there any more.
    #[serde(default)]
    pub(crate) date: i64,
    pub(crate) edit_date: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) from: Option<User>,
    /// The chat in whose name it was sent: of channel posts and anonymous administrators.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) sender_chat: Option<Chat>,
    pub(crate) message_thread_id: Option<i32>,
    #[serde(default)]
    pub(crate) is_topic_message: bool,
    text: Option<String>,
    caption: Option<String>,
    #[serde(default, deserialize_with = "lenient_list")]
    entities: Vec<Entity>,
    #[serde(default, deserialize_with = "lenient_list")]
    caption_entities: Vec<Entity>,
    #[serde(default, deserialize_with = "lenient")]
    reply_to_message: Option<Answered>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) forward_origin: Option<Origin>,
    pub(crate) media_group_id: Option<String>,
    pub(crate) migrate_to_chat_id: Option<i64>,
    pub(crate) migrate_from_chat_id: Option<i64>,
    #[serde(default, deserialize_with = "lenient_list")]
    pub(super) photo: Vec<File>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) animation: Option<File>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) video: Option<File>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) video_note: Option<File>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) voice: Option<File>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) audio: Option<File>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) sticker: Option<File>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) document: Option<File>,
    /// Every other field, by name only.
    #[serde(flatten)]
    #[expect(clippy::zero_sized_map_values, reason = "fields are flattened into maps, not into sets")]
    rest: BTreeMap<String, IgnoredAny>,
}

/// How a part of a text is formatted. Kinds that are not known are kept out of views, and change nothing else.
#[derive(Clone, Deserialize)]
pub(crate) struct Entity {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    pub(crate) url: Option<String>,
    pub(crate) user: Option<User>,
    pub(crate) language: Option<String>,
    pub(crate) custom_emoji_id: Option<String>,
}

#[derive(Deserialize)]
struct Answered {
    message_id: i32,
}

/// Where a message was first.
#[derive(Deserialize)]
pub(crate) struct Origin {
    sender_user: Option<User>,
    sender_user_name: Option<String>,
    sender_chat: Option<Chat>,
    chat: Option<Chat>,
}

impl Origin {
    /// Who wrote it, in words.
    pub(crate) fn name(&self) -> String {
        let user = self.sender_user.as_ref().map(User::name).or_else(|| self.sender_user_name.clone());
        let chat = || self.sender_chat.as_ref().or(self.chat.as_ref()).map(Chat::name);
        user.or_else(chat).unwrap_or_default()
    }
}

/// Fields that are no content of their own: they say how, by whom or where.
const FRAME: &[&str] = &[
    "author_signature",
    "business_connection_id",
    "direct_messages_topic",
    "effect_id",
    "external_reply",
    "has_media_spoiler",
    "has_protected_content",
    "is_automatic_forward",
    "is_from_offline",
    "is_paid_post",
    "link_preview_options",
    "paid_star_count",
    "quote",
    "receiver_user",
    "reply_markup",
    "reply_to_checklist_task_id",
    "reply_to_story",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "show_caption_above_media",
    "suggested_post_info",
    "via_bot",
];

impl Message {
    /// Whose words and files these are; nobody knows of what was forwarded.
    pub(crate) fn author(&self) -> Option<ChatId> {
        let sender = || self.sender_chat.as_ref().map(|chat| chat.id).or(self.from.as_ref().map(|from| from.id));
        if self.forward_origin.is_some() { None } else { sender().map(ChatId) }
    }

    /// Text or caption; empty if it has none.
    pub(crate) fn words(&self) -> &str {
        self.text.as_deref().or(self.caption.as_deref()).unwrap_or_default()
    }

    /// How its words are formatted.
    pub(crate) fn formatting(&self) -> &[Entity] {
        if self.text.is_some() { &self.entities } else { &self.caption_entities }
    }

    /// The topic that it is in.
    pub(crate) fn topic(&self) -> Option<i32> {
        self.message_thread_id.filter(|_| self.is_topic_message)
    }

    /// What it answers. What only stands in a topic answers nobody.
    pub(crate) fn reply_to(&self) -> Option<i32> {
        let answered = self.reply_to_message.as_ref()?.message_id;
        Some(answered).filter(|answered| self.topic() != Some(*answered))
    }

    /// Whether a field is there that is not read.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.rest.contains_key(field)
    }

    /// What it is where it has no words and nothing known is attached: something that happened in the chat, or what is
    /// newer than this.
    pub(crate) fn event(&self) -> Option<&str> {
        let mut names = self.rest.keys().map(String::as_str);
        names.find(|name| !FRAME.contains(name))
    }
}
