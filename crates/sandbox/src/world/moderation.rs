//! What admins do about others: throwing them out, restricting them, making them admins, and what the chat is called.

use super::World;
use super::bots::BotEvent;
use super::chats::{Ban, Restriction, Role};
use super::messages::Action;
use super::peers::Peer;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};
use super::rights::{Permissions, Right, Rights, Standing};
use super::telling::Cause;

/// Shorter or longer ends mean for ever.
const LIMITED_SECONDS: std::ops::RangeInclusive<i32> = 30..=366 * 24 * 60 * 60;
/// Letters of a title, of a description, of what an admin is called.
const TITLE_MAX: usize = 128;
const ABOUT_MAX: usize = 255;
const RANK_MAX: usize = 16;

/// That somebody's place in a chat has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberChange {
    /// Which chat; in private the other person.
    pub peer: Peer,
    /// Who changed it.
    pub by: i64,
    /// Whose place.
    pub user: i64,
    /// What it was.
    pub before: Standing,
    /// What it is.
    pub after: Standing,
    /// The secret part of the invite link by which they came.
    pub link: Option<String>,
}

fn admin_required() -> RpcError {
    RpcError::bad_request("CHAT_ADMIN_REQUIRED")
}

impl World {
    /// Tells bots that somebody's place has changed, if it has: the bot whose place it is, and those that are admins.
    pub(crate) fn note_member(&mut self, cause: &Cause, peer: Peer, user: i64, before: Standing, link: Option<&str>) {
        let after = self.standing(peer, user);
        if before == after {
            return;
        }
        let link = link.map(str::to_owned);
        let change = MemberChange { peer, by: cause.account, user, before, after, link };
        if self.is_bot(user) {
            self.tell_bot(user, BotEvent::Member(Box::new(change.clone())));
        }
        for bot in self.bots_in(peer).into_iter().filter(|bot| *bot != user) {
            if matches!(self.role_in(bot, peer), Some(Role::Admin | Role::Creator)) {
                self.tell_bot(bot, BotEvent::Member(Box::new(change.clone())));
            }
        }
    }

    /// Whether somebody may be thrown out or restricted.
    fn may_restrict(&self, cause: &Cause, peer: Peer, user: i64) -> Allowed<()> {
        if !self.may(cause.account, peer, Right::Restrict) {
            return Err(admin_required());
        }
        match self.standing(peer, user) {
            Standing::Creator { .. } => Err(RpcError::bad_request("PARTICIPANT_ID_INVALID")),
            Standing::Admin { by, .. } if by != cause.account && !self.is_creator(cause.account, peer) => {
                Err(RpcError::bad_request("USER_ADMIN_INVALID"))
            }
            _ if user == cause.account => Err(RpcError::bad_request("USER_ID_INVALID")),
            _ => Ok(()),
        }
    }

    fn is_creator(&self, account: i64, peer: Peer) -> bool {
        matches!(self.standing(peer, account), Standing::Creator { .. })
    }

    fn end(&self, until: i32) -> i32 {
        if LIMITED_SECONDS.contains(&(until.saturating_sub(self.now()))) { until } else { 0 }
    }

    /// Throws somebody out; `until` 0 is for ever.
    pub fn ban(&mut self, cause: &Cause, peer: Peer, user: i64, until: i32) -> Allowed<()> {
        self.may_restrict(cause, peer, user)?;
        let before = self.standing(peer, user);
        let ban = Ban { by: cause.account, since: self.now(), until: self.end(until) };
        if before.is_inside() {
            match peer {
                Peer::User(_) => return Err(RpcError::bad_request("PEER_ID_INVALID")),
                Peer::Group(id) => self.take_out_of_group(cause, id, user)?,
                Peer::Channel(id) => self.take_out_of_channel(cause, id, user)?,
            }
        }
        match peer {
            Peer::User(_) => {}
            Peer::Group(id) => {
                self.groups.get_mut(&id).map(|group| group.banned.insert(user, ban));
            }
            Peer::Channel(id) => {
                self.channels.get_mut(&id).map(|channel| channel.banned.insert(user, ban));
            }
        }
        self.note_member(cause, peer, user, before, None);
        Ok(())
    }

