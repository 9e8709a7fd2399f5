//! [`Outbox`]: what waits to be sent.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use telegraphist_domain::{ApprovalId, ChatId, ConversationId};
use uuid::Uuid;

use super::specimens::{delivery, delivery_id, lane, once};
use super::{Place, moment, session};
use crate::ports::{
    Attempted, Claimed, Clock, Deliveries, Delivery, DeliveryState, Lane, NewDelivery, Outbox, Queued, Urgency,
};

/// An outbox that can be looked into.
pub trait Post: Outbox + Deliveries {}

impl<S: Outbox + Deliveries> Post for S {}

pub(super) async fn queue(store: &impl Outbox, deliveries: &[NewDelivery]) {
    let queued = store.enqueue(deliveries).await.unwrap();
    assert!(queued.iter().all(|queued| queued.is_new));
}

/// The numbers of what is given in the first session.
pub(super) async fn claim(store: &impl Outbox, seconds: i64, busy: &[i64], limit: usize) -> Vec<u128> {
    let busy: Vec<_> = busy.iter().map(|chat| ChatId(*chat)).collect();
    numbers(&store.claim(session(1), moment(seconds), &busy, limit).await.unwrap())
}

pub(super) fn numbers(claimed: &[Claimed]) -> Vec<u128> {
    claimed.iter().map(|claimed| claimed.delivery.id.0.as_u128()).collect()
}

pub(super) async fn finish(store: &impl Outbox, number: u128, how: &Attempted) {
    store.finish(delivery_id(number), &[], how, moment(0)).await.unwrap();
}

pub(super) async fn send(store: &impl Outbox, number: u128) {
    finish(store, number, &sent(&[])).await;
}

pub(super) fn sent(message_ids: &[i32]) -> Attempted {
    Attempted::Sent { message_ids: message_ids.into() }
}

pub(super) fn again(seconds: i64) -> Attempted {
    Attempted::Again { not_before: moment(seconds), error: "Too Many Requests".into() }
}

pub(super) async fn found(store: &impl Deliveries, number: u128) -> Delivery {
    store.delivery(delivery_id(number)).await.unwrap().unwrap()
}

pub(super) async fn state(store: &impl Deliveries, number: u128) -> DeliveryState {
    found(store, number).await.state
}

fn since(date: DateTime<Utc>, seconds: u64) -> DateTime<Utc> {
    date + Duration::from_secs(seconds)
}

/// Whole, marked as being sent, and with its first attempt counted; also after a restart.
pub async fn a_delivery_is_given_as_it_was_queued(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let (conversation, approval) = (ConversationId(Uuid::from_u128(5)), ApprovalId(Uuid::from_u128(6)));
    let full = NewDelivery {
        urgency: Urgency::Interactive,
        operation: "send_card".into(),
        body: (0..=255).collect(),
        once: Some(once("a")),
        replaces: Some("card".into()),
        conversation: Some(conversation),
        approval: Some(approval),
        not_before: Some(moment(5)),
        expires: Some(moment(50)),
        ..delivery(1, -1_000_000_000_700)
    };
    queue(&store, std::slice::from_ref(&full)).await;
    let expected = Delivery {
        id: delivery_id(1),
        position: 1,
        lane: lane(-1_000_000_000_700),
        urgency: Urgency::Interactive,
        operation: "send_card".into(),
        once: Some(once("a")),
        conversation: Some(conversation),
        approval: Some(approval),
        queued: place.clock().now(),
        not_before: Some(moment(5)),
        ended: None,
        attempts: 0,
        state: DeliveryState::Queued,
        message_ids: Vec::new(),
        error: None,
    };
    assert_eq!(found(&store, 1).await, expected);
    let store = place.open().await;
    let claimed = store.claim(session(1), moment(9), &[], 9).await.unwrap();
    let delivery = Delivery { attempts: 1, state: DeliveryState::Sending, ..expected };
    assert!(claimed == [Claimed { delivery: delivery.clone(), body: full.body, parts: Vec::new() }]);
    assert_eq!(found(&place.open().await, 1).await, delivery);
}

/// In one list, later and by others; a lane, a principal and a key together are the key.
pub async fn the_same_key_is_queued_once_in_its_lane(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let keyed = |number, chat, key| NewDelivery { once: Some(once(key)), ..delivery(number, chat) };
    let queued = store.enqueue(&[keyed(1, 7, "a"), keyed(2, 7, "a"), delivery(3, 7), keyed(4, 8, "a")]).await.unwrap();
    let is = |number, is_new| Queued { id: delivery_id(number), is_new };
    assert_eq!(queued, [is(1, true), is(1, false), is(3, true), is(4, true)]);
    let mut of_another = keyed(5, 7, "a");
    of_another.once.as_mut().unwrap().principal = "ci".into();
    let elsewhere = NewDelivery { lane: Lane { session: session(2), ..lane(7) }, ..keyed(6, 7, "a") };
    // The same command again brings the same id, too.
    let queued =
        place.open().await.enqueue(&[keyed(1, 7, "a"), of_another, elsewhere, keyed(7, 8, "a")]).await.unwrap();
    assert_eq!(queued, [is(1, false), is(5, true), is(6, true), is(4, false)]);
    assert_eq!(store.delivery(delivery_id(2)).await.unwrap(), None);
    assert_eq!(store.delivery(delivery_id(7)).await.unwrap(), None);
    assert_eq!(claim(&store, 0, &[], 9).await, [1, 4]);
}

