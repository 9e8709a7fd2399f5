//! Answers that hold messages, in one shape.

use std::collections::HashMap;

use grammers_tl_types::deserialize::{self, Cursor};
use grammers_tl_types::{self as tl, Deserializable, Identifiable as _, RemoteCall};
use telegraphist_application::arguments::ResponseFormat;
use telegraphist_application::grants::Reach;
use telegraphist_application::ports::{Execution, KnownPeer, TelegramError};
use telegraphist_application::views::MessageView;

use super::asking::numbers_its_messages;
use crate::account::{Account, Does};
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

/// `messages.Messages`, read straight into a batch. A hundred messages are a hundred kilobytes; reading them into the
/// library's types first would move each of them half a dozen times.
impl Deserializable for Batch {
    fn deserialize(buffer: &mut Cursor<'_>) -> deserialize::Result<Self> {
        use tl::types::messages::{ChannelMessages, Messages, MessagesNotModified, MessagesSlice};
        match u32::deserialize(buffer)? {
            Messages::CONSTRUCTOR_ID => {
                let batch = Self::default().with_lists(buffer)?;
                Ok(Self { total: i32::try_from(batch.messages.len()).ok(), ..batch })
            }
            MessagesSlice::CONSTRUCTOR_ID => {
                let flags = u32::deserialize(buffer)?;
                let total = Some(i32::deserialize(buffer)?);
                let next_rate = if_set::<i32>(flags, 0, buffer)?;
                if_set::<i32>(flags, 2, buffer)?; // offset_id_offset
                if_set::<tl::enums::SearchPostsFlood>(flags, 3, buffer)?;
                Self { total, next_rate, ..Self::default() }.with_lists(buffer)
            }
            ChannelMessages::CONSTRUCTOR_ID => {
                let flags = u32::deserialize(buffer)?;
                i32::deserialize(buffer)?; // pts
                let total = Some(i32::deserialize(buffer)?);
                if_set::<i32>(flags, 2, buffer)?; // offset_id_offset
                Self { total, ..Self::default() }.with_lists(buffer)
            }
            // Only an answer to a request with a hash; ours carry none.
            MessagesNotModified::CONSTRUCTOR_ID => Ok(Self::default()),
            id => Err(deserialize::Error::UnexpectedConstructor { id }),
        }
    }
}

// What stands above was written for these forms; a layer with others makes this fail to compile.
const _: () = {
    use tl::types::messages::{ChannelMessages, Messages, MessagesSlice};
    assert!(Messages::CONSTRUCTOR_ID == 0x1d73_e7ea);
    assert!(MessagesSlice::CONSTRUCTOR_ID == 0x5f20_6716);
    assert!(ChannelMessages::CONSTRUCTOR_ID == 0xc776_ba4e);
};

/// A field that is there if its flag is.
fn if_set<T: Deserializable>(flags: u32, flag: u32, buffer: &mut Cursor<'_>) -> deserialize::Result<Option<T>> {
    (flags & (1 << flag) != 0).then(|| T::deserialize(buffer)).transpose()
}

/// A list, in memory that is large enough from the start.
fn list<T: Deserializable>(buffer: &mut Cursor<'_>) -> deserialize::Result<Vec<T>> {
    const VECTOR: u32 = 0x1cb5_c415;
    /// A length that a broken answer claims is not believed further.
    const BELIEVED_MAX: usize = 1_000;
    match u32::deserialize(buffer)? {
        VECTOR => {}
        id => return Err(deserialize::Error::UnexpectedConstructor { id }),
    }
    let length = u32::deserialize(buffer)?;
    let mut items = Vec::with_capacity(BELIEVED_MAX.min(length as usize));
    for _ in 0..length {
        items.push(T::deserialize(buffer)?);
    }
    Ok(items)
}

impl Batch {
    /// The lists that all forms end with.
    fn with_lists(self, buffer: &mut Cursor<'_>) -> deserialize::Result<Self> {
        let messages = list(buffer)?;
        list::<tl::enums::ForumTopic>(buffer)?;
        let chats = list(buffer)?;
        let users = list(buffer)?;
        Ok(Self { messages, users, chats, ..self })
    }

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

