use async_trait::async_trait;
use sqlx::SqliteConnection;
use telegraphist_application::ports::{AppendError, Conversations, Lane, Spoken, SpokenQuery, StoreError};
use telegraphist_domain::{Conversation, ConversationEvent, ConversationId, Place};

use crate::errors::{store_error, unreadable};
use crate::kept::Kept;
use crate::streams::{self, Stream};
use crate::{SqliteStore, conversation_rows, positions, spoken};

#[async_trait]
impl Kept for Conversation {
    async fn current(connection: &mut SqliteConnection, id: &str) -> Result<Stream<Self>, StoreError> {
        streams::current(connection, id).await
    }

    async fn write_rows(
        connection: &mut SqliteConnection,
        id: ConversationId,
        grown: &Stream<Self>,
        new: &[ConversationEvent],
    ) -> Result<(), AppendError> {
        let Some(conversation) = &grown.state else { return Ok(()) };
        if conversation_rows::is_place_taken(connection, conversation).await? {
            return Err(AppendError::NameTaken);
        }
        streams::write_snapshot(connection, &id.to_string(), conversation, grown.version).await?;
        conversation_rows::write(connection, conversation).await?;
        Ok(spoken::write(connection, conversation, new).await?)
    }
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
