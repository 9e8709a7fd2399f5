//! How chats are found, and the few answers that many operations share.

use telegraphist_application::arguments::ChatArg;
use telegraphist_application::grants::{Place, Reach};
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execution, KnownPeer, PeerKind, TelegramError};
use telegraphist_application::views::Changed;
use telegraphist_domain::{ChatId, ChatRef};
use teloxide::{payloads, types};

use crate::account::BotAccount;
use crate::api::{Chat, FullChat, peer_of_chat};
use crate::convert::brief_of;
use crate::known_peers::unseen;
use crate::wire::Request;

impl BotAccount {
    /// The chat that the caller named, if it is there for them; Telegram is asked if it was never seen.
    pub(super) async fn chat(&self, call: &Execution, argument: &ChatArg) -> Result<KnownPeer, TelegramError> {
        let named = argument.parse()?;
        let peer = match &named {
            ChatRef::Id(id) => match self.known.by_id(self.here(*id)).await? {
                Some(peer) => peer,
                None => peer_of_chat(&self.full_chat(call, id.0).await?.chat),
            },
            other => self.named(call, other).await?,
        };
        fenced(&call.reach, peer)
    }

    /// The chat to write to. One that was never seen is written to all the same: Telegram knows whether it may be.
    pub(super) async fn recipient(&self, call: &Execution, argument: &ChatArg) -> Result<KnownPeer, TelegramError> {
        let named = argument.parse()?;
        fenced(&call.reach, self.addressee(call, &named).await?)
    }

    /// The same for a chat that is only looked at, whatever the call does elsewhere.
    pub(super) async fn origin(&self, call: &Execution, argument: &ChatArg) -> Result<KnownPeer, TelegramError> {
        let named = argument.parse()?;
        fenced(&call.reach.reading(), self.addressee(call, &named).await?)
    }

    /// Which chat is meant, as far as rules ask.
    pub(crate) async fn place_of(&self, call: &Execution, chat: &ChatRef) -> Result<Place, TelegramError> {
        Ok((&fenced(&call.reach, self.addressee(call, chat).await?)?).into())
    }

    async fn addressee(&self, call: &Execution, named: &ChatRef) -> Result<KnownPeer, TelegramError> {
        match named {
            ChatRef::Id(id) => {
                let here = self.here(*id);
                Ok(self.known.by_id(here).await?.unwrap_or_else(|| unseen(here)))
            }
            other => self.named(call, other).await,
        }
    }

    /// What a group has become, if it has.
    fn here(&self, id: ChatId) -> ChatId {
        self.known.moved_to(id).unwrap_or(id)
    }

    async fn named(&self, call: &Execution, chat: &ChatRef) -> Result<KnownPeer, TelegramError> {
        match chat {
            ChatRef::Username(name) => self.by_name(call, name).await,
            ChatRef::Id(id) => Ok(unseen(*id)),
            ChatRef::Me => Err(Refused::new("chat", "names a bot's own chat, and bots have none").into()),
            ChatRef::Phone(_) => {
                let problem =
                    "is a phone number, and bots cannot look those up; pass the id of somebody who wrote to it";
                Err(Refused::new("chat", problem).into())
            }
            ChatRef::Invite(_) => {
                let problem = "is an invitation, and bots cannot follow those; pass the id of a group that it is in";
                Err(Refused::new("chat", problem).into())
            }
        }
    }

    /// ASSUMED: Telegram looks up the public names of groups and channels for bots, but not those of people.
    async fn by_name(&self, call: &Execution, name: &str) -> Result<KnownPeer, TelegramError> {
        if let Some(peer) = self.known.by_fresh_name(name).await? {
            return Ok(peer);
        }
        match self.full_chat_of(call, types::Recipient::ChannelUsername(format!("@{name}"))).await {
            Ok(full) => Ok(peer_of_chat(&full.chat)),
            Err(TelegramError::UnknownChat) => self.by_old_name(call, name).await,
            Err(error) => Err(error),
        }
    }

    /// Somebody who had the name when they were last seen, if they have it still.
    async fn by_old_name(&self, call: &Execution, name: &str) -> Result<KnownPeer, TelegramError> {
        let Some(peer) = self.known.by_old_name(name).await? else { return Err(TelegramError::UnknownChat) };
        let now = peer_of_chat(&self.full_chat(call, peer.id.0).await?.chat);
        if now.username.as_deref() == Some(name) { Ok(now) } else { Err(TelegramError::UnknownChat) }
    }

    /// Everything that Telegram tells of a chat.
    pub(super) async fn full_chat(&self, call: &Execution, id: i64) -> Result<FullChat, TelegramError> {
        self.full_chat_of(call, types::Recipient::Id(types::ChatId(id))).await
    }

    async fn full_chat_of(&self, call: &Execution, chat: types::Recipient) -> Result<FullChat, TelegramError> {
        let full: FullChat = self.read(call, Request::of(&payloads::GetChat::new(chat))).await?;
        self.known.learn([peer_of_chat(&full.chat)]).await?;
        Ok(full)
    }

    /// Remembers the chat of an answer to a write. What was done is done: a store that cannot take it does not make a
    /// failure of it.
    pub(super) async fn learn_chat(&self, call: &Execution, chat: &Chat) {
        if let Err(error) = self.known.learn([peer_of_chat(chat)]).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(correlation_id = %call.correlation_id, error, "the chat of an answer was not remembered");
        }
    }

    /// The peer as it is known after an answer has told of it, at the place where it is now.
    pub(super) async fn as_known(&self, peer: KnownPeer) -> KnownPeer {
        let known = self.known.by_id(self.here(peer.id)).await;
        known.ok().flatten().unwrap_or(peer)
    }
}

/// The peer, if it is there for the caller. A group that has become a supergroup is what it is now.
fn fenced(reach: &Reach, peer: KnownPeer) -> Result<KnownPeer, TelegramError> {
    reach.check((&peer).into(), TelegramError::UnknownChat)?;
    Ok(peer)
}

/// Whether its messages have links.
pub(super) const fn has_links(peer: &KnownPeer) -> bool {
    matches!(peer.kind, PeerKind::Supergroup | PeerKind::Channel)
}

/// A change to a chat that leaves nothing else to show.
pub(super) fn changed(done: &str, peer: &KnownPeer, message_ids: Vec<i32>) -> Changed {
    Changed { done: done.to_owned(), chat: brief_of(peer), message_ids, missing: Vec::new() }
}

/// A chat as an argument.
pub(super) const fn chat_id(peer: &KnownPeer) -> types::ChatId {
    types::ChatId(peer.id.0)
}

/// A message as an argument.
pub(super) const fn message_id(id: i32) -> types::MessageId {
    types::MessageId(id)
}
