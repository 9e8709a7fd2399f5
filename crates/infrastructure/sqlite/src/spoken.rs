//! Every message of every conversation, without its text, in the order it was added.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use telegraphist_application::ports::{Spoken, SpokenQuery, StoreError};
use telegraphist_application::stored::date_of;
use telegraphist_domain::conversation::Author;
use telegraphist_domain::{
    ChatId, Conversation, ConversationEvent, DeliveryId, MessageId, Place, SessionId, Timestamp, UserId,
};

use crate::errors::{store_error, unreadable};
use crate::positions;
use crate::statement::Statement;

/// The kind of their positions.
pub(crate) const POSITIONS: &str = "spoken";

/// Adds those that the events tell of.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    conversation: &Conversation,
    events: &[ConversationEvent],
) -> Result<(), StoreError> {
    for event in events {
        let ConversationEvent::MessageAdded { author, content, message, reply_to, at } = event else {
            continue;
        };
        let (person, delivery) = match author {
            Author::Person(user) => (Some(user.0), None),
            Author::Agent(delivery) => (None, Some(delivery.to_string())),
        };
        sqlx::query(concat!(
            positions::take!(),
            "INSERT INTO spoken (position, conversation, person, delivery, content, message, reply_to, at)
             VALUES (",
            positions::taken!(),
            ", ?, ?, ?, ?, ?, ?, ?)"
        ))
        .bind(POSITIONS)
        .bind(POSITIONS)
        .bind(conversation.id.to_string())
        .bind(person)
        .bind(delivery)
        .bind(content.to_string())
        .bind(message.map(|message| message.0))
        .bind(reply_to.map(|message| message.0))
        .bind(at.0)
        .run(connection)
        .await?;
    }
    Ok(())
}

/// Those after a position that fit, in order, at most `limit`.
pub(crate) async fn after(
    connection: &mut SqliteConnection,
    query: &SpokenQuery,
    position: u64,
    limit: usize,
) -> Result<Vec<Spoken>, StoreError> {
    let mut select: QueryBuilder<Sqlite> = QueryBuilder::new(
        "SELECT spoken.position, conversation, session, chat, topic, user, person, delivery, content, message,
             reply_to, at
         FROM spoken JOIN conversations ON conversations.id = spoken.conversation WHERE spoken.position > ",
    );
    select.push_bind(i64::try_from(position).unwrap_or(i64::MAX));
    if query.by_people {
        select.push(" AND person IS NOT NULL");
    }
    if let Some(conversation) = query.conversation {
        select.push(" AND conversation = ").push_bind(conversation.to_string());
    }
    if let Some(since) = query.since {
        select.push(" AND at >= ").push_bind(since.timestamp_millis());
    }
    select.push(" ORDER BY spoken.position LIMIT ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = select.build().fetch_all(connection).await.map_err(store_error)?;
    rows.iter().map(spoken).collect()
}

fn spoken(row: &SqliteRow) -> Result<Spoken, StoreError> {
    let column = |name| row.try_get::<String, _>(name).map_err(store_error);
    let number = |name| row.try_get::<i64, _>(name).map_err(store_error);
    let message = |name| Ok::<_, StoreError>(row.try_get::<Option<i32>, _>(name).map_err(store_error)?.map(MessageId));
    let topic: i32 = row.try_get("topic").map_err(store_error)?;
    let place = Place {
        session: SessionId(column("session")?.parse().map_err(unreadable)?),
        chat: ChatId(number("chat")?),
        topic: Some(topic).filter(|topic| *topic != 0).map(MessageId),
        user: Some(number("user")?).filter(|user| *user != 0).map(UserId),
    };
    let person: Option<i64> = row.try_get("person").map_err(store_error)?;
    let author = match person {
        Some(user) => Author::Person(UserId(user)),
        None => Author::Agent(DeliveryId(column("delivery")?.parse().map_err(unreadable)?)),
    };
    Ok(Spoken {
        position: number("position")?.unsigned_abs(),
        conversation: column("conversation")?.parse().map_err(unreadable)?,
        place,
        author,
        content: column("content")?.parse().map_err(unreadable)?,
        message: message("message")?,
        reply_to: message("reply_to")?,
        at: date_of(Timestamp(number("at")?)),
    })
}
