//! Coming and going: joining, leaving, inviting, removing.

use grammers_tl_types as tl;

use super::World;
use super::chats::{Member, Role};
use super::messages::Action;
use super::peers::Peer;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};
use super::telling::Cause;

impl World {
    pub(crate) fn tell_channel_changed(&mut self, cause: &Cause, account: i64, channel_id: i64) {
        self.tell(cause, account, tl::types::UpdateChannel { channel_id }.into());
    }

    fn seat(&mut self, channel_id: i64, user: i64, inviter: i64) {
        let since = self.now();
        let newest = self.channels[&channel_id].thread.newest().map_or(0, |message| message.id);
        if let Some(channel) = self.channels.get_mut(&channel_id) {
            channel.members.insert(user, Member::new(Role::Member, inviter, since));
            channel.requests.remove(&user);
        }
        // Somebody new has read nothing and missed nothing.
        self.mailbox_mut(user).dialog(Peer::Channel(channel_id)).read_inbox = newest;
    }

    /// Joins a public channel or supergroup, or any through an invite link, by its secret part.
    pub fn join(&mut self, cause: &Cause, channel_id: i64, link: Option<&str>) -> Allowed<()> {
        let account = cause.account;
        let before = self.standing(Peer::Channel(channel_id), account);
        let channel = self.channel(channel_id)?;
        if channel.banned.contains_key(&account) {
            return Err(RpcError::bad_request("USER_BANNED_IN_CHANNEL"));
        }
        if channel.members.contains_key(&account) {
            return Err(RpcError::bad_request("USER_ALREADY_PARTICIPANT"));
        }
        if channel.username.is_none() && link.is_none() {
            return Err(RpcError::bad_request("CHANNEL_PRIVATE"));
        }
        let is_broadcast = channel.is_broadcast();
        self.seat(channel_id, account, account);
        self.tell_channel_changed(cause, account, channel_id);
        if !is_broadcast {
            let action = Some(Action::Added(vec![account]));
            self.post_event(cause, Peer::Channel(channel_id), Draft { action, ..Draft::default() })?;
        }
        self.note_member(cause, Peer::Channel(channel_id), account, before, link);
        Ok(())
    }

    /// Leaves a channel or supergroup.
    pub fn leave(&mut self, cause: &Cause, channel_id: i64) -> Allowed<()> {
        let account = cause.account;
        let before = self.standing(Peer::Channel(channel_id), account);
        let channel = self.channel(channel_id)?;
        match channel.role(account) {
            None => return Err(RpcError::bad_request("USER_NOT_PARTICIPANT")),
            Some(Role::Creator) => return Err(RpcError::bad_request("USER_CREATOR")),
            Some(Role::Member | Role::Admin) => {}
        }
        if !channel.is_broadcast() {
            let action = Some(Action::Left(account));
            self.post_event(cause, Peer::Channel(channel_id), Draft { action, ..Draft::default() })?;
        }
        if let Some(channel) = self.channels.get_mut(&channel_id) {
            channel.members.remove(&account);
        }
        self.mailbox_mut(account).dialogs.remove(&Peer::Channel(channel_id));
        self.tell_channel_changed(cause, account, channel_id);
        self.note_member(cause, Peer::Channel(channel_id), account, before, None);
        Ok(())
    }

    /// Adds somebody to a channel or supergroup.
    pub fn invite(&mut self, cause: &Cause, channel_id: i64, user: i64) -> Allowed<()> {
        let before = self.standing(Peer::Channel(channel_id), user);
        let channel = self.channel(channel_id)?;
        let may = if channel.is_broadcast() {
            channel.is_admin(cause.account)
        } else {
            channel.role(cause.account).is_some()
        };
        if !may {
            return Err(RpcError::bad_request("CHAT_ADMIN_REQUIRED"));
        }
        if channel.members.contains_key(&user) {
            return Err(RpcError::bad_request("USER_ALREADY_PARTICIPANT"));
        }
        if channel.banned.contains_key(&user) {
            return Err(RpcError::bad_request("USER_KICKED"));
        }
        let is_broadcast = channel.is_broadcast();
        self.seat(channel_id, user, cause.account);
        self.tell_channel_changed(cause, user, channel_id);
        if !is_broadcast {
            let action = Some(Action::Added(vec![user]));
            self.post_event(cause, Peer::Channel(channel_id), Draft { action, ..Draft::default() })?;
        }
        self.note_member(cause, Peer::Channel(channel_id), user, before, None);
        Ok(())
    }

