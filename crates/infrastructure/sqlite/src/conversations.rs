use async_trait::async_trait;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{
    AppendError, Conversations, EventStore, Lane, Loaded, Spoken, SpokenQuery, StoreError, Together, Version,
};
use telegraphist_domain::{Conversation, ConversationEvent, ConversationId, Place};

use crate::errors::{store_error, unreadable};
use crate::streams::{self, Stream};
use crate::together::SealedTogether;
use crate::{SqliteStore, conversation_rows, positions, spoken};

#[async_trait]
impl EventStore<Conversation> for SqliteStore {
    async fn load(&self, id: ConversationId) -> Result<Option<Loaded<Conversation>>, StoreError> {
        let stream: Stream<Conversation> = streams::current(&mut *self.reader().await?, &id.to_string()).await?;
        Ok(stream.loaded())
    }

    async fn append(
        &self,
        id: ConversationId,
        expected: Version,
        events: &[ConversationEvent],
        together: &Together,
    ) -> Result<Version, AppendError> {
        let key = self.key().await;
        let together = SealedTogether::new(&key, together, self.inner.clock.now());
        let new = events.to_vec();
        self.write(move |connection| Box::pin(async move { append(connection, id, expected, &new, together).await }))
            .await
    }
}

async fn append(
    connection: &mut SqliteConnection,
    id: ConversationId,
    expected: Version,
    new: &[ConversationEvent],
    together: SealedTogether,
) -> Result<Version, AppendError> {
    let row = id.to_string();
    let current: Stream<Conversation> = streams::current(connection, &row).await?;
    let Stream { state, version } = current.grown(expected, new)?;
    if let Some(conversation) = state.as_ref().filter(|_| !new.is_empty()) {
        if conversation_rows::is_place_taken(connection, conversation).await? {
            return Err(AppendError::NameTaken);
        }
        streams::write_snapshot(connection, &row, conversation, version).await?;
        conversation_rows::write(connection, conversation).await?;
        spoken::write(connection, conversation, new).await?;
    }
    streams::write::<Conversation>(connection, &row, expected, new).await?;
    together.write(connection).await?;
    Ok(version)
}

#[async_trait]
impl Conversations for SqliteStore {
    async fn conversation_in(&self, place: &Place, agent: &str) -> Result<Option<Conversation>, StoreError> {
        let mut reader = self.reader().await?;
        let id: Option<String> = sqlx::query_scalar(
            "SELECT id FROM conversations WHERE session = ? AND chat = ? AND topic = ? AND user = ? AND agent = ?",
        )
        .bind(place.session.to_string())
        .bind(place.chat.0)
        .bind(place.topic.map_or(0, |topic| topic.0))
        .bind(place.user.map_or(0, |user| user.0))
        .bind(agent)
        .fetch_optional(&mut *reader)
        .await
        .map_err(store_error)?;
        let Some(id) = id else { return Ok(None) };
        Ok(streams::current(&mut reader, &id).await?.state)
    }

    async fn conversations_in_chat(&self, lane: Lane, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        let mut reader = self.reader().await?;
        let ids = sqlx::query_scalar(
            "SELECT id FROM conversations WHERE session = ? AND chat = ? ORDER BY touched DESC, id DESC LIMIT ?",
        )
        .bind(lane.session.to_string())
        .bind(lane.chat.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *reader)
        .await
        .map_err(store_error)?;
        states(&mut reader, ids).await
    }

    async fn conversations(&self, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        let mut reader = self.reader().await?;
        let ids = sqlx::query_scalar("SELECT id FROM conversations ORDER BY touched DESC, id DESC LIMIT ?")
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&mut *reader)
            .await
            .map_err(store_error)?;
        states(&mut reader, ids).await
    }

    async fn spoken_after(&self, query: &SpokenQuery, position: u64, limit: usize) -> Result<Vec<Spoken>, StoreError> {
        spoken::after(&mut *self.reader().await?, query, position, limit).await
    }

    async fn newest_spoken(&self) -> Result<u64, StoreError> {
        positions::newest(&mut *self.reader().await?, spoken::POSITIONS).await
    }
}

async fn states(connection: &mut SqliteConnection, ids: Vec<String>) -> Result<Vec<Conversation>, StoreError> {
    let mut states = Vec::with_capacity(ids.len());
    for id in ids {
        let stream = streams::current(connection, &id).await?;
        states.push(stream.state.ok_or_else(|| unreadable("a conversation has a row and no events"))?);
    }
    Ok(states)
}
