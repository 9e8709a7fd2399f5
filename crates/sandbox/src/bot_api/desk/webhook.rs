//! A webhook: where a bot's updates are taken, which may go now, and what became of the others.
//!
//! Updates about one chat go one after another; chats do not wait for each other. An update that was not taken is tried again until it is too
//! old.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::value::RawValue;

use super::Queue;

/// The longest wait between two tries, in milliseconds.
const PAUSE_MAX: i64 = 60_000;
/// The longest wait that a program may ask for, in seconds.
const ASKED_MAX: i64 = 3_600;
/// A program that says for so long that it is gone is believed, in milliseconds.
const GONE_FOR: i64 = 23 * 60 * 60 * 1_000;

/// Where updates are taken, instead of being fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// The address.
    pub(crate) url: String,
    /// Proves to the program that it is really told by the server.
    pub(crate) secret: Option<String>,
    /// So many at once.
    pub(crate) connections_max: usize,
    /// The program's certificate is its own.
    pub(crate) certificate: bool,
    /// The address of the machine, if the bot names one.
    pub(crate) ip: Option<String>,
}

/// The state of a bot's webhook.
#[derive(Debug, Default)]
pub(crate) struct Webhook {
    /// Where updates are taken.
    pub(crate) target: Target,
    /// Why an update was not taken last, and when.
    pub(crate) last_error: Option<(i32, String)>,
    /// What is being taken at this moment: updates, and what they are about.
    under_way: HashMap<i64, i64>,
    /// Updates that were not taken.
    failures: HashMap<i64, Failure>,
    gone_since: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Failure {
    tries: u32,
    again_at: i64,
}

/// An update on its way.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// Its number.
    pub(crate) id: i64,
    /// All of it as JSON.
    pub(crate) text: Arc<RawValue>,
    /// Where to.
    pub(crate) target: Target,
}

/// What is to be done.
pub(crate) enum Next {
    /// Take this there.
    Take(Delivery),
    /// Nothing before this moment, if there is one.
    Wait(Option<i64>),
    /// This webhook is there no more.
    Over,
}

/// What became of a delivery.
#[derive(Debug)]
pub(crate) enum Taken {
    /// The program has it.
    Yes,
    /// It has not; why, and after how many seconds it wants to be asked again.
    No { why: String, after: Option<i64>, gone: bool },
}

impl Webhook {
    pub(super) fn new(target: Target) -> Self {
        Self { target, ..Self::default() }
    }
}

impl Queue {
    /// Sets a webhook, or takes it away; whoever waits for updates is told so. Returns the number of this webhook.
    pub(crate) fn set_webhook(&mut self, target: Option<Target>) -> u64 {
        self.webhook_number += 1;
        if target.is_some() {
            self.end_poll(super::super::answer::ApiError::conflict("terminated by setWebhook request"));
        }
        self.webhook = target.map(Webhook::new);
        self.wake();
        self.webhook_number
    }

    /// The next update that may be taken to the webhook with this number. With `disorder` the newest goes first, whatever it is about.
    pub(crate) fn next_delivery(&mut self, number: u64, now: i64, disorder: bool) -> Next {
        self.waiting.retain(|update| update.expires > now);
        let Some(webhook) = self.webhook.as_mut().filter(|_| self.webhook_number == number) else { return Next::Over };
        if webhook.under_way.len() >= webhook.target.connections_max {
            return Next::Wait(None);
        }
        if disorder {
            let newest = self.waiting.iter().rev().find(|update| !webhook.under_way.contains_key(&update.id));
            return newest.map_or(Next::Wait(None), |update| webhook.take(update));
        }
        let mut seen: BTreeSet<i64> = webhook.under_way.values().copied().collect();
        let mut again_at: Option<i64> = None;
        for update in &self.waiting {
            // Whatever is about the same waits for the first.
            if !seen.insert(update.about) {
                continue;
            }
            match webhook.failures.get(&update.id).map(|failure| failure.again_at).filter(|at| *at > now) {
                Some(at) => again_at = Some(again_at.map_or(at, |earliest| earliest.min(at))),
                None => return webhook.take(update),
            }
        }
        Next::Wait(again_at)
    }

    /// Notes what became of a delivery.
    pub(crate) fn settle(&mut self, number: u64, id: i64, taken: Taken, now: i64) {
        let Some(webhook) = self.webhook.as_mut().filter(|_| self.webhook_number == number) else { return };
        webhook.under_way.remove(&id);
        match taken {
            Taken::Yes => {
                webhook.failures.remove(&id);
                webhook.gone_since = None;
                self.waiting.retain(|update| update.id != id);
            }
            Taken::No { why, after, gone } => {
                webhook.fail(id, now, after);
                webhook.last_error = Some((i32::try_from(now.div_euclid(1_000)).unwrap_or(i32::MAX), why));
                let since = gone.then(|| webhook.gone_since.unwrap_or(now));
                webhook.gone_since = since;
                if since.is_some_and(|since| now - since >= GONE_FOR) {
                    self.set_webhook(None);
                }
            }
        }
        self.wake();
    }
}

impl Webhook {
    fn take(&mut self, update: &super::Stored) -> Next {
        self.under_way.insert(update.id, update.about);
        Next::Take(Delivery { id: update.id, text: Arc::clone(&update.text), target: self.target.clone() })
    }

    fn fail(&mut self, id: i64, now: i64, after: Option<i64>) {
        let tries = self.failures.get(&id).map_or(0, |failure| failure.tries) + 1;
        let pause = match after {
            Some(seconds) => seconds.clamp(0, ASKED_MAX) * 1_000,
            None => pause_after(tries),
        };
        self.failures.insert(id, Failure { tries, again_at: now + pause });
    }
}

