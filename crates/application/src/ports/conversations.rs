use async_trait::async_trait;
use chrono::{DateTime, Utc};
use telegraphist_domain::conversation::Author;
use telegraphist_domain::{ContentId, Conversation, ConversationId, MessageId, Place};

use crate::ports::StoreError;

/// A message of a conversation, without its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// Position among the messages of all conversations; from 1, and grows.
    pub position: u64,
    /// In which.
    pub conversation: ConversationId,
    /// Where that is.
    pub place: Place,
    /// Who said it.
    pub author: Author,
    /// What, by its id.
    pub content: ContentId,
    /// The message in Telegram.
    pub message: Option<MessageId>,
    /// What it answers in Telegram.
    pub reply_to: Option<MessageId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which messages are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpokenQuery {
    /// Only what people said.
    pub by_people: bool,
    /// Only in this one.
    pub conversation: Option<ConversationId>,
    /// Only since.
    pub since: Option<DateTime<Utc>>,
}

/// Rows that answer questions about conversations; written by the store with the events they follow from.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// The one conversation of an agent in a place. MUST show what this handle appended as soon as `append` returned.
    async fn conversation_in(&self, place: &Place, agent: &str) -> Result<Option<Conversation>, StoreError>;
    /// The conversations of a session's chat, whoever they are with, the one touched last first, at most `limit`.
    async fn conversations_in_chat(
        &self,
        lane: crate::ports::Lane,
        limit: usize,
    ) -> Result<Vec<Conversation>, StoreError>;
    /// All of them, the one touched last first, at most `limit`.
    async fn conversations(&self, limit: usize) -> Result<Vec<Conversation>, StoreError>;
    /// Messages after a position, in order, at most `limit`.
    async fn spoken_after(&self, query: &SpokenQuery, position: u64, limit: usize) -> Result<Vec<Spoken>, StoreError>;
    /// The newest position ever given, 0 if none.
    async fn newest_spoken(&self) -> Result<u64, StoreError>;
}
