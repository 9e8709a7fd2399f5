//! What this account may do in a chat, from what Telegram tells about rights and bans.

use grammers_tl_types as tl;
use telegraphist_application::arguments::MemberRole;
use telegraphist_application::views::Rights;

/// In a supergroup or channel.
pub(crate) fn in_channel(channel: &tl::types::Channel) -> Rights {
    let admin = channel.admin_rights.as_ref().map(admin_rights);
    if channel.creator {
        return everything(MemberRole::Owner);
    }
    if channel.left {
        return Rights {
            role: banned(channel.banned_rights.as_ref())
                .is_some_and(|rights| rights.view_messages)
                .then_some(MemberRole::Banned),
            ..Rights::default()
        };
    }
    if channel.broadcast {
        let can_post = admin.is_some_and(|rights| rights.post_messages);
        return Rights {
            role: Some(role(admin)),
            can_send: can_post,
            can_send_media: can_post,
            can_pin: admin.is_some_and(|rights| rights.pin_messages || rights.edit_messages),
            can_delete: admin.is_some_and(|rights| rights.delete_messages),
            can_invite: admin.is_some_and(|rights| rights.invite_users),
        };
    }
    in_any_group(admin, [banned(channel.banned_rights.as_ref()), banned(channel.default_banned_rights.as_ref())])
}

/// In a basic group.
pub(crate) fn in_group(group: &tl::types::Chat) -> Rights {
    if group.creator {
        return everything(MemberRole::Owner);
    }
    if group.left || group.deactivated {
        return Rights::default();
    }
    in_any_group(group.admin_rights.as_ref().map(admin_rights), [banned(group.default_banned_rights.as_ref()), None])
}

/// In a dialogue with a person or bot.
pub(crate) fn with_user(user: &tl::types::User, full: &tl::types::UserFull) -> Rights {
    let can_send = !user.deleted && !full.blocked;
    Rights {
        role: None,
        can_send,
        can_send_media: can_send,
        can_pin: full.can_pin_message,
        // Either side of a dialogue may delete for both.
        can_delete: true,
        can_invite: false,
    }
}

/// An administrator is not held back by what members may not do; everybody else is, by either list.
fn in_any_group(admin: Option<&tl::types::ChatAdminRights>, bans: [Option<&tl::types::ChatBannedRights>; 2]) -> Rights {
    let is_banned = |from: fn(&tl::types::ChatBannedRights) -> bool| {
        admin.is_none() && bans.iter().flatten().any(|rights| from(rights))
    };
    Rights {
        role: Some(role(admin)),
        can_send: !is_banned(|rights| rights.send_messages || rights.send_plain),
        can_send_media: !is_banned(|rights| rights.send_messages || rights.send_media),
        can_pin: match admin {
            Some(rights) => rights.pin_messages,
            None => !is_banned(|rights| rights.pin_messages),
        },
        can_delete: admin.is_some_and(|rights| rights.delete_messages),
        can_invite: match admin {
            Some(rights) => rights.invite_users,
            None => !is_banned(|rights| rights.invite_users),
        },
    }
}

const fn everything(role: MemberRole) -> Rights {
    Rights { role: Some(role), can_send: true, can_send_media: true, can_pin: true, can_delete: true, can_invite: true }
}

const fn role(admin: Option<&tl::types::ChatAdminRights>) -> MemberRole {
    match admin {
        Some(_) => MemberRole::Admin,
        None => MemberRole::Member,
    }
}

const fn admin_rights(rights: &tl::enums::ChatAdminRights) -> &tl::types::ChatAdminRights {
    let tl::enums::ChatAdminRights::Rights(rights) = rights;
    rights
}

fn banned(rights: Option<&tl::enums::ChatBannedRights>) -> Option<&tl::types::ChatBannedRights> {
    rights.map(|tl::enums::ChatBannedRights::Rights(rights)| rights)
}
