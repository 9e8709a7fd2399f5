//! Invite links: the one that every chat has, and others with names, limits and ends.

use super::World;
use super::bots::BotEvent;
use super::peers::{Peer, mix};
use super::refusal::{Allowed, RpcError};
use super::rights::Right;
use super::telling::Cause;

/// What every invite link begins with.
pub const INVITE_PREFIX: &str = "https://t.me/+";

/// An invite link beside the first one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invite {
    /// The secret part.
    pub hash: String,
    /// Who made it.
    pub creator: i64,
    /// When.
    pub date: i32,
    /// For its creators.
    pub name: String,
    /// Until when it is good; 0 for ever.
    pub expires: i32,
    /// How many people may come by it; 0 for any number.
    pub limit: i32,
    /// How many have come.
    pub used: i32,
    /// Who comes by it has to be let in by an admin.
    pub needs_approval: bool,
    /// It is good for nothing any more.
    pub revoked: bool,
    /// It is the one that every chat has.
    pub primary: bool,
}

impl Invite {
    /// The whole link.
    pub fn link(&self) -> String {
        format!("{INVITE_PREFIX}{}", self.hash)
    }

    fn is_good(&self, now: i32) -> bool {
        !self.revoked && (self.expires == 0 || self.expires > now) && (self.limit == 0 || self.used < self.limit)
    }
}

/// What an invite link shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InviteTerms {
    /// For its creators.
    pub name: String,
    /// Until when it is good; 0 for ever.
    pub expires: i32,
    /// How many people may come by it; 0 for any number.
    pub limit: i32,
    /// Who comes by it has to be let in by an admin.
    pub needs_approval: bool,
}

impl InviteTerms {
    fn check(&self, now: i32) -> Allowed<()> {
        let refusal = if self.name.chars().count() > 32 {
            "INVITE_TITLE_TOO_LONG"
        } else if self.expires != 0 && self.expires <= now {
            "EXPIRE_DATE_INVALID"
        } else if !(0..=99_999).contains(&self.limit) || (self.needs_approval && self.limit != 0) {
            "USAGE_LIMIT_INVALID"
        } else {
            return Ok(());
        };
        Err(RpcError::bad_request(refusal))
    }
}

/// The secret part of a link in any of its spellings.
pub fn invite_hash(link: &str) -> &str {
    link.rsplit(['+', '/']).next().unwrap_or(link)
}

impl World {
    fn may_invite(&self, account: i64, peer: Peer) -> Allowed<()> {
        let may = self.may(account, peer, Right::Invite);
        may.then_some(()).ok_or_else(|| RpcError::bad_request("CHAT_ADMIN_REQUIRED"))
    }

