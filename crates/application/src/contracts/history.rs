//! [`Outbox`]: any history of it keeps order within each lane, gives nothing to two, and loses nothing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use telegraphist_domain::ChatId;

use super::outbox::Post;
use super::specimens::{delivery, delivery_id, once};
use super::{Place, moment, session};
use crate::ports::{Attempted, Deliveries, DeliveryState, NewDelivery, Outbox, Urgency};

/// Something that happens to an outbox.
#[derive(Debug, Clone)]
pub enum Step {
    /// Something is to be sent.
    Enqueue {
        /// To which chat.
        chat: u8,
        /// How urgent it is.
        urgency: u8,
        /// Under one of few keys.
        key: Option<u8>,
        /// Making pointless what has the same mark.
        mark: Option<u8>,
        /// After so many seconds.
        delay: Option<u8>,
        /// Within so many seconds.
        expires: Option<u8>,
    },
    /// Somebody asks what can be sent.
    Claim {
        /// But not there.
        busy: Option<u8>,
        /// At most so many.
        limit: u8,
    },
    /// An attempt ends, one of those that are under way.
    Finish(Index, End),
    /// Something that is stuck is queued again.
    Requeue(Index),
    /// The process starts anew.
    Restart,
    /// Time passes, or the clock is set back.
    Wait(i8),
}

/// How an attempt ends.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// Well.
    Sent,
    /// It is tried again after so many seconds.
    Again(u8),
    /// Badly.
    Failed,
    /// Nobody knows.
    Unknown,
}

fn step() -> impl Strategy<Value = Step> {
    let some = |most: u8| proptest::option::weighted(0.3, 0..most);
    let end = prop_oneof![4 => Just(End::Sent), 2 => (0..20_u8).prop_map(End::Again), 1 => Just(End::Failed), 1 => Just(End::Unknown)];
    prop_oneof![
        8 => (0..4_u8, 0..4_u8, some(6), some(3), some(30), some(40)).prop_map(
            |(chat, urgency, key, mark, delay, expires)| Step::Enqueue { chat, urgency, key, mark, delay, expires }
        ),
        6 => (proptest::option::weighted(0.2, 0..4_u8), 0..5_u8).prop_map(|(busy, limit)| Step::Claim { busy, limit }),
        6 => (any::<Index>(), end).prop_map(|(which, end)| Step::Finish(which, end)),
        1 => any::<Index>().prop_map(Step::Requeue),
        1 => Just(Step::Restart),
        2 => (-5..20_i8).prop_map(Step::Wait),
    ]
}

/// Checks many histories, each in a place of its own.
///
/// # Panics
///
/// With the shortest history that breaks a promise.
pub fn any_history_keeps_order_and_loses_nothing<P: Place<Store: Post>>(cases: u32, place: impl Fn() -> P) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let checked = TestRunner::new(config).run(&vec(step(), 1..60), |steps| {
        runtime.block_on(async {
            let place = place();
            let mut history = History::new(&place).await;
            for step in steps {
                history.take(step).await?;
            }
            history.come_to_its_end().await
        })
    });
    checked.unwrap_or_else(|failure| panic!("{failure}"));
}

/// An outbox, and what somebody who only watches knows about it.
struct History<'a, P: Place> {
    place: &'a P,
    store: P::Store,
    now: i64,
    seen: BTreeMap<u128, Seen>,
    /// The order in which they were queued, or queued again.
    line: Vec<u128>,
}

struct Seen {
    new: NewDelivery,
    state: DeliveryState,
    attempts: u32,
    not_before: Option<i64>,
    expires: Option<i64>,
}

impl Seen {
    /// Whether it waits its turn at that moment, or holds up its lane.
    fn is_in_line(&self, now: i64) -> bool {
        self.state == DeliveryState::Queued && (self.attempts > 0 || self.not_before.is_none_or(|at| at <= now))
    }
}

type Checked = Result<(), TestCaseError>;

