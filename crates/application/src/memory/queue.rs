use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use telegraphist_domain::{ChatId, DeliveryId, SessionId};

use crate::ports::{
    Attempted, CUT_SHORT, Claimed, Delivery, DeliveryState, Lane, NewDelivery, Once, PartState, Queued, StoreError,
    Urgency,
};

/// Deliveries by position, which is the order in which they wait.
#[derive(Default)]
pub(super) struct Queue {
    newest: u64,
    rows: BTreeMap<u64, Row>,
    positions: HashMap<DeliveryId, u64>,
    keys: HashMap<(Lane, Once), DeliveryId>,
}

/// A delivery with all that is known about it.
pub(super) struct Row {
    pub(super) delivery: Delivery,
    pub(super) body: Vec<u8>,
    pub(super) parts: BTreeMap<u32, PartState>,
    replaces: Option<String>,
    expires: Option<DateTime<Utc>>,
}

/// An id that is there already.
#[derive(Debug, thiserror::Error)]
#[error("a delivery has the id of another")]
pub(super) struct SameId;

impl From<SameId> for StoreError {
    fn from(cause: SameId) -> Self {
        Self::Unavailable(Box::new(cause))
    }
}

/// A lane as a claim finds it.
struct Turn {
    position: u64,
    urgency: Urgency,
    is_held_up: bool,
}

impl Row {
    fn waits(&self) -> bool {
        self.delivery.state == DeliveryState::Queued
    }

    fn is_early(&self, now: DateTime<Utc>) -> bool {
        self.delivery.not_before.is_some_and(|not_before| not_before > now)
    }

    fn end(&mut self, state: DeliveryState, now: DateTime<Utc>) {
        self.delivery.state = state;
        self.delivery.ended = Some(now);
    }

    /// Failed attempts leave their reason.
    fn finish(&mut self, how: &Attempted, now: DateTime<Utc>) {
        let (state, error) = match how {
            Attempted::Sent { .. } => (DeliveryState::Sent, None),
            Attempted::Again { error, .. } => (DeliveryState::Queued, Some(error)),
            Attempted::Failed { error } => (DeliveryState::Failed, Some(error)),
            Attempted::Dead { error } => (DeliveryState::Dead, Some(error)),
            Attempted::Unknown { error } => (DeliveryState::Unknown, Some(error)),
        };
        self.delivery.error = error.cloned();
        match how {
            Attempted::Again { not_before, .. } => {
                self.delivery.state = state;
                self.delivery.not_before = Some(*not_before);
            }
            Attempted::Sent { message_ids } => {
                self.delivery.message_ids.clone_from(message_ids);
                self.end(state, now);
            }
            Attempted::Failed { .. } | Attempted::Dead { .. } | Attempted::Unknown { .. } => self.end(state, now),
        }
    }

    fn claim(&mut self) -> Claimed {
        self.delivery.state = DeliveryState::Sending;
        self.delivery.attempts += 1;
        let parts = self.parts.iter().map(|(part, state)| (*part, state.clone())).collect();
        Claimed { delivery: self.delivery.clone(), body: self.body.clone(), parts }
    }
}

impl Queue {
    pub(super) fn row(&self, id: DeliveryId) -> Option<&Row> {
        self.rows.get(self.positions.get(&id)?)
    }

    fn row_mut(&mut self, id: DeliveryId) -> Option<&mut Row> {
        self.rows.get_mut(self.positions.get(&id)?)
    }