    fn invites_mut(&mut self, peer: Peer) -> Allowed<&mut Vec<Invite>> {
        let invites = match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.groups.get_mut(&id).map(|group| &mut group.invites),
            Peer::Channel(id) => self.channels.get_mut(&id).map(|channel| &mut channel.invites),
        };
        invites.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))
    }

    fn primary_hash(&mut self, peer: Peer) -> Allowed<&mut String> {
        let hash = match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.groups.get_mut(&id).map(|group| &mut group.invite),
            Peer::Channel(id) => self.channels.get_mut(&id).map(|channel| &mut channel.invite),
        };
        hash.ok_or_else(|| RpcError::bad_request("PEER_ID_INVALID"))
    }

    fn next_hash(&mut self, peer: Peer) -> String {
        self.last_uid += 1;
        format!("{:016x}", mix(&[self.secret, 7, peer.marked(), self.last_uid.cast_signed()]))
    }

    /// Makes a new first link; the one before is good for nothing any more.
    pub fn renew_invite(&mut self, cause: &Cause, peer: Peer) -> Allowed<String> {
        self.may_invite(cause.account, peer)?;
        let hash = self.next_hash(peer);
        self.primary_hash(peer)?.clone_from(&hash);
        Ok(format!("{INVITE_PREFIX}{hash}"))
    }

    /// Makes another link.
    pub fn add_invite(&mut self, cause: &Cause, peer: Peer, terms: InviteTerms) -> Allowed<Invite> {
        self.may_invite(cause.account, peer)?;
        let date = self.now();
        terms.check(date)?;
        let InviteTerms { name, expires, limit, needs_approval } = terms;
        let (creator, hash) = (cause.account, self.next_hash(peer));
        let invite = Invite { hash, creator, date, name, expires, limit, needs_approval, ..Invite::default() };
        self.invites_mut(peer)?.push(invite.clone());
        Ok(invite)
    }

    /// Gives another link other terms. Whoever made the link has to do it.
    pub fn change_invite(&mut self, cause: &Cause, peer: Peer, link: &str, terms: InviteTerms) -> Allowed<Invite> {
        self.may_invite(cause.account, peer)?;
        terms.check(self.now())?;
        let invite = self.own_invite(cause.account, peer, link)?;
        let InviteTerms { name, expires, limit, needs_approval } = terms;
        *invite = Invite { name, expires, limit, needs_approval, ..invite.clone() };
        Ok(invite.clone())
    }

    /// Makes a link good for nothing. A first link is replaced by a new one.
    pub fn revoke_invite(&mut self, cause: &Cause, peer: Peer, link: &str) -> Allowed<Invite> {
        self.may_invite(cause.account, peer)?;
        let is_primary = self.primary_hash(peer)?.as_str() == invite_hash(link);
        if is_primary {
            let (creator, date, hash) = (cause.account, self.now(), invite_hash(link).to_owned());
            self.renew_invite(cause, peer)?;
            return Ok(Invite { hash, creator, date, primary: true, revoked: true, ..Invite::default() });
        }
        let invite = self.own_invite(cause.account, peer, link)?;
        invite.revoked = true;
        Ok(invite.clone())
    }

    fn own_invite(&mut self, account: i64, peer: Peer, link: &str) -> Allowed<&mut Invite> {
        let hash = invite_hash(link);
        let mut invites = self.invites_mut(peer)?.iter_mut();
        let found = invites.find(|invite| invite.hash == hash && invite.creator == account && !invite.revoked);
        found.ok_or_else(|| RpcError::bad_request("INVITE_HASH_EXPIRED"))
    }

    /// Finds the group or channel that an invite leads to, and the link if it is not the first one.
    pub(crate) fn by_invite(&self, hash: &str) -> Allowed<(Peer, Option<Invite>)> {
        let groups = self.groups.values().map(|group| (Peer::Group(group.id), &group.invite, &group.invites));
        let channels =
            self.channels.values().map(|channel| (Peer::Channel(channel.id), &channel.invite, &channel.invites));
        let now = self.now();
        for (peer, first, others) in groups.chain(channels) {
            if first == hash {
                return Ok((peer, None));
            }
            if let Some(invite) = others.iter().find(|invite| invite.hash == hash) {
                let good = invite.is_good(now).then(|| (peer, Some(invite.clone())));
                return good.ok_or_else(|| RpcError::bad_request("INVITE_HASH_EXPIRED"));
            }
        }
        Err(RpcError::bad_request("INVITE_HASH_INVALID"))
    }

    /// Comes by an invite link: in at once, or after an admin agrees.
    pub fn come_by_invite(&mut self, cause: &Cause, link: &str) -> Allowed<Peer> {
        let hash = invite_hash(link).to_owned();
        let (peer, invite) = self.by_invite(&hash)?;
        let needs_approval = invite.as_ref().is_some_and(|invite| invite.needs_approval);
        if let (Peer::Channel(id), Some(invite), true) = (peer, invite, needs_approval) {
            self.ask_to_join(cause, id, &invite)?;
            return Err(RpcError::bad_request("INVITE_REQUEST_SENT"));
        }
        match peer {
            Peer::User(_) => return Err(RpcError::bad_request("INVITE_HASH_INVALID")),
            Peer::Group(id) => self.add_to_group(cause, id, cause.account, true)?,
            Peer::Channel(id) => self.join(cause, id, Some(&hash))?,
        }
        if let Some(invite) = self.invites_mut(peer)?.iter_mut().find(|invite| invite.hash == hash) {
            invite.used += 1;
        }
        Ok(peer)
    }

    fn ask_to_join(&mut self, cause: &Cause, channel_id: i64, invite: &Invite) -> Allowed<()> {
        let channel = self.channel(channel_id)?;
        if channel.banned.contains_key(&cause.account) {
            return Err(RpcError::bad_request("USER_BANNED_IN_CHANNEL"));
        }
        if channel.members.contains_key(&cause.account) {
            return Err(RpcError::bad_request("USER_ALREADY_PARTICIPANT"));
        }
        if let Some(channel) = self.channels.get_mut(&channel_id) {
            channel.requests.insert(cause.account, invite.hash.clone());
        }
        let peer = Peer::Channel(channel_id);
        for bot in self.bots_in(peer) {
            if self.may(bot, peer, Right::Invite) {
                self.tell_bot(bot, BotEvent::JoinRequest(channel_id, cause.account, Box::new(invite.clone())));
            }
        }
        Ok(())
    }

    /// Lets somebody in who asked, or not.
    pub fn decide_request(&mut self, cause: &Cause, peer: Peer, user: i64, lets_in: bool) -> Allowed<()> {
        self.may_invite(cause.account, peer)?;
        let Peer::Channel(id) = peer else { return Err(RpcError::bad_request("HIDE_REQUESTER_MISSING")) };
        let asked = self.channels.get_mut(&id).and_then(|channel| channel.requests.remove(&user));
        let hash = asked.ok_or_else(|| RpcError::bad_request("HIDE_REQUESTER_MISSING"))?;
        if lets_in { self.join(&Cause::by(user), id, Some(&hash)) } else { Ok(()) }
    }

    /// The bots that are in a chat.
    pub(crate) fn bots_in(&self, peer: Peer) -> Vec<i64> {
        let members = match peer {
            Peer::User(_) => None,
            Peer::Group(id) => self.groups.get(&id).map(|group| &group.members),
            Peer::Channel(id) => self.channels.get(&id).map(|channel| &channel.members),
        };
        members.into_iter().flat_map(|members| members.keys().copied()).filter(|user| self.is_bot(*user)).collect()
    }
}
