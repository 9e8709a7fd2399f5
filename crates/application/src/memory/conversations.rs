use std::cmp::Reverse;

use async_trait::async_trait;
use telegraphist_domain::conversation::Author;
use telegraphist_domain::{Conversation, ConversationEvent, ConversationId, Place};

use super::streams::Streams;
use super::{MemoryStore, lock};
use crate::ports::{
    AppendError, Conversations, EventStore, Lane, Loaded, Spoken, SpokenQuery, StoreError, Together, Version,
};
use crate::stored::date_of;

/// The streams, and every message of them in the order it was added.
#[derive(Default)]
pub(super) struct Dialogues {
    streams: Streams<Conversation>,
    spoken: Vec<Spoken>,
}

impl Dialogues {
    fn in_place(&self, place: &Place, agent: &str) -> Option<&Conversation> {
        self.streams.states().find(|conversation| conversation.place == *place && conversation.agent == agent)
    }

    fn is_place_taken(&self, conversation: &Conversation) -> bool {
        self.in_place(&conversation.place, &conversation.agent).is_some_and(|other| other.id != conversation.id)
    }

    fn note(&mut self, conversation: &Conversation, event: &ConversationEvent) {
        if let ConversationEvent::MessageAdded { author, content, message, reply_to, at } = event {
            self.spoken.push(Spoken {
                position: self.newest() + 1,
                conversation: conversation.id,
                place: conversation.place,
                author: *author,
                content: *content,
                message: *message,
                reply_to: *reply_to,
                at: date_of(*at),
            });
        }
    }

    fn newest(&self) -> u64 {
        self.spoken.len() as u64
    }

    /// The one touched last first.
    fn recent(&self, is_meant: impl Fn(&Conversation) -> bool, limit: usize) -> Vec<Conversation> {
        let mut found: Vec<_> = self.streams.states().filter(|conversation| is_meant(conversation)).cloned().collect();
        found.sort_by_key(|conversation| Reverse((conversation.touched, conversation.id)));
        found.truncate(limit);
        found
    }
}

#[async_trait]
impl EventStore<Conversation> for MemoryStore {
    async fn load(&self, id: ConversationId) -> Result<Option<Loaded<Conversation>>, StoreError> {
        Ok(lock(&self.state.conversations).streams.load(id))
    }

    async fn append(
        &self,
        id: ConversationId,
        expected: Version,
        events: &[ConversationEvent],
        together: &Together,
    ) -> Result<Version, AppendError> {
        let mut dialogues = lock(&self.state.conversations);
        let grown = dialogues.streams.grown(id, expected, events)?;
        if grown.state.as_ref().is_some_and(|conversation| dialogues.is_place_taken(conversation)) {
            return Err(AppendError::NameTaken);
        }
        self.keep_together(together)?;
        if let Some(conversation) = &grown.state {
            for event in events {
                dialogues.note(conversation, event);
            }
        }
        Ok(dialogues.streams.put(id, grown))
    }
}

#[async_trait]
impl Conversations for MemoryStore {
    async fn conversation_in(&self, place: &Place, agent: &str) -> Result<Option<Conversation>, StoreError> {
        Ok(lock(&self.state.conversations).in_place(place, agent).cloned())
    }

    async fn conversations_in_chat(&self, lane: Lane, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        let is_there = |conversation: &Conversation| {
            let Place { session, chat, .. } = conversation.place;
            Lane { session, chat } == lane
        };
        Ok(lock(&self.state.conversations).recent(is_there, limit))
    }

    async fn conversations(&self, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        Ok(lock(&self.state.conversations).recent(|_| true, limit))
    }

    async fn spoken_after(&self, query: &SpokenQuery, position: u64, limit: usize) -> Result<Vec<Spoken>, StoreError> {
        let dialogues = lock(&self.state.conversations);
        let is_meant = |spoken: &&Spoken| {
            spoken.position > position
                && (!query.by_people || matches!(spoken.author, Author::Person(_)))
                && query.conversation.is_none_or(|conversation| spoken.conversation == conversation)
                && query.since.is_none_or(|since| spoken.at >= since)
        };
        Ok(dialogues.spoken.iter().filter(is_meant).take(limit).copied().collect())
    }

    async fn newest_spoken(&self) -> Result<u64, StoreError> {
        Ok(lock(&self.state.conversations).newest())
    }
}