    /// Adds somebody to a basic group, or lets somebody in through its invite link.
    pub fn add_to_group(&mut self, cause: &Cause, group_id: i64, user: i64, by_link: bool) -> Allowed<()> {
        let since = self.now();
        let before = self.standing(Peer::Group(group_id), user);
        let group = self.groups.get_mut(&group_id).ok_or_else(|| RpcError::bad_request("CHAT_ID_INVALID"))?;
        if !by_link && group.role(cause.account).is_none() {
            return Err(RpcError::bad_request("USER_NOT_PARTICIPANT"));
        }
        if group.members.contains_key(&user) {
            return Err(RpcError::bad_request("USER_ALREADY_PARTICIPANT"));
        }
        if by_link && group.banned.contains_key(&user) {
            return Err(RpcError::bad_request("USER_KICKED"));
        }
        group.banned.remove(&user);
        group.members.insert(user, Member::new(Role::Member, cause.account, since));
        group.version += 1;
        let creator = group.members.iter().find(|(_, member)| member.role == Role::Creator).map_or(user, |(id, _)| *id);
        let action = if by_link { Action::JoinedByLink(creator) } else { Action::Added(vec![user]) };
        self.post_event(cause, Peer::Group(group_id), Draft { action: Some(action), ..Draft::default() })?;
        self.note_member(cause, Peer::Group(group_id), user, before, None);
        Ok(())
    }

    /// Adds somebody to a group or a channel of any kind.
    pub fn bring(&mut self, cause: &Cause, peer: Peer, user: i64) -> Allowed<()> {
        match peer {
            Peer::User(_) => Err(RpcError::bad_request("PEER_ID_INVALID")),
            Peer::Group(group) => self.add_to_group(cause, group, user, false),
            Peer::Channel(channel) => self.invite(cause, channel, user),
        }
    }

    /// Leaves a group or a channel of any kind.
    pub fn go(&mut self, cause: &Cause, peer: Peer) -> Allowed<()> {
        match peer {
            Peer::User(_) => Err(RpcError::bad_request("PEER_ID_INVALID")),
            Peer::Group(group) => self.remove_from_group(cause, group, cause.account),
            Peer::Channel(channel) => self.leave(cause, channel),
        }
    }

    /// Removes somebody from a basic group, or leaves it.
    pub fn remove_from_group(&mut self, cause: &Cause, group_id: i64, user: i64) -> Allowed<()> {
        let group = self.groups.get(&group_id).ok_or_else(|| RpcError::bad_request("CHAT_ID_INVALID"))?;
        if !group.members.contains_key(&user) {
            return Err(RpcError::bad_request("USER_NOT_PARTICIPANT"));
        }
        if user != cause.account && !matches!(group.role(cause.account), Some(Role::Creator | Role::Admin)) {
            return Err(RpcError::bad_request("CHAT_ADMIN_REQUIRED"));
        }
        let before = self.standing(Peer::Group(group_id), user);
        self.take_out_of_group(cause, group_id, user)?;
        self.note_member(cause, Peer::Group(group_id), user, before, None);
        Ok(())
    }

    pub(crate) fn take_out_of_group(&mut self, cause: &Cause, group_id: i64, user: i64) -> Allowed<()> {
        let action = Some(Action::Left(user));
        self.post_event(cause, Peer::Group(group_id), Draft { action, ..Draft::default() })?;
        if let Some(group) = self.groups.get_mut(&group_id) {
            group.members.remove(&user);
            group.version += 1;
        }
        Ok(())
    }

    /// The groups and channels in which both are.
    pub(crate) fn common_chats(&self, one: i64, other: i64) -> Vec<Peer> {
        let groups = self.groups.values().filter(|group| group.role(one).is_some() && group.role(other).is_some());
        let channels = self
            .channels
            .values()
            .filter(|channel| !channel.is_broadcast() && channel.role(one).is_some() && channel.role(other).is_some());
        let groups = groups.map(|group| Peer::Group(group.id));
        groups.chain(channels.map(|channel| Peer::Channel(channel.id))).filter(|_| one != other).collect()
    }
}
