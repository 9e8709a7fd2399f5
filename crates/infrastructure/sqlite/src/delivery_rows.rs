//! Rows of deliveries.

use chrono::DateTime;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use telegraphist_application::ports::{Delivery, DeliveryState, Lane, Once, StoreError, Urgency};
use telegraphist_domain::{ChatId, SessionId};

use crate::errors::{store_error, unreadable};

/// Selects what [`delivery`] reads, and more.
macro_rules! select {
    ($rest:literal; $more:literal) => {
        concat!(
            "SELECT position, id, session, chat, urgency, operation, principal, key, conversation, approval, queued,
                 not_before, ended, attempts, outbox.state AS state, error,
                 (SELECT json_group_array(message) FROM
                     (SELECT message FROM outbox_messages WHERE delivery = outbox.id ORDER BY number)) AS messages",
            $more,
            " FROM outbox ",
            $rest
        )
    };
    ($rest:literal) => {
        $crate::delivery_rows::select!($rest; "")
    };
}
pub(crate) use select;

/// The more urgent, the lower.
pub(crate) fn number_of(urgency: Urgency) -> i64 {
    match urgency {
        Urgency::Interactive => 0,
        Urgency::Final => 1,
        Urgency::Progress => 2,
        Urgency::Fleeting => 3,
    }
}

fn urgency_of(number: i64) -> Result<Urgency, StoreError> {
    let all = [Urgency::Interactive, Urgency::Final, Urgency::Progress, Urgency::Fleeting];
    let found = all.into_iter().find(|urgency| number_of(*urgency) == number);
    found.ok_or_else(|| unreadable(format!("there is no urgency {number}")))
}

fn state_named(name: &str) -> Result<DeliveryState, StoreError> {
    let all = [
        DeliveryState::Queued,
        DeliveryState::Sending,
        DeliveryState::Sent,
        DeliveryState::Failed,
        DeliveryState::Dead,
        DeliveryState::Unknown,
        DeliveryState::Replaced,
        DeliveryState::Expired,
    ];
    let found = all.into_iter().find(|state| state.as_str() == name);
    found.ok_or_else(|| unreadable(format!("there is no state {name}")))
}

/// The delivery at a position that has one.
pub(crate) async fn at(connection: &mut SqliteConnection, position: i64) -> Result<Delivery, StoreError> {
    let row =
        sqlx::query(select!("WHERE position = ?")).bind(position).fetch_one(connection).await.map_err(store_error)?;
    delivery(&row)
}

pub(crate) fn delivery(row: &SqliteRow) -> Result<Delivery, StoreError> {
    let text = |column| row.try_get::<String, _>(column).map_err(store_error);
    let optional = |column| row.try_get::<Option<String>, _>(column).map_err(store_error);
    let number = |column| row.try_get::<i64, _>(column).map_err(store_error);
    let date = |column| {
        let micros: Option<i64> = row.try_get(column).map_err(store_error)?;
        Ok::<_, StoreError>(micros.map(|micros| DateTime::from_timestamp_micros(micros).unwrap_or_default()))
    };
    let once = optional("principal")?.zip(optional("key")?).map(|(principal, key)| Once { principal, key });
    Ok(Delivery {
        id: text("id")?.parse().map_err(unreadable)?,
        position: number("position")?.unsigned_abs(),
        lane: Lane { session: SessionId(text("session")?.parse().map_err(unreadable)?), chat: ChatId(number("chat")?) },
        urgency: urgency_of(number("urgency")?)?,
        operation: text("operation")?,
        once,
        conversation: optional("conversation")?.map(|id| id.parse().map_err(unreadable)).transpose()?,
        approval: optional("approval")?.map(|id| id.parse().map_err(unreadable)).transpose()?,
        queued: date("queued")?.unwrap_or_default(),
        not_before: date("not_before")?,
        ended: date("ended")?,
        attempts: row.try_get("attempts").map_err(store_error)?,
        state: state_named(&text("state")?)?,
        message_ids: serde_json::from_str(&text("messages")?).map_err(unreadable)?,
        error: optional("error")?,
    })
}
