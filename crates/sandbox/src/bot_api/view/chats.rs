//! Chats as messages name them.

use super::View;
use crate::bot_api::json::Object;
use crate::world::chats::Kind;
use crate::world::peers::Peer;

impl View<'_> {
    /// A chat, shortly.
    pub(crate) fn chat(&self, peer: Peer) -> Object {
        let chat = Object::new().with("id", peer.marked());
        match peer {
            Peer::User(id) => {
                let Some(account) = self.world.accounts.get(id) else { return chat.with("type", "private") };
                chat.with("first_name", account.first_name.as_str())
                    .with_some("last_name", Some(account.last_name.as_str()).filter(|name| !name.is_empty()))
                    .with_some("username", account.username.as_deref())
                    .with("type", "private")
            }
            Peer::Group(id) => {
                let title = self.world.groups.get(&id).map(|group| group.title.as_str()).unwrap_or_default();
                chat.with("title", title).with("type", "group")
            }
            Peer::Channel(id) => {
                let Some(channel) = self.world.channels.get(&id) else {
                    return chat.with("title", "").with("type", "channel");
                };
                let kind = if channel.kind == Kind::Broadcast { "channel" } else { "supergroup" };
                chat.with("title", channel.title.as_str())
                    .with_some("username", channel.username.as_deref())
                    .with_flag("is_forum", channel.is_forum())
                    .with("type", kind)
            }
        }
    }
}
