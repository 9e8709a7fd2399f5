//! Something more to be sent.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;
use telegraphist_application::ports::{NewDelivery, Queued, StoreError};
use telegraphist_application::sealing::VaultKey;
use telegraphist_domain::DeliveryId;

use super::{POSITIONS, TABLE, lanes};
use crate::errors::{store_error, unreadable};
use crate::statement::{self, Statement};
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

/// Queues them in their order, or names for each the earlier one that has its key in its lane.
pub(crate) async fn enqueue(
    connection: &mut SqliteConnection,
    deliveries: &[SealedDelivery],
    now: DateTime<Utc>,
) -> Result<Vec<Queued>, StoreError> {
    let mut known = earlier(connection, deliveries).await?;
    let mut new = Vec::with_capacity(deliveries.len());
    let mut queued = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let id = delivery.new.id;
        match delivery.once().map(|once| known.entry(once)) {
            Some(Entry::Occupied(earlier)) => {
                queued.push(Queued { id: *earlier.get(), is_new: false });
                continue;
            }
            Some(Entry::Vacant(free)) => drop(free.insert(id)),
            None => {}
        }
        queued.push(Queued { id, is_new: true });
        new.push(delivery);
    }
    for run in runs(&new) {
        replace(connection, run, now).await?;
        insert(connection, run, now).await?;
    }
    let lanes: BTreeSet<(&str, i64)> = new.iter().map(|delivery| delivery.lane()).collect();
    for (session, chat) in lanes {
        lanes::refresh(connection, session, chat).await?;
    }
    Ok(queued)
}

/// A key, and the lane in which it counts once: principal, key, session, chat.
type OnceIn = (String, String, String, i64);

impl SealedDelivery {
    fn lane(&self) -> (&str, i64) {
        (&self.session, self.new.lane.chat.0)
    }

    fn once(&self) -> Option<OnceIn> {
        let (session, chat) = self.lane();
        self.new.once.as_ref().map(|once| (once.principal.clone(), once.key.clone(), session.to_owned(), chat))
    }

    /// What it makes pointless: lane and mark.
    fn mark(&self) -> Option<((&str, i64), &str)> {
        Some((self.lane(), self.new.replaces.as_deref()?))
    }
}

/// Which of their keys were used before, and by which delivery. Each is looked up by `outbox_by_key`.
pub(super) const EARLIER: &str = "
    SELECT principal, outbox.key, session, chat, outbox.id FROM json_each(?) CROSS JOIN outbox
    ON principal = value ->> 0 AND outbox.key = value ->> 1 AND session = value ->> 2 AND chat = value ->> 3";

async fn earlier(
    connection: &mut SqliteConnection,
    deliveries: &[SealedDelivery],
) -> Result<HashMap<OnceIn, DeliveryId>, StoreError> {
    let wanted: Vec<OnceIn> = deliveries.iter().filter_map(SealedDelivery::once).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, String, String, i64, String)> = sqlx::query_as(EARLIER)
        .bind(serde_json::to_string(&wanted).map_err(unreadable)?)
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    let known = rows.into_iter().map(|(principal, key, session, chat, id)| {
        Ok(((principal, key, session, chat), id.parse().map_err(unreadable)?))
    });
    known.collect()
}

/// Splits them where one makes an earlier one of them pointless, which has to be there by then.
fn runs<'a>(new: &'a [&'a SealedDelivery]) -> Vec<&'a [&'a SealedDelivery]> {
    let mut runs = Vec::new();
    let (mut start, mut marks) = (0, HashSet::new());
    for (at, delivery) in new.iter().enumerate() {
        let Some(mark) = delivery.mark() else { continue };
        if !marks.insert(mark) {
            runs.push(&new[start..at]);
            start = at;
            marks = HashSet::from([mark]);
        }
    }
    runs.push(&new[start..]);
    runs
}

/// Ends what they make pointless.
async fn replace(
    connection: &mut SqliteConnection,
    deliveries: &[&SealedDelivery],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for ((session, chat), mark) in deliveries.iter().filter_map(|delivery| delivery.mark()) {
        sqlx::query(
            "UPDATE outbox SET state = 'replaced', ended = ?4
             WHERE session = ?1 AND chat = ?2 AND replaces = ?3 AND state = 'queued'",
        )
        .bind(session)
        .bind(chat)
        .bind(mark)
        .bind(now.timestamp_micros())
        .run(connection)
        .await?;
    }
    Ok(())
}

const HEAD: &str = "INSERT INTO outbox (position, id, session, chat, urgency, operation, principal, key, replaces,
     conversation, approval, queued, not_before, expires, is_early) ";
const BODIES: &str = "INSERT INTO outbox_bodies (delivery, sealed) ";

async fn insert(
    connection: &mut SqliteConnection,
    deliveries: &[&SealedDelivery],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let positions = positions::next_of(connection, POSITIONS, deliveries.len()).await?;
    let rows: Vec<_> = positions.zip(deliveries).collect();
    statement::insert(connection, HEAD, &rows, |row, (position, SealedDelivery { new, id, session })| {
        row.push_bind(*position).push_bind(id.clone()).push_bind(session.clone()).push_bind(new.lane.chat.0);
        row.push_bind(delivery_rows::number_of(new.urgency)).push_bind(new.operation.clone());
        row.push_bind(new.once.as_ref().map(|once| once.principal.clone()));
        row.push_bind(new.once.as_ref().map(|once| once.key.clone()));
        row.push_bind(new.replaces.clone());
        row.push_bind(new.conversation.map(|id| id.to_string())).push_bind(new.approval.map(|id| id.to_string()));
        row.push_bind(now.timestamp_micros());
        row.push_bind(new.not_before.map(|date| date.timestamp_micros()));
        row.push_bind(new.expires.map(|date| date.timestamp_micros()));
        row.push_bind(new.not_before.is_some_and(|not_before| not_before > now));
    })
    .await?;
    statement::insert(connection, BODIES, deliveries, |row, SealedDelivery { new, id, .. }| {
        row.push_bind(id.clone()).push_bind(new.body.clone());
    })
    .await
}
