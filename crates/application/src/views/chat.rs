use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arguments::{ChatKind, MemberRole};
use crate::text::Foreign;
use crate::views::MessageView;

/// A chat, as little as names it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChatBrief {
    /// Marked id, usable as `chat`.
    pub id: String,
    /// Title or name.
    pub title: Foreign,
    /// Public name without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// A chat in a list.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChatView {
    /// Which chat.
    #[serde(flatten)]
    pub chat: ChatBrief,
    /// What kind.
    pub kind: ChatKind,
    /// Whether it is in this account's list (a member, or a dialogue exists).
    pub is_mine: bool,
    /// Unread messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<i32>,
    /// Unread mentions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_mentions: Option<i32>,
    /// Pinned in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_pinned: Option<bool>,
    /// In the archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_archived: Option<bool>,
    /// Notifications are off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_muted: Option<bool>,
    /// Has topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_forum: Option<bool>,
    /// Number of members, where Telegram says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<i32>,
    /// The newest message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message: Option<MessageView>,
}

/// Everything about one chat.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChatDetail {
    /// As in a list.
    #[serde(flatten)]
    pub chat: ChatView,
    /// Description or biography.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Foreign>,
    /// Members online now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<i32>,
    /// Number of administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admins: Option<i32>,
    /// The newest pinned message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_message: Option<MessageView>,
    /// The discussion group of a channel, or the channel of a discussion group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_chat: Option<String>,
    /// Seconds between messages of one member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_mode_seconds: Option<i32>,
    /// What this account may do there.
    pub my_rights: Rights,
    /// Topics of a forum, newest first, up to 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<TopicView>,
    /// For a person: whether blocked, a contact, when last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<UserView>,
}

/// What this account may do in a chat.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a right of its own")]
pub struct Rights {
    /// My role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<MemberRole>,
    /// Send messages.
    pub can_send: bool,
    /// Send files.
    pub can_send_media: bool,
    /// Pin messages.
    pub can_pin: bool,
    /// Delete messages of others.
    pub can_delete: bool,
    /// Invite members.
    pub can_invite: bool,
}

/// A forum topic.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TopicView {
    /// Usable as `topic`.
    pub id: i32,
    /// Title.
    pub title: Foreign,
    /// Unread messages.
    pub unread: i32,
    /// Closed to members.
    pub is_closed: bool,
    /// Pinned.
    pub is_pinned: bool,
    /// The newest message's id.
    pub last_message_id: i32,
    /// When the topic was made.
    pub date: DateTime<Utc>,
}

/// A user or bot.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct UserView {
    /// Usable as `chat`.
    pub id: String,
    /// First and last name.
    pub name: Foreign,
    /// Public name without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Phone number, where it may be seen and was asked for in detail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A bot.
    pub is_bot: bool,
    /// In the address book.
    pub is_contact: bool,
    /// Blocked by this account, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_blocked: Option<bool>,
    /// When last seen, as Telegram tells it: `online`, `recently`, `last week`, `last month`, or a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<String>,
    /// Pays for Premium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_premium: Option<bool>,
}

/// A member of a chat.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct MemberView {
    /// Who.
    #[serde(flatten)]
    pub user: UserView,
    /// Role.
    pub role: MemberRole,
    /// Custom title of an administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<Foreign>,
    /// Member since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<DateTime<Utc>>,
}
