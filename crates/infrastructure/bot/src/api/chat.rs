use serde::Deserialize;
use telegraphist_application::arguments::ChatKind;
use telegraphist_application::ports::{KnownPeer, PeerKind};
use telegraphist_domain::ChatId;
use telegraphist_domain::references::Bare;

use super::lenient::lenient;
use super::message::Message;
use super::user::full_name;

/// A chat, as messages name it.
#[derive(Clone, Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    #[serde(rename = "type", default)]
    pub(crate) kind: String,
    pub(crate) title: Option<String>,
    pub(crate) username: Option<String>,
    #[serde(default)]
    pub(crate) first_name: String,
    pub(crate) last_name: Option<String>,
    #[serde(default)]
    pub(crate) is_forum: bool,
}

/// A chat, as `getChat` tells it.
#[derive(Deserialize)]
pub(crate) struct FullChat {
    #[serde(flatten)]
    pub(crate) chat: Chat,
    pub(crate) bio: Option<String>,
    pub(crate) description: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) pinned_message: Option<Box<Message>>,
    pub(crate) linked_chat_id: Option<i64>,
    pub(crate) slow_mode_delay: Option<i32>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) permissions: Option<Permissions>,
}

/// What members may do.
#[derive(Clone, Copy, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a right of its own")]
pub(crate) struct Permissions {
    #[serde(default)]
    pub(crate) can_send_messages: bool,
    #[serde(default)]
    pub(crate) can_send_documents: bool,
    #[serde(default)]
    pub(crate) can_pin_messages: bool,
    #[serde(default)]
    pub(crate) can_invite_users: bool,
}

impl Chat {
    /// Its title, or the name of the person.
    pub(crate) fn name(&self) -> String {
        let person = || full_name(&self.first_name, self.last_name.as_deref());
        self.title.clone().or_else(person).unwrap_or_else(|| self.id.to_string())
    }
}

/// What kind of chat it is; by its id where Telegram does not say.
pub(crate) fn kind_of(chat: &Chat) -> ChatKind {
    match (chat.kind.as_str(), ChatId(chat.id).unmarked()) {
        ("private", _) | (_, Bare::User(_)) => ChatKind::Private,
        ("channel", _) => ChatKind::Channel,
        ("group", _) | (_, Bare::Group(_)) => ChatKind::Group,
        (_, Bare::Channel(_)) => ChatKind::Supergroup,
    }
}

/// The chat, to be remembered.
pub(crate) fn peer_of_chat(chat: &Chat) -> KnownPeer {
    let kind = match kind_of(chat) {
        ChatKind::Private => PeerKind::User,
        ChatKind::Bot => PeerKind::Bot,
        ChatKind::Group => PeerKind::Group,
        ChatKind::Supergroup => PeerKind::Supergroup,
        ChatKind::Channel => PeerKind::Channel,
    };
    KnownPeer {
        id: ChatId(chat.id),
        kind,
        access_hash: None,
        username: chat.username.as_ref().map(|name| name.to_lowercase()),
        phone: None,
        name: chat.name(),
        is_self: false,
    }
}
