//! Which chat a call means, and whether the bot may do anything there.

use super::Call;
use crate::bot_api::answer::ApiError;
use crate::world::World;
use crate::world::chats::{Channel, Group, Role};
use crate::world::peers::Peer;
use crate::world::refusal::RpcError;

impl Call<'_> {
    /// The chat of the argument `chat_id`, where the bot wants to do something.
    pub(crate) fn chat(&self) -> Result<Peer, ApiError> {
        let peer = self.readable_chat()?;
        if let Peer::User(id) = peer {
            self.check_person(id)?;
        }
        Ok(peer)
    }

    /// The chat of the argument `chat_id`, which the bot only wants to look at.
    pub(crate) fn readable_chat(&self) -> Result<Peer, ApiError> {
        let peer = self.find_chat(self.given.text("chat_id").unwrap_or_default())?;
        self.check_membership(peer)?;
        Ok(peer)
    }

    /// The chat with this id or public name, wherever the bot is.
    pub(crate) fn find_chat(&self, name: &str) -> Result<Peer, ApiError> {
        let name = name.trim();
        let not_found = || ApiError::bad_request("chat not found");
        if name.is_empty() {
            return Err(ApiError::bad_request("chat_id is empty"));
        }
        if name.starts_with('@') {
            let public = self.world.by_username(name).filter(|peer| matches!(peer, Peer::Channel(_)));
            return public.ok_or_else(not_found);
        }
        let peer = name.parse().map(Peer::from_marked).map_err(|_| not_found())?;
        exists(self.world, peer).then_some(peer).ok_or_else(not_found)
    }

    /// Refuses chats that the bot is not in.
    pub(crate) fn check_membership(&self, peer: Peer) -> Result<(), ApiError> {
        match peer {
            Peer::User(_) => Ok(()),
            Peer::Group(id) => self.world.groups.get(&id).map_or(Ok(()), |group| check_group(self.bot, group)),
            Peer::Channel(id) => {
                self.world.channels.get(&id).map_or(Ok(()), |channel| check_channel(self.bot, channel))
            }
        }
    }

    /// Whether the bot is an admin there.
    pub(crate) fn is_admin(&self, peer: Peer) -> bool {
        matches!(self.world.role_in(self.bot, peer), Some(Role::Admin | Role::Creator))
    }

    fn check_person(&self, id: i64) -> Result<(), ApiError> {
        if self.world.is_bot(id) {
            return Err(ApiError::forbidden("the bot can't send messages to the bot"));
        }
        if self.world.mailbox(id).has_blocked(Peer::User(self.bot)) {
            return Err(ApiError::forbidden("bot was blocked by the user"));
        }
        if !self.world.has_started(self.bot, id) {
            return Err(ApiError::forbidden("bot can't initiate conversation with a user"));
        }
        Ok(())
    }

    /// What the world refuses, as it is said of this chat.
    pub(crate) fn explain(&self, peer: Peer, refusal: RpcError) -> ApiError {
        let is_broadcast = matches!(peer, Peer::Channel(id)
            if self.world.channels.get(&id).is_some_and(Channel::is_broadcast));
        match refusal.text.as_str() {
            "CHAT_WRITE_FORBIDDEN" if is_broadcast => {
                ApiError::bad_request("need administrator rights in the channel chat")
            }
            "CHAT_WRITE_FORBIDDEN" => ApiError::bad_request("not enough rights to send text messages to the chat"),
            _ => refusal.into(),
        }
    }
}

fn exists(world: &World, peer: Peer) -> bool {
    match peer {
        Peer::User(id) => world.accounts.get(id).is_some(),
        Peer::Group(id) => world.groups.contains_key(&id),
        Peer::Channel(id) => world.channels.contains_key(&id),
    }
}

fn check_group(bot: i64, group: &Group) -> Result<(), ApiError> {
    match group.role(bot) {
        Some(_) => Ok(()),
        None => Err(ApiError::forbidden("bot is not a member of the group chat")),
    }
}

fn check_channel(bot: i64, channel: &Channel) -> Result<(), ApiError> {
    let kind = if channel.is_broadcast() { "channel" } else { "supergroup" };
    match channel.role(bot) {
        Some(_) => Ok(()),
        None if channel.banned.contains_key(&bot) => {
            Err(ApiError::forbidden(&format!("bot was kicked from the {kind} chat")))
        }
        None => Err(ApiError::forbidden(&format!("bot is not a member of the {kind} chat"))),
    }
}