/// Everybody is told of the one that was first.
pub async fn one_of_many_with_the_same_key_is_queued(place: &impl Place<Store: Post>) {
    let (here, there) = (place.open().await, place.open().await);
    let attempts = (1..=16).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        let new = NewDelivery { once: Some(once("a")), ..delivery(number, 7) };
        async move { store.enqueue(&[new]).await.unwrap()[0] }
    });
    let answers = join_all(attempts).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_new).count(), 1);
    assert!(answers.iter().all(|answer| answer.id == answers[0].id));
    assert_eq!(claim(&here, 0, &[], 9).await.len(), 1);
    assert_eq!(here.backlog(None).await.unwrap().queued, 0);
}

/// One that cannot be queued takes its list with it.
pub async fn a_list_is_queued_whole_or_not_at_all(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &[delivery(1, 7), NewDelivery { replaces: Some("p".into()), ..delivery(2, 8) }]).await;
    let replacing = NewDelivery { replaces: Some("p".into()), ..delivery(3, 8) };
    assert!(store.enqueue(&[replacing, delivery(1, 9)]).await.is_err());
    assert_eq!(store.delivery(delivery_id(3)).await.unwrap(), None);
    assert_eq!(claim(&place.open().await, 0, &[], 9).await, [1, 2], "nothing was replaced either");
    assert_eq!(store.enqueue(&[]).await.unwrap(), []);
}

/// The next of a lane comes when the one before has come to its end, whatever that is.
pub async fn a_lane_is_sent_in_order_and_one_at_a_time(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &[delivery(2, 7), delivery(1, 7), delivery(3, 7), delivery(4, 8), delivery(5, 7)]).await;
    assert_eq!(claim(&store, 0, &[], 9).await, [2, 4]);
    assert_eq!(claim(&place.open().await, 0, &[], 9).await, [0; 0]);
    let error = || "Bad Request".to_owned();
    let ends = [
        (2, sent(&[5]), 1),
        (1, Attempted::Failed { error: error() }, 3),
        (3, Attempted::Unknown { error: error() }, 5),
    ];
    for (number, how, next) in ends {
        finish(&store, number, &how).await;
        assert_eq!(claim(&store, 0, &[], 9).await, [next]);
        assert_eq!(claim(&store, 0, &[], 9).await, [0; 0]);
    }
}

/// When its time has come it is older than what came after it, also if the clock was set back meanwhile.
pub async fn one_that_waits_for_its_time_holds_up_nobody(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let early = NewDelivery { not_before: Some(moment(30)), ..delivery(1, 7) };
    queue(&store, &[early, delivery(2, 7), delivery(3, 7), delivery(4, 7)]).await;
    assert_eq!(claim(&store, 29, &[], 9).await, [2]);
    send(&store, 2).await;
    assert_eq!(claim(&store, 31, &[7], 9).await, [0; 0], "the lane is busy when its time comes");
    assert_eq!(claim(&store, 29, &[], 9).await, [3], "and now it has not come yet");
    send(&store, 3).await;
    assert_eq!(claim(&store, 30, &[], 9).await, [1]);
    send(&store, 1).await;
    assert_eq!(claim(&store, 30, &[], 9).await, [4]);
}

/// Of equals, the one whose oldest has waited longest; a lane is as urgent as the most urgent that waits its turn in it.
pub async fn the_most_urgent_lane_goes_first(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let urgent = |number, chat, urgency| NewDelivery { urgency, ..delivery(number, chat) };
    queue(
        &store,
        &[
            urgent(1, 1, Urgency::Fleeting),
            urgent(2, 2, Urgency::Progress),
            urgent(3, 3, Urgency::Final),
            urgent(4, 4, Urgency::Final),
            urgent(5, 5, Urgency::Interactive),
            urgent(6, 6, Urgency::Progress),
            urgent(7, 4, Urgency::Interactive),
            NewDelivery { not_before: Some(moment(60)), ..urgent(8, 2, Urgency::Interactive) },
        ],
    )
    .await;
    assert_eq!(claim(&store, 0, &[], 3).await, [4, 5, 3]);
    send(&store, 4).await;
    assert_eq!(claim(&store, 0, &[], 9).await, [7, 2, 6, 1]);
}

