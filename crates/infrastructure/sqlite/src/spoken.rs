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
use crate::statement::insert;

/// The kind of their positions.
pub(crate) const POSITIONS: &str = "spoken";

const HEAD: &str = "INSERT INTO spoken (position, conversation, person, delivery, content, message, reply_to, at) ";

/// Adds those that the events tell of.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    conversation: &Conversation,
    events: &[ConversationEvent],
) -> Result<(), StoreError> {
    let added: Vec<_> = events.iter().filter_map(added).collect();
    if added.is_empty() {
        return Ok(());
    }
    let positions = positions::next_of(connection, POSITIONS, added.len()).await?;
    let rows: Vec<_> = positions.zip(added).collect();
    insert(connection, HEAD, &rows, |row, (position, said)| {
        row.push_bind(*position).push_bind(conversation.id.to_string()).push_bind(said.person);
        row.push_bind(said.delivery.clone()).push_bind(said.content.clone()).push_bind(said.message);
        row.push_bind(said.reply_to).push_bind(said.at);
    })
    .await
}

/// A message as its row has it.
struct Added {
    person: Option<i64>,
    delivery: Option<String>,
    content: String,
    message: Option<i32>,
    reply_to: Option<i32>,
    at: i64,
}

fn added(event: &ConversationEvent) -> Option<Added> {
    let ConversationEvent::MessageAdded { author, content, message, reply_to, at } = event else { return None };
    let (person, delivery) = match author {
        Author::Person(user) => (Some(user.0), None),
        Author::Agent(delivery) => (None, Some(delivery.to_string())),
    };
    Some(Added {
        person,
        delivery,
        content: content.to_string(),
        message: message.map(|message| message.0),
        reply_to: reply_to.map(|message| message.0),
        at: at.0,
    })
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
