//! Answers that hold messages, in one shape.

use std::collections::HashMap;

use grammers_tl_types as tl;
use grammers_tl_types::RemoteCall;
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::ports::{Execution, KnownPeer, TelegramError};
use telegraphist_application::views::MessageView;

use super::asking::numbers_its_messages;
use crate::account::Account;
use crate::convert::{Directory, Rendering, id_of, peer_of};
use crate::peers::chat_id;

/// Messages with everybody they name.
#[derive(Default)]
pub(crate) struct Batch {
    pub(super) messages: Vec<tl::enums::Message>,
    pub(super) users: Vec<tl::enums::User>,
    pub(super) chats: Vec<tl::enums::Chat>,
    /// How many there are in all, where Telegram says.
    pub(super) total: Option<i32>,
    /// Where a search in all chats goes on.
    pub(super) next_rate: Option<i32>,
}

impl From<tl::enums::messages::Messages> for Batch {
    fn from(answer: tl::enums::messages::Messages) -> Self {
        use tl::enums::messages::Messages;
        match answer {
            Messages::Messages(all) => Self {
                total: i32::try_from(all.messages.len()).ok(),
                messages: all.messages,
                users: all.users,
                chats: all.chats,
                next_rate: None,
            },
            Messages::Slice(slice) => Self {
                total: Some(slice.count),
                messages: slice.messages,
                users: slice.users,
                chats: slice.chats,
                next_rate: slice.next_rate,
            },
            Messages::ChannelMessages(slice) => Self {
                total: Some(slice.count),
                messages: slice.messages,
                users: slice.users,
                chats: slice.chats,
                next_rate: None,
            },
            // Only an answer to a request with a hash; ours carry none.
            Messages::NotModified(_) => Self::default(),
        }
    }
}

impl Batch {
    /// All messages as views, in the order they came.
    pub(super) fn views(mut self, account: &Account, format: ResponseFormat, names_chat: bool) -> Vec<MessageView> {
        let directory = Directory::new(&self.users, &self.chats, account.own_id());
        let rendering = Rendering { directory: &directory, format, names_chat };
        let mut drawing = rendering.drawing(self.messages.len());
        drawing.add_all(&mut self.messages);
        drawing.views()
    }

    /// The message of that id.
    pub(crate) fn message(&self, id: i32) -> Option<&tl::enums::Message> {
        self.messages.iter().find(|message| id_of(message) == id)
    }

    /// Adds another answer.
    pub(super) fn absorb(&mut self, other: Self) {
        self.messages.extend(other.messages);
        self.users.extend(other.users);
        self.chats.extend(other.chats);
    }
}

impl Account {
    /// Asks for messages and learns who they name.
    pub(super) async fn messages<R>(&self, call: &Execution, request: &R) -> Result<Batch, TelegramError>
    where
        R: RemoteCall<Return = tl::enums::messages::Messages>,
    {
        let batch = Batch::from(self.read(call, request).await?);
        self.learn(&batch.users, &batch.chats).await?;
        self.newest.note(&batch.messages);
        Ok(batch)
    }

    /// The messages of these ids that are in this chat, in the order asked for. In a mailbox an id can belong to
    /// another chat; such a message is not there.
    pub(crate) async fn messages_by_id(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        ids: &[i32],
    ) -> Result<Batch, TelegramError> {
        let id = ids.iter().map(|id| tl::types::InputMessageId { id: *id }.into()).collect();
        let mut batch = if numbers_its_messages(peer) {
            let channel = Self::input_channel(peer)?;
            let request = tl::functions::channels::GetMessages { channel, id };
            self.messages(call, &request).await?
        } else {
            let request = tl::functions::messages::GetMessages { id };
            self.messages(call, &request).await?
        };
        let mut found: HashMap<i32, tl::enums::Message> = batch
            .messages
            .drain(..)
            .filter(|message| peer_of(message).is_some_and(|at| chat_id(at) == peer.id))
            .map(|message| (id_of(&message), message))
            .collect();
        batch.messages = ids.iter().filter_map(|id| found.remove(id)).collect();
        Ok(batch)
    }

    /// One message, or `UnknownMessage`.
    pub(crate) async fn message_by_id(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        id: i32,
    ) -> Result<(Batch, tl::enums::Message), TelegramError> {
        let mut batch = self.messages_by_id(call, peer, &[id]).await?;
        let message = batch.messages.pop().ok_or(TelegramError::UnknownMessage)?;
        Ok((batch, message))
    }
}
