//! How attempts end, and what comes after.

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use telegraphist_application::ports::{Attempted, CUT_SHORT, Delivery, DeliveryState, PartState, StoreError};
use telegraphist_domain::{DeliveryId, SessionId};

use super::{POSITIONS, lanes};
use crate::errors::{store_error, unreadable};
use crate::statement::{Statement, insert};
use crate::{delivery_rows, positions};

pub(super) async fn note_parts(
    connection: &mut SqliteConnection,
    id: DeliveryId,
    parts: &[(u32, PartState)],
) -> Result<(), StoreError> {
    for (part, state) in parts {
        let message = match state {
            PartState::Sent { message_id, .. } => *message_id,
            PartState::Started { .. } | PartState::Unsent => None,
        };
        sqlx::query(
            "INSERT INTO outbox_parts (delivery, part, state, message) SELECT id, ?2, ?3, ?4 FROM outbox WHERE id = ?1
             ON CONFLICT (delivery, part) DO UPDATE SET state = excluded.state, message = excluded.message",
        )
        .bind(id.to_string())
        .bind(part)
        .bind(serde_json::to_string(state).map_err(unreadable)?)
        .bind(message)
        .run(connection)
        .await?;
    }
    Ok(())
}

/// Where a delivery is: session and chat.
type Lane = (String, i64);

pub(super) async fn finish(
    connection: &mut SqliteConnection,
    id: DeliveryId,
    parts: &[(u32, PartState)],
    how: &Attempted,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (state, error, not_before) = match how {
        Attempted::Sent { .. } => (DeliveryState::Sent, None, None),
        Attempted::Again { not_before, error } => (DeliveryState::Queued, Some(error), Some(not_before)),
        Attempted::Failed { error } => (DeliveryState::Failed, Some(error), None),
        Attempted::Dead { error } => (DeliveryState::Dead, Some(error), None),
        Attempted::Unknown { error } => (DeliveryState::Unknown, Some(error), None),
    };
    let lane: Option<Lane> = sqlx::query_as(
        "UPDATE outbox SET state = ?2, error = ?3, not_before = coalesce(?4, not_before), ended = ?5
         WHERE id = ?1 AND state = 'sending' RETURNING session, chat",
    )
    .bind(id.to_string())
    .bind(state.as_str())
    .bind(error)
    .bind(not_before.map(DateTime::timestamp_micros))
    .bind(state.is_final().then(|| now.timestamp_micros()))
    .fetch_optional(&mut *connection)
    .await
    .map_err(store_error)?;
    let Some((session, chat)) = lane else { return Ok(()) };
    note_parts(connection, id, parts).await?;
    if let Attempted::Sent { message_ids } = how {
        note_messages(connection, id, message_ids).await?;
    }
    lanes::refresh(connection, &session, chat).await
}

async fn note_messages(
    connection: &mut SqliteConnection,
    id: DeliveryId,
    message_ids: &[i32],
) -> Result<(), StoreError> {
    let rows: Vec<(i64, i32)> = (0_i64..).zip(message_ids.iter().copied()).collect();
    insert(connection, "INSERT INTO outbox_messages (delivery, number, message) ", &rows, |row, (number, message)| {
        row.push_bind(id.to_string()).push_bind(*number).push_bind(*message);
    })
    .await
}

pub(super) async fn recover(
    connection: &mut SqliteConnection,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<Vec<Delivery>, StoreError> {
    let session = session.to_string();
    let mut recovered: Vec<(i64, i64)> = sqlx::query_as(
        "UPDATE outbox SET state = 'unknown', error = ?2, ended = ?3 WHERE session = ?1 AND state = 'sending'
         RETURNING position, chat",
    )
    .bind(&session)
    .bind(CUT_SHORT)
    .bind(now.timestamp_micros())
    .fetch_all(&mut *connection)
    .await
    .map_err(store_error)?;
    recovered.sort_unstable();
    lanes::refresh_all(connection, &session, recovered.iter().map(|(_, chat)| *chat)).await?;
    let mut deliveries = Vec::with_capacity(recovered.len());
    for (position, _) in recovered {
        deliveries.push(delivery_rows::at(connection, position).await?);
    }
    Ok(deliveries)
}

pub(super) async fn requeue(
    connection: &mut SqliteConnection,
    id: DeliveryId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let id = id.to_string();
    let position = positions::next(connection, POSITIONS).await?;
    let lane: Option<Lane> = sqlx::query_as(
        "UPDATE outbox SET position = ?2, queued = ?3, not_before = NULL, ended = NULL, attempts = 0,
             state = 'queued', is_early = 0, error = NULL
         WHERE id = ?1 AND state IN ('failed', 'dead', 'unknown') RETURNING session, chat",
    )
    .bind(&id)
    .bind(position)
    .bind(now.timestamp_micros())
    .fetch_optional(&mut *connection)
    .await
    .map_err(store_error)?;
    let Some((session, chat)) = lane else { return Ok(false) };
    // Whoever asks for it has looked, and takes the risk: what may have been sent is sent again.
    let unsent = serde_json::to_string(&PartState::Unsent).map_err(unreadable)?;
    sqlx::query(
        "UPDATE outbox_parts SET state = ?2 WHERE delivery = ?1 AND message IS NULL AND state LIKE '%started%'",
    )
    .bind(&id)
    .bind(unsent)
    .run(&mut *connection)
    .await?;
    lanes::refresh(connection, &session, chat).await?;
    Ok(true)
}