impl<'a, P: Place<Store: Post>> History<'a, P> {
    async fn new(place: &'a P) -> Self {
        Self { place, store: place.open().await, now: 0, seen: BTreeMap::new(), line: Vec::new() }
    }

    fn in_state(&self, is_meant: impl Fn(DeliveryState) -> bool) -> Vec<u128> {
        self.seen.iter().filter(|(_, seen)| is_meant(seen.state)).map(|(number, _)| *number).collect()
    }

    async fn take(&mut self, step: Step) -> Checked {
        match step {
            Step::Enqueue { chat, urgency, key, mark, delay, expires } => {
                let urgencies = [Urgency::Interactive, Urgency::Final, Urgency::Progress, Urgency::Fleeting];
                let number = self.seen.len() as u128 + 1;
                let not_before = delay.map(|seconds| self.now + i64::from(seconds));
                let expires = expires.map(|seconds| self.now + i64::from(seconds));
                let new = NewDelivery {
                    urgency: urgencies[usize::from(urgency)],
                    once: key.map(|key| once(&key.to_string())),
                    replaces: mark.map(|mark| mark.to_string()),
                    not_before: not_before.map(moment),
                    expires: expires.map(moment),
                    ..delivery(number, chat.into())
                };
                self.enqueue(number, Seen { new, state: DeliveryState::Queued, attempts: 0, not_before, expires }).await
            }
            Step::Claim { busy, limit } => {
                self.claim(busy.map(|chat| ChatId(chat.into())), limit.into()).await.map(|_| ())
            }
            Step::Finish(which, end) => {
                let under_way = self.in_state(|state| state == DeliveryState::Sending);
                if !under_way.is_empty() {
                    self.finish(*which.get(&under_way), end).await;
                }
                Ok(())
            }
            Step::Requeue(which) => {
                let stuck = self.in_state(DeliveryState::is_stuck);
                if !stuck.is_empty() {
                    self.requeue(*which.get(&stuck)).await?;
                }
                Ok(())
            }
            Step::Restart => self.restart().await,
            Step::Wait(seconds) => {
                self.now += i64::from(seconds);
                Ok(())
            }
        }
    }

    async fn enqueue(&mut self, number: u128, seen: Seen) -> Checked {
        let queued = self.store.enqueue(std::slice::from_ref(&seen.new)).await.unwrap()[0];
        let is_same = |other: &Seen| {
            other.new.once.is_some() && (other.new.lane, &other.new.once) == (seen.new.lane, &seen.new.once)
        };
        let earlier = self.seen.values().find(|other| is_same(other)).map(|other| other.new.id);
        prop_assert_eq!((queued.id, queued.is_new), (earlier.unwrap_or(seen.new.id), earlier.is_none()));
        if queued.is_new {
            for other in self.seen.values_mut().filter(|other| other.state == DeliveryState::Queued) {
                let is_pointless = other.new.lane == seen.new.lane && other.new.replaces == seen.new.replaces;
                if is_pointless && seen.new.replaces.is_some() {
                    other.state = DeliveryState::Replaced;
                }
            }
            self.seen.insert(number, seen);
            self.line.push(number);
        }
        Ok(())
    }

    /// Whatever is given is what should be given, in every lane; and nothing that should be given is kept back.
    async fn claim(&mut self, busy: Option<ChatId>, limit: usize) -> Result<usize, TestCaseError> {
        let claimed = self.store.claim(session(1), moment(self.now), busy.as_slice(), limit).await.unwrap();
        for seen in self.seen.values_mut().filter(|seen| seen.state == DeliveryState::Queued) {
            if seen.expires.is_some_and(|expires| expires < self.now) {
                seen.state = DeliveryState::Expired;
            }
        }
        let ready = self.ready(busy);
        let given: Vec<_> = claimed.iter().map(|claimed| claimed.delivery.id.0.as_u128()).collect();
        prop_assert_eq!(&given, &ready[..ready.len().min(limit)]);
        for (number, claimed) in given.iter().zip(&claimed) {
            let seen = self.seen.get_mut(number).unwrap();
            seen.state = DeliveryState::Sending;
            seen.attempts += 1;
            prop_assert_eq!(claimed.delivery.attempts, seen.attempts);
            prop_assert!(claimed.body == seen.new.body);
        }
        Ok(given.len())
    }

