//! From what a caller calls a chat to a peer that Telegram accepts. No way leads through the list of all dialogs.

use grammers_tl_types as tl;
use telegraphist_application::grants::Reach;
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execution, KnownPeer, TelegramError};
use telegraphist_domain::references::Bare;
use telegraphist_domain::{ChatId, ChatRef};

use crate::account::{Account, Does};
use crate::known_peers::Name;
use crate::peers;

impl Account {
    /// The peer of a reference that the caller gave, if there is such a chat for them and they may use it as the call
    /// does.
    pub(crate) async fn resolve(&self, call: &Execution, chat: &ChatRef) -> Result<KnownPeer, TelegramError> {
        self.resolve_within(call, chat, &call.reach).await
    }

    /// The same for a chat that is only looked at, whatever the call does elsewhere.
    pub(crate) async fn resolve_to_read(&self, call: &Execution, chat: &ChatRef) -> Result<KnownPeer, TelegramError> {
        self.resolve_within(call, chat, &call.reach.reading()).await
    }

    async fn resolve_within(
        &self,
        call: &Execution,
        chat: &ChatRef,
        reach: &Reach,
    ) -> Result<KnownPeer, TelegramError> {
        let absent = || match chat {
            ChatRef::Id(_) => TelegramError::UnseenId,
            ChatRef::Me | ChatRef::Username(_) | ChatRef::Phone(_) | ChatRef::Invite(_) => TelegramError::UnknownChat,
        };
        match self.peer(call, chat).await {
            Ok(peer) => {
                reach.check((&peer).into(), absent())?;
                Ok(peer)
            }
            // That somebody was invited says that there is such a chat, and not whether it is kept from the caller.
            Err(TelegramError::Invalid(_)) if !reach.is_open() => Err(TelegramError::Hidden(Box::new(absent()))),
            Err(error) => Err(error),
        }
    }

    /// The peer of a reference, whoever asks: from memory, else from the store, else by asking Telegram once. For
    /// places in lists, which say nothing to the caller.
    pub(crate) async fn peer(&self, call: &Execution, chat: &ChatRef) -> Result<KnownPeer, TelegramError> {
        match chat {
            ChatRef::Me => Ok(self.own.clone()),
            ChatRef::Id(id) => self.by_id(call, *id).await,
            ChatRef::Username(name) => self.by_name(call, Name::Username(name.clone())).await,
            ChatRef::Phone(phone) => self.by_name(call, Name::Phone(phone.clone())).await,
            ChatRef::Invite(hash) => self.by_name(call, Name::Invite(hash.clone())).await,
        }
    }

    async fn by_id(&self, call: &Execution, id: ChatId) -> Result<KnownPeer, TelegramError> {
        if id == self.own.id {
            return Ok(self.own.clone());
        }
        if let Some(peer) = self.known.by_id(id).await?.filter(is_usable) {
            return Ok(peer);
        }
        self.ask_by_id(call, id).await?;
        match self.known.by_id(id).await? {
            Some(peer) if is_usable(&peer) => Ok(peer),
            _ => Err(TelegramError::UnseenId),
        }
    }

    /// Telegram tells a basic group to its members by the bare id. Users and channels want their hash; without one,
    /// bots alone may ask for them.
    async fn ask_by_id(&self, call: &Execution, id: ChatId) -> Result<(), TelegramError> {
        let chats = match id.unmarked() {
            Bare::Group(chat_id) => {
                let request = tl::functions::messages::GetChats { id: vec![chat_id] };
                self.invoke(call, Does::Reads, &request).await
            }
            Bare::User(_) | Bare::Channel(_) => return Err(TelegramError::UnseenId),
        };
        match chats {
            Ok(chats) => Ok(self.learn(&[], &chats.chats()).await?),
            Err(TelegramError::UnknownChat) => Err(TelegramError::UnseenId),
            Err(error) => Err(error),
        }
    }

    async fn by_name(&self, call: &Execution, name: Name) -> Result<KnownPeer, TelegramError> {
        if let Some(peer) = self.known.by_fresh_name(&name).await?.filter(is_usable) {
            return Ok(peer);
        }
        match self.ask(call, &name).await {
            Ok(id) => {
                self.known.note_name(name, id);
                self.remembered(id).await
            }
            // Look-ups are what Telegram limits soonest; an old answer is better than none.
            Err(limit @ TelegramError::RateLimited { .. }) => self.known.by_old_name(&name).await?.ok_or(limit),
            Err(error) => Err(error),
        }
    }

    async fn remembered(&self, id: ChatId) -> Result<KnownPeer, TelegramError> {
        let peer = self.known.by_id(id).await?;
        peer.ok_or(TelegramError::UnknownChat)
    }

    async fn ask(&self, call: &Execution, name: &Name) -> Result<ChatId, TelegramError> {
        match name {
            Name::Username(username) => {
                let request = tl::functions::contacts::ResolveUsername { username: username.clone(), referer: None };
                let found = self.invoke(call, Does::Reads, &request).await?;
                self.learn_resolved(found).await
            }
            Name::Phone(phone) => {
                let request = tl::functions::contacts::ResolvePhone { phone: phone.clone() };
                let found = self.invoke(call, Does::Reads, &request).await?;
                self.learn_resolved(found).await
            }
            Name::Invite(hash) => self.ask_invite(call, hash).await,
        }
    }

    async fn learn_resolved(&self, found: tl::enums::contacts::ResolvedPeer) -> Result<ChatId, TelegramError> {
        let tl::enums::contacts::ResolvedPeer::Peer(found) = found;
        self.learn(&found.users, &found.chats).await?;
        Ok(peers::chat_id(&found.peer))
    }

    async fn ask_invite(&self, call: &Execution, hash: &str) -> Result<ChatId, TelegramError> {
        let request = tl::functions::messages::CheckChatInvite { hash: hash.to_owned() };
        let chat = match self.invoke(call, Does::Reads, &request).await? {
            tl::enums::ChatInvite::Already(invite) => invite.chat,
            tl::enums::ChatInvite::Peek(invite) => invite.chat,
            tl::enums::ChatInvite::Invite(_) => {
                return Err(TelegramError::Invalid(Refused::new(
                    "chat",
                    "is an invitation that this account has not accepted; join with an official app first",
                )));
            }
        };
        self.learn(&[], std::slice::from_ref(&chat)).await?;
        let peer = peers::of_chat(&chat).ok_or(TelegramError::UnknownChat)?;
        Ok(peer.id)
    }
}

/// Whether Telegram would accept it as an argument.
fn is_usable(peer: &KnownPeer) -> bool {
    peer.access_hash.is_some() || peer.is_self || matches!(peer.id.unmarked(), Bare::Group(_))
}
