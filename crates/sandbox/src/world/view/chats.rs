//! Groups, channels, their members and topics as an account sees them.

use grammers_tl_types as tl;

use super::{blank, count, default_notify_settings, no_restrictions};
use crate::world::World;
use crate::world::chats::{Channel, Group, Kind, Member, Role, Topic};
use crate::world::files::FILES_DC;
use crate::world::peers::Peer;
use crate::world::rights::{Permission, Permissions, Right, Rights};

/// What an admin may do.
pub(crate) fn view_rights(rights: Rights) -> tl::types::ChatAdminRights {
    tl::types::ChatAdminRights {
        change_info: rights.has(Right::ChangeInfo),
        post_messages: rights.has(Right::Post),
        edit_messages: rights.has(Right::EditOthers),
        delete_messages: rights.has(Right::Delete),
        ban_users: rights.has(Right::Restrict),
        invite_users: rights.has(Right::Invite),
        pin_messages: rights.has(Right::Pin),
        add_admins: rights.has(Right::Promote),
        anonymous: rights.has(Right::Anonymous),
        manage_call: rights.has(Right::VideoChats),
        other: rights.has(Right::ManageChat),
        manage_topics: rights.has(Right::Topics),
        post_stories: rights.has(Right::PostStories),
        edit_stories: rights.has(Right::EditStories),
        delete_stories: rights.has(Right::DeleteStories),
        manage_direct_messages: rights.has(Right::Direct),
        manage_ranks: rights.has(Right::Tags),
        manage_welcome_messages: rights.has(Right::Welcome),
        ..blank(&[])
    }
}

/// What somebody may not do.
pub(crate) fn view_restrictions(permissions: Permissions, until_date: i32) -> tl::types::ChatBannedRights {
    let lacks = |permission| !permissions.has(permission);
    tl::types::ChatBannedRights {
        send_messages: permissions.is_empty(),
        send_plain: lacks(Permission::Text),
        send_audios: lacks(Permission::Audio),
        send_docs: lacks(Permission::Document),
        send_photos: lacks(Permission::Photo),
        send_videos: lacks(Permission::Video),
        send_roundvideos: lacks(Permission::VideoNote),
        send_voices: lacks(Permission::Voice),
        send_polls: lacks(Permission::Poll),
        send_stickers: lacks(Permission::Other),
        send_gifs: lacks(Permission::Other),
        send_games: lacks(Permission::Other),
        send_inline: lacks(Permission::Other),
        embed_links: lacks(Permission::Preview),
        send_reactions: lacks(Permission::React),
        edit_rank: lacks(Permission::EditTag),
        change_info: lacks(Permission::ChangeInfo),
        invite_users: lacks(Permission::Invite),
        pin_messages: lacks(Permission::Pin),
        manage_topics: lacks(Permission::Topics),
        until_date,
        ..no_restrictions()
    }
}

fn rights_of(member: Option<&Member>) -> Option<tl::enums::ChatAdminRights> {
    let member = member.filter(|member| member.role != Role::Member)?;
    Some(view_rights(member.rights).into())
}