    /// Oldest first.
    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.values()
    }

    /// The delivery that one of these has the key of, also where it is another of these.
    pub(super) fn earlier_of(&self, deliveries: &[NewDelivery]) -> Option<DeliveryId> {
        let mut keys: HashMap<(Lane, &Once), DeliveryId> = HashMap::new();
        deliveries.iter().find_map(|new| {
            let once = new.once.as_ref()?;
            let earlier = self.keys.get(&(new.lane, once.clone())).copied();
            earlier.or_else(|| keys.insert((new.lane, once), new.id))
        })
    }

    pub(super) fn enqueue(&mut self, deliveries: &[NewDelivery], now: DateTime<Utc>) -> Result<Vec<Queued>, SameId> {
        self.check_ids(deliveries)?;
        Ok(deliveries.iter().map(|new| self.enqueue_one(new, now)).collect())
    }

    /// What has a key that was used before is not queued, so its id may be that of the earlier one.
    fn check_ids(&self, deliveries: &[NewDelivery]) -> Result<(), SameId> {
        let (mut ids, mut keys) = (HashSet::new(), HashSet::new());
        let is_new = |new: &&NewDelivery| {
            let key = new.once.as_ref().map(|once| (new.lane, once.clone()));
            key.is_none_or(|key| !self.keys.contains_key(&key) && keys.insert(key))
        };
        let mut new = deliveries.iter().filter(is_new);
        if new.all(|new| !self.positions.contains_key(&new.id) && ids.insert(new.id)) { Ok(()) } else { Err(SameId) }
    }

    fn enqueue_one(&mut self, new: &NewDelivery, now: DateTime<Utc>) -> Queued {
        if let Some(once) = &new.once {
            let key = (new.lane, once.clone());
            if let Some(earlier) = self.keys.get(&key) {
                return Queued { id: *earlier, is_new: false };
            }
            self.keys.insert(key, new.id);
        }
        for row in self.rows.values_mut().filter(|row| row.waits() && row.delivery.lane == new.lane) {
            if row.replaces.is_some() && row.replaces == new.replaces {
                row.end(DeliveryState::Replaced, now);
            }
        }
        let delivery = Delivery {
            id: new.id,
            position: 0,
            lane: new.lane,
            urgency: new.urgency,
            operation: new.operation.clone(),
            once: new.once.clone(),
            conversation: new.conversation,
            approval: new.approval,
            queued: now,
            not_before: new.not_before,
            ended: None,
            attempts: 0,
            state: DeliveryState::Queued,
            message_ids: Vec::new(),
            error: None,
        };
        let (body, replaces, expires) = (new.body.clone(), new.replaces.clone(), new.expires);
        self.put_last(Row { delivery, body, parts: BTreeMap::new(), replaces, expires });
        Queued { id: new.id, is_new: true }
    }

    fn put_last(&mut self, mut row: Row) {
        self.newest += 1;
        row.delivery.position = self.newest;
        self.positions.insert(row.delivery.id, self.newest);
        self.rows.insert(self.newest, row);
    }

    pub(super) fn claim(
        &mut self,
        session: SessionId,
        now: DateTime<Utc>,
        busy: &[ChatId],
        limit: usize,
    ) -> Vec<Claimed> {
        self.expire(session, now);
        let mut turns: Vec<_> = self.turns(session, now).into_values().filter(|turn| !turn.is_held_up).collect();
        turns.sort_by_key(|turn| (turn.urgency, turn.position));
        let rows = &mut self.rows;
        let ready = turns.iter().filter_map(|turn| {
            let is_busy = busy.contains(&rows.get(&turn.position)?.delivery.lane.chat);
            if is_busy { None } else { rows.get_mut(&turn.position).map(Row::claim) }
        });
        ready.take(limit).collect()
    }

    fn expire(&mut self, session: SessionId, now: DateTime<Utc>) {
        for row in self.rows.values_mut().filter(|row| row.waits() && row.delivery.lane.session == session) {
            if row.expires.is_some_and(|expires| expires < now) {
                row.end(DeliveryState::Expired, now);
            }
        }
    }

    /// What waits its turn in each lane.
    fn turns(&self, session: SessionId, now: DateTime<Utc>) -> BTreeMap<Lane, Turn> {
        let mut turns = BTreeMap::new();
        for (position, row) in self.rows.iter().filter(|(_, row)| row.delivery.lane.session == session) {
            let Delivery { lane, urgency, state, attempts, .. } = row.delivery;
            let is_sending = state == DeliveryState::Sending;
            let is_to_be_retried = row.waits() && row.is_early(now) && attempts > 0;
            if is_sending || (row.waits() && (attempts > 0 || !row.is_early(now))) {
                let first = Turn { position: *position, urgency, is_held_up: is_to_be_retried };
                let turn = turns.entry(lane).or_insert(first);
                turn.urgency = turn.urgency.min(urgency);
                turn.is_held_up |= is_sending;
            }
        }
        turns
    }

    pub(super) fn note_parts(&mut self, id: DeliveryId, parts: &[(u32, PartState)]) {
        if let Some(row) = self.row_mut(id) {
            row.parts.extend(parts.iter().cloned());
        }
    }

    pub(super) fn finish(&mut self, id: DeliveryId, parts: &[(u32, PartState)], how: &Attempted, now: DateTime<Utc>) {
        if let Some(row) = self.row_mut(id).filter(|row| row.delivery.state == DeliveryState::Sending) {
            row.parts.extend(parts.iter().cloned());
            row.finish(how, now);
        }
    }

    pub(super) fn recover(&mut self, session: SessionId, now: DateTime<Utc>) -> Vec<Delivery> {
        let is_cut_short =
            |row: &&mut Row| row.delivery.state == DeliveryState::Sending && row.delivery.lane.session == session;
        let recovered = self.rows.values_mut().filter(is_cut_short).map(|row| {
            row.finish(&Attempted::Unknown { error: CUT_SHORT.to_owned() }, now);
            row.delivery.clone()
        });
        recovered.collect()
    }

    pub(super) fn requeue(&mut self, id: DeliveryId, now: DateTime<Utc>) -> bool {
        let is_stuck = |row: &Row| row.delivery.state.is_stuck();
        let Some(position) = self.positions.get(&id).filter(|position| self.rows.get(position).is_some_and(is_stuck))
        else {
            return false;
        };
        let Some(mut row) = self.rows.remove(position) else {
            return false;
        };
        let Delivery { queued, not_before, ended, attempts, state, error, .. } = &mut row.delivery;
        (*queued, *not_before, *ended, *attempts, *state, *error) = (now, None, None, 0, DeliveryState::Queued, None);
        // Whoever asks for it has looked, and takes the risk: what may have been sent is sent again.
        for part in row.parts.values_mut().filter(|part| matches!(part, PartState::Started { .. })) {
            *part = PartState::Unsent;
        }
        self.put_last(row);
        true
    }

    /// Forgets some, with their keys.
    pub(super) fn forget(&mut self, is_meant: impl Fn(&Delivery) -> bool) {
        self.rows.retain(|_, row| !is_meant(&row.delivery));
        let rows = &self.rows;
        self.positions.retain(|_, position| rows.contains_key(position));
        let positions = &self.positions;
        self.keys.retain(|_, id| positions.contains_key(id));
    }
}
