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

/// Whether [`of_user`] would say just this of a user; asked of every user of every answer, so nothing is copied.
pub(crate) fn says_the_same(user: &tl::types::User, known: &KnownPeer) -> bool {
    let kind = if user.bot { PeerKind::Bot } else { PeerKind::User };
    let (first, last) = (user.first_name.as_deref().unwrap_or_default(), user.last_name.as_deref().unwrap_or_default());
    let is_named = match (first, last) {
        ("", only) | (only, "") => known.name == only,
        (first, last) => known.name.strip_prefix(first).and_then(|rest| rest.strip_prefix(' ')) == Some(last),
    };
    let username = shown_username(user.username.as_deref(), user.usernames.as_deref());
    let is_username = match (username, known.username.as_deref()) {
        (Some(said), Some(known)) => said.eq_ignore_ascii_case(known),
        (said, known) => said.is_none() && known.is_none(),
    };
    is_named
        && is_username
        && known.kind == kind
        && known.access_hash == user.access_hash.filter(|_| !user.min)
        && known.phone.as_deref() == user.phone.as_deref().filter(|phone| !phone.is_empty())
        && known.is_self == user.is_self
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

/// The public name in lower case.
fn active_username(one: Option<&str>, many: Option<&[tl::enums::Username]>) -> Option<String> {
    shown_username(one, many).map(str::to_ascii_lowercase)
}

/// The public name as Telegram writes it. Peers with several have none in the old field.
fn shown_username<'a>(one: Option<&'a str>, many: Option<&'a [tl::enums::Username]>) -> Option<&'a str> {
    let first_active =
        || many?.iter().find_map(|tl::enums::Username::Username(name)| name.active.then_some(name.username.as_str()));
    one.filter(|name| !name.is_empty()).or_else(first_active)
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

#[cfg(test)]
mod tests {
    use grammers_tl_types::Deserializable as _;
    use proptest::prelude::*;

    use super::*;

    /// A user with nothing set but the id.
    fn blank() -> tl::types::User {
        let mut bytes = vec![0_u8; 16];
        bytes[8] = 7;
        tl::types::User::from_bytes(&bytes).expect("a user of flags and an id")
    }

    fn word() -> impl Strategy<Value = Option<String>> {
        prop_oneof![Just(None), "[ab]{0,2}( [ab])?".prop_map(Some)]
    }

    prop_compose! {
        fn user()(first in word(), last in word(), username in word(), phone in word(), hash in 0..3_i64, flags in 0..8_u8)
            -> tl::types::User
        {
            tl::types::User {
                first_name: first,
                last_name: last,
                username: username.map(|name| name.to_uppercase()),
                phone,
                access_hash: (hash > 0).then_some(hash),
                min: flags & 1 != 0,
                bot: flags & 2 != 0,
                is_self: flags & 4 != 0,
                ..blank()
            }
        }
    }

    proptest! {
        #[test]
        fn two_answers_say_the_same_when_they_are_remembered_as_the_same(one in user(), other in user()) {
            let known = |user: &tl::types::User| of_user(&user.clone().into()).expect("a user");
            prop_assert!(says_the_same(&one, &known(&one)));
            prop_assert_eq!(says_the_same(&other, &known(&one)), known(&other) == known(&one));
        }
    }
}
