//! Messages that tell an event rather than words.

use super::View;
use crate::bot_api::json::Object;
use crate::world::messages::{Action, Message};
use crate::world::peers::Peer;

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
            Action::TopicCreated(title) => {
                let created = Object::new().with("name", title.as_str()).with("icon_color", 0x6f_b9f0);
                object.with("forum_topic_created", created)
            }
            Action::Added(added) => object.with("new_chat_members", users(added)),
            Action::Left(user) => object.with("left_chat_member", self.user(*user)),
            Action::JoinedByLink(_) => {
                object.with("new_chat_members", message.from.user().map(|user| users(&[user])).unwrap_or_default())
            }
            Action::Pinned => object,
        }
    }
}