impl World {
    /// A group or channel; nothing for users and for what does not exist.
    pub fn view_chat(&self, viewer: i64, peer: Peer) -> Option<tl::enums::Chat> {
        match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.groups.get(&id).map(|group| view_group(viewer, group)),
            Peer::Channel(id) => self.channels.get(&id).map(|channel| self.view_channel(viewer, channel)),
        }
    }

    fn view_channel(&self, viewer: i64, channel: &Channel) -> tl::enums::Chat {
        if !channel.is_readable_by(viewer) {
            return tl::types::ChannelForbidden {
                broadcast: channel.is_broadcast(),
                megagroup: !channel.is_broadcast(),
                monoforum: false,
                id: channel.id,
                access_hash: self.access_hash(viewer, Peer::Channel(channel.id)),
                title: channel.title.clone(),
                until_date: None,
            }
            .into();
        }
        let role = channel.role(viewer);
        // Two flag words, the id, an empty title, an absent photo.
        let mut view: tl::types::Channel = blank(&[0, 0, 0, 0, 0, 0x37c1_011c]);
        view.id = channel.id;
        view.access_hash = Some(self.access_hash(viewer, Peer::Channel(channel.id)));
        view.creator = role == Some(Role::Creator);
        view.left = role.is_none();
        view.broadcast = channel.is_broadcast();
        view.megagroup = !channel.is_broadcast();
        view.forum = channel.is_forum();
        view.has_link = channel.linked.is_some();
        view.title.clone_from(&channel.title);
        view.username.clone_from(&channel.username);
        view.photo = match channel.photo {
            Some(photo_id) => {
                tl::types::ChatPhoto { has_video: false, photo_id, stripped_thumb: None, dc_id: FILES_DC }.into()
            }
            None => tl::enums::ChatPhoto::Empty,
        };
        view.date = channel.members.get(&viewer).map_or(channel.date, |member| member.since);
        view.admin_rights = rights_of(channel.members.get(&viewer));
        view.banned_rights = channel
            .restricted
            .get(&viewer)
            .map(|restriction| view_restrictions(restriction.permissions, restriction.until).into());
        view.default_banned_rights =
            (channel.kind != Kind::Broadcast).then(|| view_restrictions(channel.permissions, 0).into());
        view.participants_count = Some(count(channel.members.len()));
        view.into()
    }

    /// The long form of a basic group.
    pub fn view_full_group(&self, viewer: i64, group: &Group) -> tl::types::ChatFull {
        let peer = Peer::Group(group.id);
        let participants = group.members.iter().map(|(id, member)| group_member(*id, member)).collect();
        tl::types::ChatFull {
            can_set_username: false,
            has_scheduled: self.has_scheduled(viewer, peer),
            translations_disabled: false,
            has_welcome_messages: false,
            id: group.id,
            about: group.about.clone(),
            participants: tl::types::ChatParticipants { chat_id: group.id, participants, version: group.version }
                .into(),
            chat_photo: None,
            notify_settings: default_notify_settings(),
            exported_invite: None,
            bot_info: None,
            pinned_msg_id: self.newest_pinned(viewer, peer),
            folder_id: None,
            call: None,
            ttl_period: None,
            groupcall_default_join_as: None,
            theme_emoticon: None,
            requests_pending: None,
            recent_requesters: None,
            available_reactions: Some(tl::types::ChatReactionsAll { allow_custom: false }.into()),
            reactions_limit: None,
        }
    }

    /// The long form of a supergroup or channel.
    pub fn view_full_channel(&self, viewer: i64, channel: &Channel) -> tl::types::ChannelFull {
        let peer = Peer::Channel(channel.id);
        let dialog = self.mailbox(viewer).dialogs.get(&peer).cloned().unwrap_or_default();
        let is_admin = channel.is_admin(viewer);
        let admins = channel.members.values().filter(|member| member.role != Role::Member).count();
        // Two flag words, the id, an empty description, four counters, an absent photo, settings, no bots, pts.
        let words = [0, 0, 0, 0, 0, 0, 0, 0, 0x2331_b22d, 0, 0, 0x9962_2c0c, 0, 0x1cb5_c415];
        let mut full: tl::types::ChannelFull = blank(&words);
        full.id = channel.id;
        full.about.clone_from(&channel.about);
        full.can_view_participants = !channel.is_broadcast() || is_admin;
        full.has_scheduled = self.has_scheduled(viewer, peer);
        full.participants_count = Some(count(channel.members.len()));
        full.admins_count = is_admin.then(|| count(admins));
        if is_admin {
            full.kicked_count = Some(count(channel.banned.len()));
            full.banned_count = Some(count(channel.restricted.len()));
        }
        full.read_inbox_max_id = dialog.read_inbox;
        full.read_outbox_max_id = dialog.read_outbox;
        full.unread_count = self.unread_count(viewer, peer);
        if let Some(photo) = channel.photo.and_then(|photo| self.view_photo(photo)) {
            full.chat_photo = photo;
        }
        full.pinned_msg_id = self.newest_pinned(viewer, peer);
        full.folder_id = dialog.archived.then_some(1);
        full.linked_chat_id = channel.linked;
        full.pts = channel.log.pts();
        full.available_reactions = Some(tl::types::ChatReactionsAll { allow_custom: false }.into());
        full
    }

    /// One member of a channel as another member sees them.
    pub fn view_member(&self, viewer: i64, user_id: i64, member: &Member) -> tl::enums::ChannelParticipant {
        let Member { role, inviter, since, rights, .. } = *member;
        let (admin_rights, rank) = (view_rights(rights).into(), member.title.clone());
        match role {
            Role::Creator => tl::types::ChannelParticipantCreator { user_id, admin_rights, rank }.into(),
            Role::Admin => tl::types::ChannelParticipantAdmin {
                can_edit: false,
                is_self: viewer == user_id,
                user_id,
                inviter_id: (viewer == user_id).then_some(inviter),
                promoted_by: inviter,
                date: since,
                admin_rights,
                rank,
            }
            .into(),
            Role::Member if viewer == user_id => tl::types::ChannelParticipantSelf {
                via_request: false,
                user_id,
                inviter_id: inviter,
                date: since,
                subscription_until_date: None,
                rank: None,
            }
            .into(),
            Role::Member => {
                tl::types::ChannelParticipant { user_id, date: since, subscription_until_date: None, rank: None }.into()
            }
        }
    }

    /// A forum topic.
    pub fn view_topic(&self, viewer: i64, channel: &Channel, topic: &Topic) -> tl::enums::ForumTopic {
        let dialog = self.mailbox(viewer).dialogs.get(&Peer::Channel(channel.id));
        let read = self.topic_read_mark(viewer, channel, topic.id);
        let unread_messages = || channel.strand_messages(topic.id).take_while(|message| message.id > read);
        let unread = unread_messages().filter(|message| message.writer() != Some(viewer)).count();
        let mentions = dialog.map_or(0, |dialog| {
            unread_messages().filter(|message| dialog.unread_mentions.contains(&message.id)).count()
        });
        let newest = channel.strand_messages(topic.id).next();
        tl::types::ForumTopic {
            my: topic.creator == viewer,
            closed: topic.closed,
            pinned: topic.pinned,
            short: false,
            hidden: topic.hidden,
            title_missing: false,
            id: topic.id,
            date: topic.date,
            peer: Peer::Channel(channel.id).into(),
            title: topic.title.clone(),
            icon_color: topic.colour,
            icon_emoji_id: topic.icon,
            top_message: newest.map_or(topic.id, |message| message.id),
            read_inbox_max_id: read,
            read_outbox_max_id: dialog.map_or(0, |dialog| dialog.read_outbox),
            unread_count: count(unread),
            unread_mentions_count: count(mentions),
            unread_reactions_count: 0,
            unread_poll_votes_count: 0,
            from_id: Peer::User(topic.creator).into(),
            notify_settings: default_notify_settings(),
            draft: None,
        }
        .into()
    }
}

