//! Members of chats, and how their places change.

use super::View;
use crate::bot_api::json::Object;
use crate::world::chats::{Channel, Role};
use crate::world::invites::{INVITE_PREFIX, Invite};
use crate::world::moderation::MemberChange;
use crate::world::peers::Peer;
use crate::world::rights::{Permission, Permissions, Right, Rights, Standing};

impl View<'_> {
    /// Somebody's place in a chat.
    pub(crate) fn member(&self, peer: Peer, user: i64, standing: &Standing) -> Object {
        let member = |status: &str| Object::new().with("user", self.user(user)).with("status", status);
        match standing {
            Standing::Creator { title, anonymous } => {
                member("creator").with_some("custom_title", title.as_deref()).with("is_anonymous", *anonymous)
            }
            Standing::Admin { rights, title, by } => {
                let can_be_edited = *by == self.bot && self.world.may(self.bot, peer, Right::Promote);
                let admin = member("administrator").with("can_be_edited", can_be_edited);
                self.with_rights(admin, peer, *rights).with_some("custom_title", title.as_deref())
            }
            Standing::Member => member("member"),
            Standing::Restricted { permissions, until, inside } => {
                let restricted = member("restricted").with("until_date", *until).with("is_member", *inside);
                with_permissions(restricted, *permissions)
            }
            Standing::Left => member("left"),
            Standing::Banned { until } => member("kicked").with("until_date", *until),
        }
    }

    /// Adds what an admin may do; some rights exist in channels or in groups only.
    pub(crate) fn with_rights(&self, object: Object, peer: Peer, rights: Rights) -> Object {
        let channel = match peer {
            Peer::Channel(id) => self.world.channels.get(&id),
            Peer::User(_) | Peer::Group(_) => None,
        };
        let is_broadcast = channel.is_some_and(Channel::is_broadcast);
        let only = |is_there: bool, right: Right| is_there.then(|| rights.has(right));
        object
            .with("can_manage_chat", rights.has(Right::ManageChat))
            .with("can_change_info", rights.has(Right::ChangeInfo))
            .with_some("can_post_messages", only(is_broadcast, Right::Post))
            .with_some("can_edit_messages", only(is_broadcast, Right::EditOthers))
            .with("can_delete_messages", rights.has(Right::Delete))
            .with("can_invite_users", rights.has(Right::Invite))
            .with("can_restrict_members", rights.has(Right::Restrict))
            .with_some("can_pin_messages", only(!is_broadcast, Right::Pin))
            .with_some("can_manage_topics", only(channel.is_some() && !is_broadcast, Right::Topics))
            .with("can_promote_members", rights.has(Right::Promote))
            .with("can_manage_video_chats", rights.has(Right::VideoChats))
            .with("can_post_stories", rights.has(Right::PostStories))
            .with("can_edit_stories", rights.has(Right::EditStories))
            .with("can_delete_stories", rights.has(Right::DeleteStories))
            .with("can_send_welcome_messages", rights.has(Right::Welcome))
            .with_some("can_manage_direct_messages", only(is_broadcast, Right::Direct))
            .with_some("can_manage_tags", only(!is_broadcast, Right::Tags))
            .with("is_anonymous", rights.has(Right::Anonymous))
    }

    /// The admins of a chat: people and the bot itself, and other bots if asked for.
    pub(crate) fn admins(&self, peer: Peer, with_bots: bool) -> Vec<Object> {
        let members = match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.world.groups.get(&id).map(|group| &group.members),
            Peer::Channel(id) => self.world.channels.get(&id).map(|channel| &channel.members),
        };
        let is_shown = |user: i64| with_bots || user == self.bot || !self.world.is_bot(user);
        let admins =
            members.into_iter().flatten().filter(|(user, member)| member.role != Role::Member && is_shown(**user));
        admins.map(|(user, _)| self.member(peer, *user, &self.world.standing(peer, *user))).collect()
    }

    /// That somebody's place has changed.
    pub(crate) fn member_change(&self, change: &MemberChange) -> Object {
        let link = change.link.as_ref().map(|hash| self.link_by_hash(change.peer, hash));
        Object::new()
            .with("chat", self.chat(change.peer))
            .with("from", self.user(change.by))
            .with("date", self.world.now())
            .with("old_chat_member", self.member(change.peer, change.user, &change.before))
            .with("new_chat_member", self.member(change.peer, change.user, &change.after))
            .with_some("invite_link", link)
    }

    /// That somebody asks to be let in.
    pub(crate) fn join_request(&self, channel: i64, user: i64, invite: &Invite) -> Object {
        let bio = self.world.accounts.get(user).map(|account| account.about.clone()).filter(|about| !about.is_empty());
        Object::new()
            .with("chat", self.chat(Peer::Channel(channel)))
            .with("from", self.user(user))
            .with("user_chat_id", user)
            .with("date", self.world.now())
            .with_some("bio", bio)
            .with("invite_link", self.invite(invite))
    }

    fn link_by_hash(&self, peer: Peer, hash: &str) -> Object {
        let invites = match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.world.groups.get(&id).map(|group| &group.invites),
            Peer::Channel(id) => self.world.channels.get(&id).map(|channel| &channel.invites),
        };
        let found = invites.into_iter().flatten().find(|invite| invite.hash == hash);
        match found {
            Some(invite) => self.invite(invite),
            None => self.invite(&Invite { hash: hash.to_owned(), primary: true, ..Invite::default() }),
        }
    }

    /// An invite link. Links of other people are shown shortened.
    pub(crate) fn invite(&self, invite: &Invite) -> Object {
        let is_own = invite.creator == self.bot || invite.primary;
        let shown = if is_own { invite.link() } else { format!("{INVITE_PREFIX}{:.8}...", invite.hash) };
        Object::new()
            .with("invite_link", shown)
            .with_some("name", Some(invite.name.as_str()).filter(|name| !name.is_empty()))
            .with("creator", self.user(invite.creator))
            .with_some("expire_date", Some(invite.expires).filter(|date| *date != 0))
            .with_some("member_limit", Some(invite.limit).filter(|limit| *limit != 0))
            .with("creates_join_request", invite.needs_approval)
            .with("is_primary", invite.primary)
            .with("is_revoked", invite.revoked)
    }
}

/// Adds what members may do.
pub(crate) fn with_permissions(object: Object, permissions: Permissions) -> Object {
    object
        .with("can_send_messages", permissions.has(Permission::Text))
        .with("can_send_audios", permissions.has(Permission::Audio))
        .with("can_send_documents", permissions.has(Permission::Document))
        .with("can_send_photos", permissions.has(Permission::Photo))
        .with("can_send_videos", permissions.has(Permission::Video))
        .with("can_send_video_notes", permissions.has(Permission::VideoNote))
        .with("can_send_voice_notes", permissions.has(Permission::Voice))
        .with("can_send_polls", permissions.has(Permission::Poll))
        .with("can_send_other_messages", permissions.has(Permission::Other))
        .with("can_add_web_page_previews", permissions.has(Permission::Preview))
        .with("can_react_to_messages", permissions.has(Permission::React))
        .with("can_edit_tag", permissions.has(Permission::EditTag))
        .with("can_change_info", permissions.has(Permission::ChangeInfo))
        .with("can_invite_users", permissions.has(Permission::Invite))
        .with("can_pin_messages", permissions.has(Permission::Pin))
        .with("can_manage_topics", permissions.has(Permission::Topics))
}
