use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::chat::Chat;
use super::lenient::lenient;
use super::user::User;

/// An update, as it came.
pub(crate) struct Update<'a> {
    pub(crate) id: i64,
    /// Its kind: the name of the one field beside the id.
    pub(crate) kind: String,
    content: &'a RawValue,
}

impl<'a> Update<'a> {
    /// Reads an update; nothing for what is none.
    pub(crate) fn read(text: &'a [u8]) -> Option<Self> {
        let mut fields: BTreeMap<String, &RawValue> = serde_json::from_slice(text).ok()?;
        let id = serde_json::from_str(fields.remove("update_id")?.get()).ok()?;
        // What is told is an object; other fields may come to stand beside it.
        let is_object = |value: &RawValue| value.get().starts_with('{');
        let (kind, content) = fields.into_iter().find(|(_, value)| is_object(value))?;
        Some(Self { id, kind, content })
    }

    /// What it tells, if it has the documented shape.
    pub(crate) fn content<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.content.get()).ok()
    }

    /// The chat that it is about, where it is about one.
    pub(crate) fn chat(&self) -> Option<i64> {
        self.cast().chat().map(|chat| chat.id)
    }

    /// Whom it shows.
    pub(crate) fn cast(&self) -> Cast {
        self.content().unwrap_or_default()
    }
}

/// Whom an update shows.
#[derive(Default, Deserialize)]
pub(crate) struct Cast {
    #[serde(default, deserialize_with = "lenient")]
    chat: Option<Chat>,
    #[serde(default, deserialize_with = "lenient")]
    sender_chat: Option<Chat>,
    #[serde(default, deserialize_with = "lenient")]
    from: Option<User>,
    #[serde(default, deserialize_with = "lenient")]
    user: Option<User>,
    /// Of a button that was pressed.
    #[serde(default, deserialize_with = "lenient")]
    message: Option<Box<Cast>>,
}

impl Cast {
    /// The chat it is about.
    pub(crate) fn chat(&self) -> Option<&Chat> {
        let below = || self.message.as_ref().and_then(|message| message.chat.as_ref());
        self.chat.as_ref().or_else(below)
    }

    /// All chats.
    pub(crate) fn chats(&self) -> impl Iterator<Item = &Chat> {
        self.chat().into_iter().chain(&self.sender_chat)
    }

    /// All people and bots.
    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        self.from.iter().chain(&self.user)
    }
}

/// A button that was pressed.
#[derive(Deserialize)]
pub(crate) struct Query {
    pub(crate) id: String,
    pub(crate) from: User,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) message: Option<Below>,
    #[serde(default)]
    pub(crate) data: String,
}

/// The message below which a button was pressed; it may be too old to be told in whole.
#[derive(Deserialize)]
pub(crate) struct Below {
    pub(crate) chat: Chat,
    pub(crate) message_id: i32,
    pub(crate) message_thread_id: Option<i32>,
    #[serde(default)]
    pub(crate) is_topic_message: bool,
}

/// Somebody's place in a chat has changed.
#[derive(Deserialize)]
pub(crate) struct ChangedMember {
    pub(crate) chat: Chat,
    pub(crate) from: User,
    pub(crate) new_chat_member: Member,
}

/// Somebody's place in a chat.
#[derive(Clone, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the Bot API's")]
pub(crate) struct Member {
    pub(crate) status: String,
    pub(crate) user: User,
    pub(crate) custom_title: Option<String>,
    /// Of somebody restricted: whether they are in the chat at all.
    pub(crate) is_member: Option<bool>,
    pub(crate) can_send_messages: Option<bool>,
    pub(crate) can_send_documents: Option<bool>,
    pub(crate) can_post_messages: Option<bool>,
    pub(crate) can_pin_messages: Option<bool>,
    pub(crate) can_delete_messages: Option<bool>,
    pub(crate) can_invite_users: Option<bool>,
}

impl Member {
    /// Whether they may write.
    pub(crate) fn can_write(&self, is_channel: bool) -> bool {
        match self.status.as_str() {
            "creator" => true,
            "administrator" => !is_channel || self.can_post_messages == Some(true),
            "member" => !is_channel,
            "restricted" => self.is_member != Some(false) && self.can_send_messages == Some(true),
            // `left`, `kicked`, and whatever may be added: nothing is promised.
            _ => false,
        }
    }
}