    /// Leaves out what is kept from the caller, and how many there are with it.
    pub(super) fn keep_seen(&mut self, reach: &Reach, own_id: i64) {
        let directory = Directory::new(&self.users, &self.chats, own_id);
        self.messages.retain(|message| peer_of(message).is_some_and(|peer| reach.sees(directory.place(peer))));
        self.total = None;
    }

    /// Adds another answer; the count of the newest stays.
    pub(super) fn absorb(&mut self, other: Self) {
        self.total = other.total;
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
        let batch: Batch = self.invoke_as(call, Does::Reads, request).await?;
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

#[cfg(test)]
mod tests {
    use grammers_tl_types::Serializable as _;

    use super::*;

    fn user(id: i64) -> tl::enums::User {
        tl::types::UserEmpty { id }.into()
    }

    fn chat(id: i64) -> tl::enums::Chat {
        tl::types::ChatEmpty { id }.into()
    }

    fn message(id: i32) -> tl::enums::Message {
        tl::types::MessageEmpty { id, peer_id: None }.into()
    }

    fn read(answer: &tl::enums::messages::Messages) -> Batch {
        Batch::from_bytes(&answer.to_bytes()).expect("a batch")
    }

    fn ids(batch: &Batch) -> (Vec<i32>, Vec<tl::enums::Chat>, Vec<tl::enums::User>) {
        (batch.messages.iter().map(id_of).collect(), batch.chats.clone(), batch.users.clone())
    }

    #[test]
    fn every_form_of_an_answer_is_read() {
        let (messages, chats, users) = (vec![message(7), message(6)], vec![chat(1)], vec![user(2), user(3)]);
        let lists = (vec![7, 6], chats.clone(), users.clone());

        let all = tl::types::messages::Messages {
            messages: messages.clone(),
            topics: Vec::new(),
            chats: chats.clone(),
            users: users.clone(),
        };
        let batch = read(&all.into());
        assert_eq!((ids(&batch), batch.total, batch.next_rate), (lists.clone(), Some(2), None));

        let flood = tl::types::SearchPostsFlood {
            query_is_free: true,
            total_daily: 10,
            remains: 9,
            wait_till: Some(5),
            stars_amount: 1,
        };
        for (next_rate, offset, search_flood) in [(Some(11), Some(12), Some(flood.into())), (None, None, None)] {
            let slice = tl::types::messages::MessagesSlice {
                inexact: true,
                count: 40,
                next_rate,
                offset_id_offset: offset,
                search_flood,
                messages: messages.clone(),
                topics: vec![tl::types::ForumTopicDeleted { id: 4 }.into()],
                chats: chats.clone(),
                users: users.clone(),
            };
            let batch = read(&slice.into());
            assert_eq!((ids(&batch), batch.total, batch.next_rate), (lists.clone(), Some(40), next_rate));

            let channel = tl::types::messages::ChannelMessages {
                inexact: false,
                pts: 99,
                count: 41,
                offset_id_offset: offset,
                messages: messages.clone(),
                topics: Vec::new(),
                chats: chats.clone(),
                users: users.clone(),
            };
            let batch = read(&channel.into());
            assert_eq!((ids(&batch), batch.total), (lists.clone(), Some(41)));
        }
    }

    #[test]
    fn a_broken_answer_is_an_error() {
        let bytes = tl::enums::messages::Messages::from(tl::types::messages::Messages {
            messages: vec![message(7)],
            topics: Vec::new(),
            chats: Vec::new(),
            users: Vec::new(),
        })
        .to_bytes();
        assert!(Batch::from_bytes(&bytes[..bytes.len() - 4]).is_err());
        // A list that says it is longer than memory.
        let mut huge = tl::types::messages::Messages::CONSTRUCTOR_ID.to_le_bytes().to_vec();
        huge.extend(0x1cb5_c415_u32.to_le_bytes());
        huge.extend(u32::MAX.to_le_bytes());
        assert!(Batch::from_bytes(&huge).is_err());
        assert!(Batch::from_bytes(&[1, 2, 3, 4]).is_err());
    }
}
