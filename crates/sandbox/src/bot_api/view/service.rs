//! Messages that tell an event rather than words.

use super::View;
use crate::bot_api::json::Object;
use crate::world::messages::{Action, Message};
use crate::world::peers::Peer;
use crate::world::topics::TopicChange;

impl View<'_> {
    /// Adds what happened.
    pub(super) fn draw_action(&self, object: Object, message: &Message, action: &Action) -> Object {
        let users = |users: &[i64]| users.iter().map(|user| self.user(*user)).collect::<Vec<_>>();
        match action {
            Action::GroupCreated(..) => object.with("group_chat_created", true),
            Action::ChannelCreated(_) => {
                let is_post = matches!(message.from, Peer::Channel(_));
                object.with(if is_post { "channel_chat_created" } else { "supergroup_chat_created" }, true)
            }
            Action::TopicCreated { title, colour, icon } => {
                let created = Object::new()
                    .with("name", title.as_str())
                    .with("icon_color", *colour)
                    .with_some("icon_custom_emoji_id", icon.map(|icon| icon.to_string()));
                object.with("forum_topic_created", created)
            }
            Action::TopicChanged(change) => object.with(field_of(change), changed(change)),
            Action::Titled(title) => object.with("new_chat_title", title.as_str()),
            Action::Added(added) => object.with("new_chat_members", users(added)),
            Action::Left(user) => object.with("left_chat_member", self.user(*user)),
            Action::JoinedByLink(_) => {
                object.with("new_chat_members", message.from.user().map(|user| users(&[user])).unwrap_or_default())
            }
            Action::Pinned => object,
        }
    }
}

/// The field that tells how a topic was changed.
fn field_of(change: &TopicChange) -> &'static str {
    match (change.closed, change.hidden) {
        (Some(true), _) => "forum_topic_closed",
        (Some(false), _) => "forum_topic_reopened",
        (None, Some(true)) => "general_forum_topic_hidden",
        (None, Some(false)) => "general_forum_topic_unhidden",
        (None, None) => "forum_topic_edited",
    }
}

fn changed(change: &TopicChange) -> Object {
    if change.closed.is_some() || change.hidden.is_some() {
        return Object::new();
    }
    let icon = change.icon.map(|icon| if icon == 0 { String::new() } else { icon.to_string() });
    Object::new().with_some("name", change.title.as_deref()).with_some("icon_custom_emoji_id", icon)
}