    /// What can be sent, in the order in which it is to be.
    fn ready(&self, busy: Option<ChatId>) -> Vec<u128> {
        let mut lanes: BTreeMap<ChatId, Vec<u128>> = BTreeMap::new();
        for number in &self.line {
            let seen = &self.seen[number];
            if seen.is_in_line(self.now) {
                lanes.entry(seen.new.lane.chat).or_default().push(*number);
            }
        }
        let under_way = self.in_state(|state| state == DeliveryState::Sending);
        let held: BTreeSet<_> = under_way.iter().map(|number| self.seen[number].new.lane.chat).chain(busy).collect();
        let mut ready: Vec<_> = lanes
            .into_iter()
            .filter(|(chat, line)| {
                !held.contains(chat) && self.seen[&line[0]].not_before.is_none_or(|not_before| not_before <= self.now)
            })
            .map(|(_, line)| (line.iter().map(|number| self.seen[number].new.urgency).min(), line[0]))
            .collect();
        ready.sort_by_key(|(urgency, number)| (*urgency, self.line.iter().position(|other| other == number)));
        ready.into_iter().map(|(_, number)| number).collect()
    }

    async fn finish(&mut self, number: u128, end: End) {
        let seen = self.seen.get_mut(&number).unwrap();
        let error = "why".to_owned();
        let (state, how) = match end {
            End::Sent => (DeliveryState::Sent, Attempted::Sent { message_ids: vec![1] }),
            End::Again(seconds) => {
                let not_before = self.now + i64::from(seconds);
                seen.not_before = Some(not_before);
                (DeliveryState::Queued, Attempted::Again { not_before: moment(not_before), error })
            }
            End::Failed => (DeliveryState::Failed, Attempted::Failed { error }),
            End::Unknown => (DeliveryState::Unknown, Attempted::Unknown { error }),
        };
        seen.state = state;
        self.store.finish(delivery_id(number), &[], &how, moment(self.now)).await.unwrap();
    }

    async fn requeue(&mut self, number: u128) -> Checked {
        prop_assert!(self.store.requeue(delivery_id(number), moment(self.now)).await.unwrap());
        let seen = self.seen.get_mut(&number).unwrap();
        (seen.state, seen.attempts, seen.not_before) = (DeliveryState::Queued, 0, None);
        self.line.retain(|other| *other != number);
        self.line.push(number);
        Ok(())
    }

    async fn restart(&mut self) -> Checked {
        self.store = self.place.open().await;
        let recovered = self.store.recover(session(1), moment(self.now)).await.unwrap();
        let recovered: BTreeSet<_> = recovered.into_iter().map(|delivery| delivery.id.0.as_u128()).collect();
        prop_assert_eq!(recovered, self.in_state(|state| state == DeliveryState::Sending).into_iter().collect());
        for seen in self.seen.values_mut().filter(|seen| seen.state == DeliveryState::Sending) {
            seen.state = DeliveryState::Unknown;
        }
        Ok(())
    }

    /// Everything is where it should be, and what waits is sent when its time has come.
    async fn come_to_its_end(mut self) -> Checked {
        for (number, seen) in &self.seen {
            let delivery = self.store.delivery(delivery_id(*number)).await.unwrap().unwrap();
            prop_assert_eq!((delivery.state, delivery.attempts), (seen.state, seen.attempts), "{}", number);
        }
        for number in self.in_state(|state| state == DeliveryState::Sending) {
            self.finish(number, End::Sent).await;
        }
        self.now += 1_000;
        while self.claim(None, usize::MAX).await? > 0 {
            for number in self.in_state(|state| state == DeliveryState::Sending) {
                self.finish(number, End::Sent).await;
            }
        }
        prop_assert_eq!(self.in_state(|state| !state.is_final()), Vec::<u128>::new());
        Ok(())
    }
}
