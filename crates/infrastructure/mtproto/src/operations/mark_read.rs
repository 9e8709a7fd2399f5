use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operations::MarkRead;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::views::Changed;

use super::asking::{changed, numbers_its_messages};
use crate::account::Account;

#[async_trait]
impl Execute<MarkRead> for Account {
    async fn execute(&self, call: &Execution, operation: &MarkRead) -> Result<Changed, TelegramError> {
        let peer = self.chat(call, &operation.chat).await?;
        let up_to = operation.message_id.map(|id| id.0);
        if let Some(topic) = operation.topic {
            self.mark_topic_read(call, &peer, topic.0, up_to).await?;
        } else {
            self.mark_chat_read(call, &peer, up_to.unwrap_or(0)).await?;
            if up_to.is_none() {
                self.take_mark_away(call, &peer).await?;
            }
        }
        Ok(changed("read", &peer, up_to.into_iter().collect()))
    }
}

impl Account {
    /// `max_id` 0 is everything.
    async fn mark_chat_read(&self, call: &Execution, peer: &KnownPeer, max_id: i32) -> Result<(), TelegramError> {
        if numbers_its_messages(peer) {
            let channel = Self::input_channel(peer)?;
            let request = tl::functions::channels::ReadHistory { channel, max_id };
            self.write(call, &request).await?;
        } else {
            let peer = Self::input_peer(peer);
            let request = tl::functions::messages::ReadHistory { peer, max_id };
            self.write(call, &request).await?;
        }
        Ok(())
    }

    /// A person can mark a chat as unread by hand; reading its messages leaves that mark.
    async fn take_mark_away(&self, call: &Execution, peer: &KnownPeer) -> Result<(), TelegramError> {
        let peer = tl::types::InputDialogPeer { peer: Self::input_peer(peer) };
        let request = tl::functions::messages::MarkDialogUnread { unread: false, parent_peer: None, peer: peer.into() };
        self.write(call, &request).await?;
        Ok(())
    }

    /// A topic is read up to a message; all of it is up to its newest.
    async fn mark_topic_read(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        topic: i32,
        up_to: Option<i32>,
    ) -> Result<(), TelegramError> {
        let read_max_id = match up_to {
            Some(id) => id,
            None => self.topic(call, peer, topic).await?.last_message_id,
        };
        let request =
            tl::functions::messages::ReadDiscussion { peer: Self::input_peer(peer), msg_id: topic, read_max_id };
        self.write(call, &request).await?;
        Ok(())
    }
}
