//! The few ways in which operations ask Telegram.

use grammers_tl_types as tl;
use grammers_tl_types::RemoteCall;
use telegraphist_application::arguments::ChatArg;
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execution, KnownPeer, PeerKind, TelegramError};
use telegraphist_application::views::Changed;

use crate::account::{Account, Does};
use crate::convert::brief_of;

impl Account {
    /// Asks for something; asking twice is harmless.
    pub(crate) async fn read<R: RemoteCall>(&self, call: &Execution, request: &R) -> Result<R::Return, TelegramError> {
        self.invoke(call, Does::Reads, request).await
    }

    /// Changes something.
    pub(crate) async fn write<R: RemoteCall>(&self, call: &Execution, request: &R) -> Result<R::Return, TelegramError> {
        self.invoke(call, Does::Writes, request).await
    }

    /// Changes something where having changed it before is as good.
    pub(super) async fn write_unless_so<R: RemoteCall>(
        &self,
        call: &Execution,
        request: &R,
        already: &str,
    ) -> Result<Option<R::Return>, TelegramError> {
        match self.write(call, request).await {
            Ok(answer) => Ok(Some(answer)),
            Err(TelegramError::Refused { telegram }) if telegram == already => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The chat that the caller named.
    pub(super) async fn chat(&self, call: &Execution, argument: &ChatArg) -> Result<KnownPeer, TelegramError> {
        self.resolve(call, &argument.parse()?).await
    }

    /// The chat that the caller named, to be looked at and nothing more.
    pub(super) async fn chat_to_read(&self, call: &Execution, argument: &ChatArg) -> Result<KnownPeer, TelegramError> {
        self.resolve_to_read(call, &argument.parse()?).await
    }

    /// The user or bot that the caller named.
    pub(super) async fn person(
        &self,
        call: &Execution,
        argument: &ChatArg,
    ) -> Result<(KnownPeer, tl::enums::InputUser), TelegramError> {
        let peer = self.chat(call, argument).await?;
        match peer.kind {
            PeerKind::User | PeerKind::Bot => {
                let user = Self::input_user(&peer)?;
                Ok((peer, user))
            }
            PeerKind::Group | PeerKind::Supergroup | PeerKind::Channel => {
                Err(Refused::new("chat", "is a group or channel; name a person or bot").into())
            }
        }
    }

    /// Refuses a message that is not in this chat, where other chats are kept from the caller: ids of a mailbox say
    /// nothing about the chat, and whether Telegram holds them against the one that it is told is not known (ASSUMED: not).
    pub(super) async fn check_is_in(&self, call: &Execution, peer: &KnownPeer, id: i32) -> Result<(), TelegramError> {
        if call.reach.is_open() || numbers_its_messages(peer) {
            return Ok(());
        }
        self.message_by_id(call, peer, id).await.map(drop)
    }

    /// Learns the peers of the answer to a write. What was done is done: a store that cannot take the peers does not
    /// make a failure of it.
    pub(super) async fn learn_updates(&self, call: &Execution, updates: &tl::enums::Updates) {
        let (users, chats) = match updates {
            tl::enums::Updates::Updates(updates) => (&updates.users, &updates.chats),
            tl::enums::Updates::Combined(updates) => (&updates.users, &updates.chats),
            tl::enums::Updates::TooLong
            | tl::enums::Updates::UpdateShort(_)
            | tl::enums::Updates::UpdateShortMessage(_)
            | tl::enums::Updates::UpdateShortChatMessage(_)
            | tl::enums::Updates::UpdateShortSentMessage(_) => return,
        };
        if let Err(error) = self.learn(users, chats).await {
            tracing::warn!(
                correlation_id = %call.correlation_id,
                error = &error as &dyn std::error::Error,
                "the peers of an answer were not remembered"
            );
        }
    }
}

/// Whether its messages are numbered by the chat itself. The others are numbered by the account's mailbox.
pub(super) const fn numbers_its_messages(peer: &KnownPeer) -> bool {
    matches!(peer.kind, PeerKind::Supergroup | PeerKind::Channel)
}

/// A change to a chat that leaves nothing else to show.
pub(super) fn changed(done: &str, peer: &KnownPeer, message_ids: Vec<i32>) -> Changed {
    Changed { done: done.to_owned(), chat: brief_of(peer), message_ids, missing: Vec::new() }
}
