//! Something more to be sent.

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use telegraphist_application::ports::{NewDelivery, Queued, StoreError};
use telegraphist_application::sealing::VaultKey;
use telegraphist_domain::DeliveryId;

use super::{POSITIONS, TABLE, lanes};
use crate::errors::{store_error, unreadable};
use crate::statement::Statement;
use crate::{delivery_rows, positions};

/// A delivery as it is stored.
pub(crate) struct SealedDelivery {
    /// Its body is sealed.
    new: NewDelivery,
    id: String,
    session: String,
}

impl SealedDelivery {
    pub(crate) fn new(key: &VaultKey, new: &NewDelivery) -> Self {
        let id = new.id.to_string();
        let body = key.seal(TABLE, &id, &new.body);
        Self { session: new.lane.session.to_string(), new: NewDelivery { body, ..new.clone() }, id }
    }
}

/// Queues one, or names the earlier one that has its key in its lane.
pub(crate) async fn enqueue(
    connection: &mut SqliteConnection,
    delivery: &SealedDelivery,
    now: DateTime<Utc>,
) -> Result<Queued, StoreError> {
    if let Some(earlier) = earlier(connection, delivery).await? {
        return Ok(Queued { id: earlier, is_new: false });
    }
    replace(connection, delivery, now).await?;
    insert(connection, delivery, now).await?;
    lanes::refresh(connection, &delivery.session, delivery.new.lane.chat.0).await?;
    Ok(Queued { id: delivery.new.id, is_new: true })
}

async fn earlier(
    connection: &mut SqliteConnection,
    delivery: &SealedDelivery,
) -> Result<Option<DeliveryId>, StoreError> {
    let Some(once) = &delivery.new.once else { return Ok(None) };
    let id: Option<String> =
        sqlx::query_scalar("SELECT id FROM outbox WHERE principal = ? AND key = ? AND session = ? AND chat = ?")
            .bind(&once.principal)
            .bind(&once.key)
            .bind(&delivery.session)
            .bind(delivery.new.lane.chat.0)
            .fetch_optional(connection)
            .await
            .map_err(store_error)?;
    id.map(|id| id.parse().map_err(unreadable)).transpose()
}

/// Ends what it makes pointless.
async fn replace(
    connection: &mut SqliteConnection,
    delivery: &SealedDelivery,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(mark) = &delivery.new.replaces else { return Ok(()) };
    sqlx::query(
        "UPDATE outbox SET state = 'replaced', ended = ?4
         WHERE session = ?1 AND chat = ?2 AND replaces = ?3 AND state = 'queued'",
    )
    .bind(&delivery.session)
    .bind(delivery.new.lane.chat.0)
    .bind(mark)
    .bind(now.timestamp_micros())
    .run(connection)
    .await
}

async fn insert(
    connection: &mut SqliteConnection,
    SealedDelivery { new, id, session }: &SealedDelivery,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(concat!(
        positions::take!(),
        "INSERT INTO outbox (position, id, session, chat, urgency, operation, principal, key, replaces,
             conversation, approval, queued, not_before, expires, is_early)
         VALUES (",
        positions::taken!(),
        ", ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
         INSERT INTO outbox_bodies (delivery, sealed) VALUES (?, ?)"
    ))
    .bind(POSITIONS)
    .bind(POSITIONS)
    .bind(id)
    .bind(session)
    .bind(new.lane.chat.0)
    .bind(delivery_rows::number_of(new.urgency))
    .bind(&new.operation)
    .bind(new.once.as_ref().map(|once| &once.principal))
    .bind(new.once.as_ref().map(|once| &once.key))
    .bind(&new.replaces)
    .bind(new.conversation.map(|id| id.to_string()))
    .bind(new.approval.map(|id| id.to_string()))
    .bind(now.timestamp_micros())
    .bind(new.not_before.map(|date| date.timestamp_micros()))
    .bind(new.expires.map(|date| date.timestamp_micros()))
    .bind(new.not_before.is_some_and(|not_before| not_before > now))
    .bind(id)
    .bind(&new.body)
    .run(connection)
    .await
}
