//! What can be sent now.

use sqlx::{Row, SqliteConnection};
use telegraphist_application::ports::{Delivery, PartState, StoreError};

use super::lanes;
use crate::delivery_rows;
use crate::errors::{store_error, unreadable};

/// What is asked for.
pub(super) struct Turn {
    pub(super) session: String,
    pub(super) now: i64,
    /// Chats that are left out, as a JSON list.
    pub(super) busy: String,
    pub(super) limit: i64,
}

/// What is given, with its body sealed.
pub(super) struct SealedClaim {
    pub(super) delivery: Delivery,
    pub(super) sealed: Vec<u8>,
    pub(super) parts: Vec<(u32, PartState)>,
}

/// The lanes whose turn it is. `outbox_lanes_by_turn` has all of it in this order, so that nothing is sorted and what is
/// read are the lanes that are given, and those before them that are busy or wait to be tried again.
macro_rules! turns {
    () => {
        "SELECT chat, oldest FROM outbox_lanes
         WHERE session = ?1 AND due <= ?2 AND chat NOT IN (SELECT value FROM json_each(?3))
         ORDER BY urgency, oldest LIMIT ?4"
    };
}

const TURNS: &str = turns!();

/// What time has done to those that wait, and then whose turn it is; where time did something, it gives the chat and no
/// oldest. First ends what is not to be sent any more: a range of `outbox_expiring`, which holds only what waits and can
/// expire. Then puts in line what waited for its time: a range of `outbox_never_tried`, which holds only what was given a
/// time. Then takes out of line what waits for its time again, since the clock was set back: the same index.
const TIME_AND_TURNS: &str = concat!(
    "UPDATE outbox SET state = 'expired', ended = ?2 WHERE session = ?1 AND state = 'queued' AND expires < ?2
     RETURNING chat, NULL;
     UPDATE outbox SET is_early = 0
     WHERE session = ?1 AND state = 'queued' AND attempts = 0 AND not_before IS NOT NULL
         AND is_early = 1 AND not_before <= ?2
     RETURNING chat, NULL;
     UPDATE outbox SET is_early = 1
     WHERE session = ?1 AND state = 'queued' AND attempts = 0 AND not_before IS NOT NULL
         AND is_early = 0 AND not_before > ?2
     RETURNING chat, NULL;",
    turns!()
);

/// By the primary keys. Something is under way in the lane then, so it has no row.
const MARK: &str = concat!(
    "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE position = ?1;
     DELETE FROM outbox_lanes WHERE session = ?2 AND chat = ?3;",
    delivery_rows::select!(
        "JOIN outbox_bodies ON delivery = id WHERE position = ?1";
        ", sealed, (SELECT json_group_array(json_array(part, state)) FROM
             (SELECT part, state FROM outbox_parts WHERE delivery = outbox.id ORDER BY part)) AS parts"
    )
);

/// Every query of a claim that could run over more than one row, for a look at its plan.
#[cfg(test)]
pub(crate) const QUERIES: [&str; 2] = [TIME_AND_TURNS, lanes::WRITE];

pub(super) async fn claim(connection: &mut SqliteConnection, turn: &Turn) -> Result<Vec<SealedClaim>, StoreError> {
    let mut lanes = looked(connection, TIME_AND_TURNS, turn).await?;
    if lanes.iter().any(|(_, oldest)| oldest.is_none()) {
        let changed = lanes.iter().filter(|(_, oldest)| oldest.is_none()).map(|(chat, _)| *chat);
        lanes::refresh_all(connection, &turn.session, changed).await?;
        lanes = looked(connection, TURNS, turn).await?;
    }
    let mut claimed = Vec::with_capacity(lanes.len());
    for (chat, oldest) in lanes {
        let position = oldest.ok_or_else(|| unreadable("a lane has nobody in line"))?;
        claimed.push(mark(connection, &turn.session, chat, position).await?);
    }
    Ok(claimed)
}

/// Chats, and the positions of those whose turn it is.
async fn looked(
    connection: &mut SqliteConnection,
    query: &'static str,
    turn: &Turn,
) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
    sqlx::query_as(query)
        .bind(&turn.session)
        .bind(turn.now)
        .bind(&turn.busy)
        .bind(turn.limit)
        .fetch_all(connection)
        .await
        .map_err(store_error)
}

async fn mark(
    connection: &mut SqliteConnection,
    session: &str,
    chat: i64,
    position: i64,
) -> Result<SealedClaim, StoreError> {
    let row = sqlx::query(MARK)
        .bind(position)
        .bind(session)
        .bind(chat)
        .fetch_one(&mut *connection)
        .await
        .map_err(store_error)?;
    let delivery = delivery_rows::delivery(&row)?;
    let sealed = row.try_get("sealed").map_err(store_error)?;
    let parts: String = row.try_get("parts").map_err(store_error)?;
    let parts: Vec<(u32, String)> = serde_json::from_str(&parts).map_err(unreadable)?;
    let parts = parts.into_iter().map(|(part, state)| Ok((part, serde_json::from_str(&state).map_err(unreadable)?)));
    Ok(SealedClaim { delivery, sealed, parts: parts.collect::<Result<_, StoreError>>()? })
}
