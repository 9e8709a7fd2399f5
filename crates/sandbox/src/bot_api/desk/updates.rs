//! What happened in the world, as the content of an update.

use super::UpdateKind;
use crate::bot_api::json::Object;
use crate::bot_api::view::View;
use crate::world::World;
use crate::world::bots::BotEvent;
use crate::world::chats::Channel;
use crate::world::peers::Peer;

/// The kind and the content of the update that an event becomes; nothing if what it is about is gone.
pub(super) fn content(world: &World, bot: i64, event: &BotEvent) -> Option<(UpdateKind, Object)> {
    let view = View { world, bot };
    match event {
        BotEvent::New(peer, id) => {
            let kind = if is_channel(world, *peer) { UpdateKind::ChannelPost } else { UpdateKind::Message };
            Some((kind, view.message_at(*peer, *id)?))
        }
        BotEvent::Edited(peer, id) => {
            let is_post = is_channel(world, *peer);
            let kind = if is_post { UpdateKind::EditedChannelPost } else { UpdateKind::EditedMessage };
            Some((kind, view.message_at(*peer, *id)?))
        }
        BotEvent::Callback(query) => Some((UpdateKind::CallbackQuery, callback(&view, *query)?)),
        BotEvent::Member(change) => {
            let is_own = change.user == bot;
            let kind = if is_own { UpdateKind::MyChatMember } else { UpdateKind::ChatMember };
            Some((kind, view.member_change(change)))
        }
        BotEvent::JoinRequest(channel, user, invite) => {
            Some((UpdateKind::ChatJoinRequest, view.join_request(*channel, *user, invite)))
        }
    }
}

fn is_channel(world: &World, peer: Peer) -> bool {
    matches!(peer, Peer::Channel(id) if world.channels.get(&id).is_some_and(Channel::is_broadcast))
}

fn callback(view: &View<'_>, query: i64) -> Option<Object> {
    let callback = view.world.callbacks.get(query)?;
    let (peer, id) = callback.place;
    let message = view.message_at(peer, id).unwrap_or_else(|| view.inaccessible(peer, id));
    Some(
        Object::new()
            .with("id", query.to_string())
            .with("from", view.user(callback.by))
            .with("message", message)
            .with("chat_instance", callback.chat_instance.to_string())
            .with("data", String::from_utf8_lossy(&callback.data).into_owned()),
    )
}