fn view_group(viewer: i64, group: &Group) -> tl::enums::Chat {
    let role = group.role(viewer);
    if role.is_none() {
        return tl::types::ChatForbidden { id: group.id, title: group.title.clone() }.into();
    }
    // One flag word, the id, an empty title, an absent photo.
    let mut view: tl::types::Chat = blank(&[0, 0, 0, 0, 0x37c1_011c]);
    view.id = group.id;
    view.creator = role == Some(Role::Creator);
    view.title.clone_from(&group.title);
    view.participants_count = count(group.members.len());
    view.date = group.date;
    view.version = group.version;
    view.admin_rights = rights_of(group.members.get(&viewer).filter(|member| member.role == Role::Admin));
    view.default_banned_rights = Some(view_restrictions(group.permissions, 0).into());
    view.into()
}

fn group_member(user_id: i64, member: &Member) -> tl::enums::ChatParticipant {
    let Member { role, inviter, since, .. } = *member;
    match role {
        Role::Creator => tl::types::ChatParticipantCreator { user_id, rank: None }.into(),
        Role::Admin => tl::types::ChatParticipantAdmin { user_id, inviter_id: inviter, date: since, rank: None }.into(),
        Role::Member => tl::types::ChatParticipant { user_id, inviter_id: inviter, date: since, rank: None }.into(),
    }
}