/// And lanes of other sessions, and more than asked for.
pub async fn busy_lanes_are_left_out(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &(1..=6).map(|number| delivery(number, number as i64)).collect::<Vec<_>>()).await;
    queue(&store, &[NewDelivery { lane: Lane { session: session(2), chat: ChatId(2) }, ..delivery(7, 2) }]).await;
    assert_eq!(claim(&store, 0, &[1, 3, 99], 2).await, [2, 4]);
    assert_eq!(claim(&store, 0, &[1], 9).await, [3, 5, 6]);
    assert_eq!(claim(&store, 0, &[], 0).await, [0; 0]);
    assert_eq!(claim(&store, 0, &[], 9).await, [1]);
    let of_two = store.claim(session(2), moment(0), &[], 9).await.unwrap();
    assert_eq!(numbers(&of_two), [7]);
}

/// What still waits in the same lane with the same mark; what is being sent is not touched.
pub async fn what_a_newer_one_makes_pointless_is_replaced(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let marked = |number, chat, mark: &str| NewDelivery { replaces: Some(mark.into()), ..delivery(number, chat) };
    queue(&store, &[marked(1, 7, "p"), marked(2, 7, "q"), delivery(3, 7), marked(4, 8, "p"), marked(5, 7, "p")]).await;
    let replaced = found(&store, 1).await;
    assert_eq!((replaced.state, replaced.ended), (DeliveryState::Replaced, Some(place.clock().now())));
    assert_eq!(claim(&store, 0, &[], 9).await, [2, 4]);
    queue(&store, &[marked(6, 7, "q"), marked(7, 8, "p")]).await;
    assert_eq!(state(&store, 2).await, DeliveryState::Sending);
    finish(&store, 4, &again(0)).await;
    queue(&place.open().await, &[marked(8, 8, "p")]).await;
    for (number, expected) in [(4, DeliveryState::Replaced), (7, DeliveryState::Replaced), (8, DeliveryState::Queued)] {
        assert_eq!(state(&store, number).await, expected, "{number}");
    }
    for next in [3, 5, 6] {
        store.finish(delivery_id(2), &[], &sent(&[]), moment(0)).await.unwrap();
        assert_eq!(claim(&store, 0, &[8], 9).await, [next]);
        send(&store, next).await;
    }
}

/// After the moment that it names, tried before or not, whatever its lane does; what comes after it goes on.
pub async fn what_comes_too_late_expires(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let until = |number, chat, seconds| NewDelivery { expires: Some(moment(seconds)), ..delivery(number, chat) };
    queue(&store, &[until(1, 7, 10), until(2, 7, 20), until(3, 7, 10), delivery(4, 7), until(5, 8, 10)]).await;
    let early = NewDelivery { not_before: Some(moment(60)), ..until(6, 9, 10) };
    queue(&store, &[early, until(7, 10, 10)]).await;
    assert_eq!(claim(&store, 10, &[8, 10], 9).await, [1], "it is not after its time yet");
    finish(&store, 1, &again(30)).await;
    assert_eq!(claim(&store, 10, &[7, 8], 9).await, [7], "a try that began in time goes on");
    assert_eq!(claim(&store, 11, &[8], 9).await, [2]);
    for number in [1, 3, 5, 6] {
        let expired = found(&store, number).await;
        assert_eq!((expired.state, expired.ended), (DeliveryState::Expired, Some(moment(11))), "{number}");
    }
    assert_eq!(state(&store, 7).await, DeliveryState::Sending);
    send(&store, 2).await;
    assert_eq!(claim(&place.open().await, 11, &[], 9).await, [4]);
}

/// Of many that claim at once, also from different openings.
pub async fn no_delivery_is_given_to_two(place: &impl Place<Store: Post>) {
    let (here, there) = (place.open().await, place.open().await);
    queue(&here, &(1..=40).map(|number| delivery(number, (number % 20) as i64)).collect::<Vec<_>>()).await;
    let claims = (0..16).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        async move { claim(store, 0, &[], 3).await }
    });
    let mut given: Vec<_> = join_all(claims).await.into_iter().flatten().collect();
    given.sort_unstable();
    assert_eq!(given, (1..=20).collect::<Vec<_>>(), "the first of each lane, once");
}

/// Positions are counted on over everything that is queued, also after a restart and when all was forgotten.
pub async fn positions_of_deliveries_grow(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &[delivery(1, 7), delivery(2, 8)]).await;
    claim(&store, 0, &[], 9).await;
    send(&store, 1).await;
    send(&store, 2).await;
    store.forget_sent(since(moment(0), 1)).await.unwrap();
    assert_eq!(store.delivery(delivery_id(2)).await.unwrap(), None);
    let store = place.open().await;
    queue(&store, &[delivery(3, 7)]).await;
    assert_eq!(found(&store, 3).await.position, 3);
}