/// At once after the first failure; then after 2, 4, 8 seconds and so on.
fn pause_after(tries: u32) -> i64 {
    if tries <= 1 { 0 } else { 1_000_i64.saturating_mul(1 << (tries - 1).min(10)).min(PAUSE_MAX) }
}

#[cfg(test)]
mod tests {
    use super::super::UpdateKind;
    use super::*;
    use crate::bot_api::json::Object;

    const NOW: i64 = 1_000_000;

    fn queue(about: &[i64]) -> (Queue, u64) {
        let mut queue = Queue::default();
        for about in about {
            queue.append(UpdateKind::Message, *about, &Object::new(), NOW);
        }
        let target = Target { url: "http://127.0.0.1/".to_owned(), connections_max: 40, ..Target::default() };
        let number = queue.set_webhook(Some(target));
        (queue, number)
    }

    fn take(queue: &mut Queue, number: u64, now: i64) -> Option<i64> {
        match queue.next_delivery(number, now, false) {
            Next::Take(delivery) => Some(delivery.id - FIRST),
            Next::Wait(_) | Next::Over => None,
        }
    }

    const FIRST: i64 = 100_000;

    fn failed() -> Taken {
        Taken::No { why: "x".to_owned(), after: None, gone: false }
    }

    #[test]
    fn one_chat_is_told_in_order_and_others_do_not_wait() {
        let (mut queue, number) = queue(&[7, 7, 8]);
        assert_eq!(take(&mut queue, number, NOW), Some(0));
        assert_eq!(take(&mut queue, number, NOW), Some(2));
        assert_eq!(take(&mut queue, number, NOW), None);
        queue.settle(number, FIRST, Taken::Yes, NOW);
        assert_eq!(take(&mut queue, number, NOW), Some(1));
    }

    #[test]
    fn what_failed_is_tried_again_and_holds_up_its_chat() {
        let (mut queue, number) = queue(&[7, 7]);
        for pause in [0, 2_000, 4_000] {
            assert_eq!(take(&mut queue, number, NOW + 100_000), Some(0));
            queue.settle(number, FIRST, failed(), NOW);
            if pause > 0 {
                assert_eq!(take(&mut queue, number, NOW + pause - 1), None);
                let Next::Wait(Some(at)) = queue.next_delivery(number, NOW, false) else { panic!("it waits") };
                assert_eq!(at, NOW + pause);
            }
        }
        assert_eq!(pause_after(100), PAUSE_MAX);
    }

    #[test]
    fn a_program_may_ask_for_time() {
        let (mut queue, number) = queue(&[7]);
        take(&mut queue, number, NOW);
        queue.settle(number, FIRST, Taken::No { why: String::new(), after: Some(30), gone: false }, NOW);
        assert_eq!(take(&mut queue, number, NOW + 29_999), None);
        assert_eq!(take(&mut queue, number, NOW + 30_000), Some(0));
    }

    #[test]
    fn a_program_that_is_gone_for_a_day_is_not_told_any_more() {
        let (mut queue, number) = queue(&[7]);
        take(&mut queue, number, NOW);
        let gone = || Taken::No { why: String::new(), after: None, gone: true };
        queue.settle(number, FIRST, gone(), NOW);
        assert!(queue.webhook.is_some());
        queue.settle(number, FIRST, gone(), NOW + GONE_FOR);
        assert!(queue.webhook.is_none());
    }

    #[test]
    fn an_old_webhook_takes_nothing() {
        let (mut queue, number) = queue(&[7]);
        queue.set_webhook(None);
        assert!(matches!(queue.next_delivery(number, NOW, false), Next::Over));
    }

    #[test]
    fn no_more_are_under_way_than_the_bot_wants() {
        let (mut queue, number) = queue(&[1, 2, 3]);
        if let Some(webhook) = &mut queue.webhook {
            webhook.target.connections_max = 2;
        }
        assert_eq!([(); 3].map(|()| take(&mut queue, number, NOW)), [Some(0), Some(1), None]);
    }

    proptest::proptest! {
        /// Whatever fails and however answers overtake each other, each chat is told everything once and in order.
        #[test]
        fn every_chat_is_told_everything_in_order(
            about in proptest::collection::vec(0_i64..4, 1..20),
            luck in proptest::collection::vec((0_usize..8, proptest::bool::ANY), 0..80),
        ) {
            let (mut queue, number) = queue(&about);
            let (mut now, mut under_way, mut told) = (NOW, Vec::new(), Vec::new());
            // Behind the drawn answers, everything is taken.
            for (place, is_taken) in luck.into_iter().chain((0..80).map(|_| (0, true))) {
                while under_way.len() < about.len() && let Some(id) = take(&mut queue, number, now) {
                    under_way.push(id);
                }
                now += PAUSE_MAX;
                if under_way.is_empty() {
                    continue;
                }
                let id = under_way.remove(place % under_way.len());
                queue.settle(number, FIRST + id, if is_taken { Taken::Yes } else { failed() }, now);
                told.extend(is_taken.then_some(id));
            }
            for chat in 0..4 {
                let of_chat = |id: &&i64| about[usize::try_from(**id).unwrap_or(0)] == chat;
                let heard: Vec<i64> = told.iter().filter(of_chat).copied().collect();
                let all: Vec<i64> = (0_i64..).zip(&about).filter(|(_, about)| **about == chat).map(|(id, _)| id).collect();
                proptest::prop_assert_eq!(heard, all);
            }
        }
    }
}
