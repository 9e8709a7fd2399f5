use telegraphist_application::arguments::{ChatKind, MemberRole};
use telegraphist_application::ports::KnownPeer;
use telegraphist_application::text::Foreign;
use telegraphist_application::views::{ChatBrief, ChatView, Rights, UserView};

use crate::api::{Chat, Member, Permissions, User, kind_of};

/// A remembered peer, as little as names it.
pub(crate) fn brief_of(peer: &KnownPeer) -> ChatBrief {
    ChatBrief { id: peer.id.to_string(), title: Foreign::new(peer.name.clone()), username: peer.username.clone() }
}

/// A chat as it stands in a list.
pub(crate) fn chat_view(chat: &Chat) -> ChatView {
    ChatView {
        chat: ChatBrief { id: chat.id.to_string(), title: Foreign::new(chat.name()), username: chat.username.clone() },
        kind: kind_of(chat),
        // Telegram tells a bot only of chats that it is in, or that are public.
        is_mine: kind_of(chat) == ChatKind::Private,
        unread: None,
        unread_mentions: None,
        is_pinned: None,
        is_archived: None,
        is_muted: None,
        is_forum: chat.is_forum.then_some(true),
        members: None,
        last_message: None,
    }
}

/// A person or bot.
pub(crate) fn user_view(user: &User) -> UserView {
    UserView {
        id: user.id.to_string(),
        name: Foreign::new(user.name()),
        username: user.username.clone(),
        phone: None,
        is_bot: user.is_bot,
        is_contact: false,
        is_blocked: None,
        last_seen: None,
        is_premium: user.is_premium.then_some(true),
    }
}

/// What somebody may do in a group or channel, where members may do this.
pub(crate) fn rights(member: &Member, permissions: Option<Permissions>, kind: ChatKind) -> Rights {
    let is_channel = kind == ChatKind::Channel;
    let can_send = member.can_write(is_channel);
    let is = |right: Option<bool>| right == Some(true);
    match member.status.as_str() {
        "creator" => Rights {
            role: Some(MemberRole::Owner),
            can_send: true,
            can_send_media: true,
            can_pin: true,
            can_delete: true,
            can_invite: true,
        },
        "administrator" => Rights {
            role: Some(MemberRole::Admin),
            can_send,
            can_send_media: can_send,
            can_pin: is(member.can_pin_messages),
            can_delete: is(member.can_delete_messages),
            can_invite: is(member.can_invite_users),
        },
        "member" => Rights {
            role: Some(MemberRole::Member),
            can_send: can_send && permissions.is_none_or(|may| may.can_send_messages),
            can_send_media: can_send && permissions.is_none_or(|may| may.can_send_documents),
            can_pin: permissions.is_some_and(|may| may.can_pin_messages),
            can_delete: false,
            can_invite: permissions.is_some_and(|may| may.can_invite_users),
        },
        "restricted" => Rights {
            role: Some(MemberRole::Member),
            can_send,
            can_send_media: can_send && is(member.can_send_documents),
            can_pin: is(member.can_pin_messages),
            can_delete: false,
            can_invite: is(member.can_invite_users),
        },
        "kicked" => Rights { role: Some(MemberRole::Banned), ..Rights::default() },
        _ => Rights::default(),
    }
}