    /// Lets somebody come again who was thrown out. Whoever is in the chat is thrown out by it, as on the real server.
    pub fn unban(&mut self, cause: &Cause, peer: Peer, user: i64) -> Allowed<()> {
        self.may_restrict(cause, peer, user)?;
        let before = self.standing(peer, user);
        let Peer::Channel(id) = peer else { return Err(RpcError::bad_request("PEER_ID_INVALID")) };
        if before.is_inside() {
            self.take_out_of_channel(cause, id, user)?;
        }
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.banned.remove(&user);
            channel.restricted.remove(&user);
        }
        self.note_member(cause, peer, user, before, None);
        Ok(())
    }

    fn take_out_of_channel(&mut self, cause: &Cause, channel_id: i64, user: i64) -> Allowed<()> {
        let peer = Peer::Channel(channel_id);
        let is_broadcast = self.channel(channel_id)?.is_broadcast();
        if !is_broadcast {
            let action = Some(Action::Left(user));
            self.post_event(cause, peer, Draft { action, ..Draft::default() })?;
        }
        if let Some(channel) = self.channels.get_mut(&channel_id) {
            channel.members.remove(&user);
        }
        self.mailbox_mut(user).dialogs.remove(&peer);
        self.tell_channel_changed(cause, user, channel_id);
        Ok(())
    }

    /// Restricts somebody to these permissions, or lifts it where they are all of them.
    pub fn restrict(
        &mut self,
        cause: &Cause,
        peer: Peer,
        user: i64,
        permissions: Permissions,
        until: i32,
    ) -> Allowed<()> {
        self.may_restrict(cause, peer, user)?;
        let before = self.standing(peer, user);
        let Peer::Channel(id) = peer else { return Err(RpcError::bad_request("PEER_ID_INVALID")) };
        let restriction = Restriction { permissions, by: cause.account, since: self.now(), until: self.end(until) };
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.banned.remove(&user);
            if permissions == Permissions::all() {
                channel.restricted.remove(&user);
            } else {
                channel.restricted.insert(user, restriction);
            }
            if let Some(member) = channel.members.get_mut(&user).filter(|member| member.role == Role::Admin) {
                (member.role, member.rights) = (Role::Member, Rights::default());
            }
        }
        self.tell_channel_changed(cause, user, id);
        self.note_member(cause, peer, user, before, None);
        Ok(())
    }

    /// Makes somebody an admin with these rights, or takes that back where there are none.
    pub fn promote(&mut self, cause: &Cause, peer: Peer, user: i64, rights: Rights) -> Allowed<()> {
        if !self.may(cause.account, peer, Right::Promote) {
            return Err(RpcError::bad_request("RIGHT_FORBIDDEN"));
        }
        let before = self.standing(peer, user);
        let Peer::Channel(id) = peer else { return Err(RpcError::bad_request("PEER_ID_INVALID")) };
        match &before {
            Standing::Creator { .. } => return Err(RpcError::bad_request("USER_CREATOR")),
            Standing::Admin { by, .. } if *by != cause.account && !self.is_creator(cause.account, peer) => {
                return Err(admin_required());
            }
            Standing::Left | Standing::Banned { .. } => return Err(RpcError::bad_request("USER_NOT_PARTICIPANT")),
            Standing::Admin { .. } | Standing::Member | Standing::Restricted { .. } => {}
        }
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.restricted.remove(&user);
            if let Some(member) = channel.members.get_mut(&user) {
                member.rights = rights;
                member.role = if rights.is_empty() { Role::Member } else { Role::Admin };
                member.inviter = cause.account;
                member.title = member.title.take().filter(|_| !rights.is_empty());
            }
        }
        self.tell_channel_changed(cause, user, id);
        self.note_member(cause, peer, user, before, None);
        Ok(())
    }

    /// Calls an admin something else than "admin".
    pub fn set_rank(&mut self, cause: &Cause, peer: Peer, user: i64, title: &str) -> Allowed<()> {
        if title.chars().count() > RANK_MAX {
            return Err(RpcError::bad_request("ADMIN_RANK_INVALID"));
        }
        if !self.may(cause.account, peer, Right::Promote) {
            return Err(admin_required());
        }
        let before = self.standing(peer, user);
        let Peer::Channel(id) = peer else { return Err(RpcError::bad_request("PEER_ID_INVALID")) };
        let member = self.channels.get_mut(&id).and_then(|channel| channel.members.get_mut(&user));
        let admin = member.filter(|member| member.role != Role::Member);
        admin.ok_or_else(|| RpcError::bad_request("USER_NOT_PARTICIPANT"))?.title =
            Some(title.to_owned()).filter(|title| !title.is_empty());
        self.note_member(cause, peer, user, before, None);
        Ok(())
    }

    /// What members may do from now on.
    pub fn set_permissions(&mut self, cause: &Cause, peer: Peer, permissions: Permissions) -> Allowed<()> {
        if !self.may(cause.account, peer, Right::Restrict) {
            return Err(admin_required());
        }
        let own = match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.groups.get_mut(&id).map(|group| &mut group.permissions),
            Peer::Channel(id) => self.channels.get_mut(&id).map(|channel| &mut channel.permissions),
        };
        let own = own.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))?;
        if *own == permissions {
            return Err(RpcError::bad_request("CHAT_NOT_MODIFIED"));
        }
        *own = permissions;
        Ok(())
    }

    fn may_change_info(&self, account: i64, peer: Peer) -> Allowed<()> {
        self.may(account, peer, Right::ChangeInfo).then_some(()).ok_or_else(admin_required)
    }

    /// Gives a chat another name, which is told in it.
    pub fn set_title(&mut self, cause: &Cause, peer: Peer, title: &str) -> Allowed<()> {
        let title = title.trim();
        if title.is_empty() || title.chars().count() > TITLE_MAX {
            return Err(RpcError::bad_request("CHAT_TITLE_EMPTY"));
        }
        self.may_change_info(cause.account, peer)?;
        let own = match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.groups.get_mut(&id).map(|group| &mut group.title),
            Peer::Channel(id) => self.channels.get_mut(&id).map(|channel| &mut channel.title),
        };
        let own = own.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))?;
        if own == title {
            return Err(RpcError::bad_request("CHAT_NOT_MODIFIED"));
        }
        title.clone_into(own);
        let action = Some(Action::Titled(title.to_owned()));
        self.post_event(cause, peer, Draft { action, ..Draft::default() })
    }

    /// Gives a chat another description.
    pub fn set_about(&mut self, cause: &Cause, peer: Peer, about: &str) -> Allowed<()> {
        if about.chars().count() > ABOUT_MAX {
            return Err(RpcError::bad_request("CHAT_ABOUT_TOO_LONG"));
        }
        self.may_change_info(cause.account, peer)?;
        let own = match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.groups.get_mut(&id).map(|group| &mut group.about),
            Peer::Channel(id) => self.channels.get_mut(&id).map(|channel| &mut channel.about),
        };
        let own = own.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))?;
        if own == about {
            return Err(RpcError::bad_request("CHAT_ABOUT_NOT_MODIFIED"));
        }
        about.clone_into(own);
        Ok(())
    }

    /// Lets everybody come again whose time is over.
    pub(crate) fn lift_bans(&mut self) {
        let now = self.now();
        let is_over = |until: i32| until != 0 && until <= now;
        for channel in self.channels.values_mut() {
            channel.banned.retain(|_, ban| !is_over(ban.until));
            channel.restricted.retain(|_, restriction| !is_over(restriction.until));
        }
        for group in self.groups.values_mut() {
            group.banned.retain(|_, ban| !is_over(ban.until));
        }
    }
}
