use async_trait::async_trait;
use grammers_tl_types as tl;
use serde::{Deserialize, Serialize};
use telegraphist_application::arguments::limit;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::ListTopics;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, PeerKind, TelegramError};
use telegraphist_application::views::{Page, TopicView};

use super::PAGE_MAX;
use crate::account::Account;
use crate::convert::{date_of, id_of, topic_view};

/// After which topic the list goes on, as Telegram wants to hear it.
#[derive(Serialize, Deserialize, Clone, Copy, Default)]
pub(super) struct Position {
    date: i32,
    message: i32,
    topic: i32,
    /// How many were given already, to know the end from Telegram's count.
    seen: usize,
}

#[async_trait]
impl Execute<ListTopics> for Account {
    async fn execute(&self, call: &Execution, operation: &ListTopics) -> Result<Page<TopicView>, TelegramError> {
        let limit = limit(operation.limit, 50)?;
        let position: Position = call.cursors.position()?.unwrap_or_default();
        let peer = self.chat(call, &operation.chat).await?;
        if peer.kind != PeerKind::Supergroup {
            return Err(Refused::new("chat", "has no topics; only forums have").into());
        }
        let query = operation.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
        let (items, next) = self.topics(call, &peer, query, position, limit).await?;
        Ok(Page::new(items, next.map(|next| call.cursors.seal(&next))))
    }
}

impl Account {
    /// One page of a forum's topics and where the next one starts.
    pub(super) async fn topics(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        query: Option<&str>,
        position: Position,
        limit: usize,
    ) -> Result<(Vec<TopicView>, Option<Position>), TelegramError> {
        let limit = limit.min(PAGE_MAX);
        let request = tl::functions::messages::GetForumTopics {
            peer: Self::input_peer(peer),
            q: query.map(str::to_owned),
            offset_date: position.date,
            offset_id: position.message,
            offset_topic: position.topic,
            limit: limit as i32,
        };
        let tl::enums::messages::ForumTopics::Topics(page) = self.read(call, &request).await?;
        self.learn(&page.users, &page.chats).await?;
        let items: Vec<TopicView> = page.topics.iter().filter_map(topic_view).collect();
        let seen = position.seen + page.topics.len();
        let is_last = page.topics.len() < limit || usize::try_from(page.count).is_ok_and(|count| seen >= count);
        let last = items.last().filter(|_| !is_last);
        let next = last.map(|last| Position {
            date: offset_date(&page, last),
            message: last.last_message_id,
            topic: last.id,
            seen,
        });
        Ok((items, next))
    }

    /// One topic of a forum.
    pub(super) async fn topic(&self, call: &Execution, peer: &KnownPeer, id: i32) -> Result<TopicView, TelegramError> {
        let request = tl::functions::messages::GetForumTopicsById { peer: Self::input_peer(peer), topics: vec![id] };
        let tl::enums::messages::ForumTopics::Topics(answer) = self.read(call, &request).await?;
        self.learn(&answer.users, &answer.chats).await?;
        let topic = answer.topics.iter().find_map(topic_view);
        topic.ok_or_else(|| Refused::new("topic", "is not a topic of this chat").into())
    }
}

/// The date that the list is ordered by: of the topic's newest message, or of its making.
fn offset_date(page: &tl::types::messages::ForumTopics, last: &TopicView) -> i32 {
    let made = i32::try_from(last.date.timestamp()).unwrap_or_default();
    if page.order_by_create_date {
        return made;
    }
    let newest = page.messages.iter().find(|message| id_of(message) == last.last_message_id);
    newest.and_then(date_of).unwrap_or(made)
}
