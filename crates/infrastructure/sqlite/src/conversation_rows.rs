//! The view of conversations: where each is, and when it was touched.

use sqlx::SqliteConnection;
use telegraphist_application::ports::StoreError;
use telegraphist_domain::Conversation;

use crate::errors::store_error;
use crate::statement::Statement;

/// Whether another conversation of the same agent is in the same place.
pub(crate) async fn is_place_taken(
    connection: &mut SqliteConnection,
    conversation: &Conversation,
) -> Result<bool, StoreError> {
    let place = &conversation.place;
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM conversations
         WHERE session = ? AND chat = ? AND topic = ? AND user = ? AND agent = ? AND id <> ?)",
    )
    .bind(place.session.to_string())
    .bind(place.chat.0)
    .bind(place.topic.map_or(0, |topic| topic.0))
    .bind(place.user.map_or(0, |user| user.0))
    .bind(&conversation.agent)
    .bind(conversation.id.to_string())
    .fetch_one(connection)
    .await
    .map_err(store_error)
}

/// Writes the row as it is now. The place of a conversation never changes.
pub(crate) async fn write(connection: &mut SqliteConnection, conversation: &Conversation) -> Result<(), StoreError> {
    let place = &conversation.place;
    sqlx::query(
        "INSERT INTO conversations (id, session, chat, topic, user, agent, touched) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET touched = excluded.touched",
    )
    .bind(conversation.id.to_string())
    .bind(place.session.to_string())
    .bind(place.chat.0)
    .bind(place.topic.map_or(0, |topic| topic.0))
    .bind(place.user.map_or(0, |user| user.0))
    .bind(&conversation.agent)
    .bind(conversation.touched.0)
    .run(connection)
    .await
}
