//! Chats as messages name them.

use super::View;
use super::members::with_permissions;
use crate::bot_api::files::{FileRef, Use};
use crate::bot_api::json::Object;
use crate::world::chats::{Channel, Group, Kind};
use crate::world::invites::INVITE_PREFIX;
use crate::world::peers::Peer;
use crate::world::rights::Right;

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

    /// A chat with everything that is known of it.
    pub(crate) fn full_chat(&self, peer: Peer) -> Object {
        let pinned = self.world.newest_pinned(self.bot, peer).and_then(|id| self.message_at(peer, id));
        let gifts = Object::new()
            .with("unlimited_gifts", false)
            .with("limited_gifts", false)
            .with("unique_gifts", false)
            .with("premium_subscription", false)
            .with("gifts_from_channels", false);
        let object = self
            .chat(peer)
            .with("accent_color_id", peer.id().rem_euclid(7))
            // ASSUMED: as many as the real server allows everywhere.
            .with("max_reaction_count", 11)
            .with("accepted_gift_types", gifts)
            .with_some("photo", self.photo_of(peer).map(|photo| self.chat_photo(photo)))
            .with_list("active_usernames", self.username_of(peer).into_iter().collect());
        let object = match peer {
            Peer::User(id) => {
                object.with_some("bio", self.world.accounts.get(id).and_then(|account| some(&account.about)))
            }
            Peer::Group(id) => match self.world.groups.get(&id) {
                Some(group) => self.with_group(object, peer, group),
                None => object,
            },
            Peer::Channel(id) => match self.world.channels.get(&id) {
                Some(channel) => self.with_channel(object, peer, channel),
                None => object,
            },
        };
        object.with_some("pinned_message", pinned)
    }

    fn with_group(&self, object: Object, peer: Peer, group: &Group) -> Object {
        object
            .with_some("description", some(&group.about))
            .with_some("invite_link", self.invite_link(peer, &group.invite))
            .with("permissions", with_permissions(Object::new(), group.permissions))
    }

    fn with_channel(&self, object: Object, peer: Peer, channel: &Channel) -> Object {
        let permissions = (!channel.is_broadcast()).then(|| with_permissions(Object::new(), channel.permissions));
        object
            .with_some("description", some(&channel.about))
            .with_some("invite_link", self.invite_link(peer, &channel.invite))
            .with_some("permissions", permissions)
            .with_flag("has_visible_history", !channel.is_broadcast())
            .with_some("linked_chat_id", channel.linked.map(|linked| Peer::Channel(linked).marked()))
    }

    /// The first link of a chat, for those who may bring people in.
    fn invite_link(&self, peer: Peer, hash: &str) -> Option<String> {
        self.world.may(self.bot, peer, Right::Invite).then(|| format!("{INVITE_PREFIX}{hash}"))
    }

    fn photo_of(&self, peer: Peer) -> Option<i64> {
        match peer {
            Peer::User(id) => self.world.accounts.get(id)?.photo,
            Peer::Group(_) => None,
            Peer::Channel(id) => self.world.channels.get(&id)?.photo,
        }
    }

    fn username_of(&self, peer: Peer) -> Option<&str> {
        match peer {
            Peer::User(id) => self.world.accounts.get(id)?.username.as_deref(),
            Peer::Group(_) => None,
            Peer::Channel(id) => self.world.channels.get(&id)?.username.as_deref(),
        }
    }

    /// A chat's photo in its two sizes; the box keeps one.
    fn chat_photo(&self, photo: i64) -> Object {
        let (small, big) = (FileRef { id: photo, used_as: Use::Thumbnail }, FileRef { id: photo, used_as: Use::Photo });
        Object::new()
            .with("small_file_id", small.id_for(self.bot))
            .with("small_file_unique_id", small.unique_id())
            .with("big_file_id", big.id_for(self.bot))
            .with("big_file_unique_id", big.unique_id())
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
