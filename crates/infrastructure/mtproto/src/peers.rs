//! Telegram's users and chats as peers that can be used again, and peers as Telegram wants to hear of them.

use grammers_tl_types as tl;
use telegraphist_application::ports::{KnownPeer, PeerKind};
use telegraphist_domain::ChatId;
use telegraphist_domain::references::Bare;

/// The user as a peer; `None` for a user that is gone.
pub(crate) fn of_user(user: &tl::enums::User) -> Option<KnownPeer> {
    let tl::enums::User::User(user) = user else {
        return None;
    };
    let name = [user.first_name.as_deref(), user.last_name.as_deref()]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    Some(KnownPeer {
        id: ChatId(user.id),
        kind: if user.bot { PeerKind::Bot } else { PeerKind::User },
        // The hash of a `min` user is good for showing its photo and nothing else.
        access_hash: user.access_hash.filter(|_| !user.min),
        username: active_username(user.username.as_deref(), user.usernames.as_deref()),
        phone: user.phone.clone().filter(|phone| !phone.is_empty()),
        name,
        is_self: user.is_self,
    })
}

/// The chat as a peer; `None` for what cannot be used as one.
pub(crate) fn of_chat(chat: &tl::enums::Chat) -> Option<KnownPeer> {
    use tl::enums::Chat;
    match chat {
        Chat::Chat(chat) => Some(group(chat.id, &chat.title)),
        Chat::Forbidden(chat) => Some(group(chat.id, &chat.title)),
        Chat::Channel(channel) => Some(KnownPeer {
            id: ChatId::of_channel(channel.id),
            kind: channel_kind(channel.broadcast),
            access_hash: channel.access_hash.filter(|_| !channel.min),
            username: active_username(channel.username.as_deref(), channel.usernames.as_deref()),
            phone: None,
            name: channel.title.clone(),
            is_self: false,
        }),
        Chat::ChannelForbidden(channel) => Some(KnownPeer {
            id: ChatId::of_channel(channel.id),
            kind: channel_kind(channel.broadcast),
            access_hash: Some(channel.access_hash),
            username: None,
            phone: None,
            name: channel.title.clone(),
            is_self: false,
        }),
        // Communities gather chats; no message can be in one.
        Chat::Empty(_) | Chat::Community(_) | Chat::CommunityForbidden(_) => None,
    }
}

fn group(id: i64, title: &str) -> KnownPeer {
    KnownPeer {
        id: ChatId::of_group(id),
        kind: PeerKind::Group,
        access_hash: None,
        username: None,
        phone: None,
        name: title.to_owned(),
        is_self: false,
    }
}

fn channel_kind(is_broadcast: bool) -> PeerKind {
    if is_broadcast { PeerKind::Channel } else { PeerKind::Supergroup }
}

/// The public name in lower case. Peers with several have none in the old field.
fn active_username(one: Option<&str>, many: Option<&[tl::enums::Username]>) -> Option<String> {
    let first_active =
        || many?.iter().find_map(|tl::enums::Username::Username(name)| name.active.then_some(name.username.as_str()));
    one.filter(|name| !name.is_empty()).or_else(first_active).map(str::to_ascii_lowercase)
}

/// The marked id of a peer.
pub(crate) fn chat_id(peer: &tl::enums::Peer) -> ChatId {
    match peer {
        tl::enums::Peer::User(user) => ChatId(user.user_id),
        tl::enums::Peer::Chat(chat) => ChatId::of_group(chat.chat_id),
        tl::enums::Peer::Channel(channel) => ChatId::of_channel(channel.channel_id),
    }
}

/// The peer as an argument of requests.
pub(crate) fn input_peer(peer: &KnownPeer) -> tl::enums::InputPeer {
    if peer.is_self {
        return tl::enums::InputPeer::PeerSelf;
    }
    let access_hash = peer.access_hash.unwrap_or_default();
    match peer.id.unmarked() {
        Bare::User(user_id) => tl::types::InputPeerUser { user_id, access_hash }.into(),
        Bare::Group(chat_id) => tl::types::InputPeerChat { chat_id }.into(),
        Bare::Channel(channel_id) => tl::types::InputPeerChannel { channel_id, access_hash }.into(),
    }
}

/// The peer where Telegram wants a user; `None` for groups and channels.
pub(crate) fn input_user(peer: &KnownPeer) -> Option<tl::enums::InputUser> {
    if peer.is_self {
        return Some(tl::enums::InputUser::UserSelf);
    }
    match peer.id.unmarked() {
        Bare::User(user_id) => {
            Some(tl::types::InputUser { user_id, access_hash: peer.access_hash.unwrap_or_default() }.into())
        }
        Bare::Group(_) | Bare::Channel(_) => None,
    }
}

/// The peer where Telegram wants a channel or supergroup; `None` for all others.
pub(crate) fn input_channel(peer: &KnownPeer) -> Option<tl::enums::InputChannel> {
    match peer.id.unmarked() {
        Bare::Channel(channel_id) => {
            Some(tl::types::InputChannel { channel_id, access_hash: peer.access_hash.unwrap_or_default() }.into())
        }
        Bare::User(_) | Bare::Group(_) => None,
    }
}
