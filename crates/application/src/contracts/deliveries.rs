//! [`Deliveries`]: what became of what was to be sent.

use std::time::Duration;

use telegraphist_domain::{ApprovalId, ChatId, SessionId};
use uuid::Uuid;

use super::outbox::{Post, claim, finish, found, queue, send, sent};
use super::specimens::{delivery, delivery_id, lane, once};
use super::{Place, moment, session};
use crate::ports::{
    Attempted, Backlog, Clock, Deliveries, DeliveryQuery, DeliveryState, Lane, NewDelivery, Once, Outbox, PartState,
};

fn in_session(number: u128, session: SessionId) -> NewDelivery {
    NewDelivery { lane: Lane { session, ..lane(number as i64) }, ..delivery(number, 0) }
}

/// Five deliveries to as many chats: sent, failed, dead, unknown and waiting.
async fn one_of_each(store: &impl Outbox) {
    queue(store, &(1..=5).map(|number| delivery(number, number as i64)).collect::<Vec<_>>()).await;
    claim(store, 0, &[5], 9).await;
    let why = || "why".to_owned();
    finish(store, 1, &sent(&[41])).await;
    finish(store, 2, &Attempted::Failed { error: why() }).await;
    finish(store, 3, &Attempted::Dead { error: why() }).await;
    finish(store, 4, &Attempted::Unknown { error: why() }).await;
}

/// Also after it was sent; none for what was never queued.
pub async fn a_delivery_says_what_it_says(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &[delivery(1, 7), NewDelivery { body: Vec::new(), ..delivery(2, 7) }]).await;
    claim(&store, 0, &[], 9).await;
    send(&store, 1).await;
    for store in [store, place.open().await] {
        assert!(store.body(delivery_id(1)).await.unwrap() == Some(delivery(1, 7).body));
        assert_eq!(store.body(delivery_id(2)).await.unwrap(), Some(Vec::new()));
        assert_eq!(store.body(delivery_id(77)).await.unwrap(), None);
        assert_eq!(store.delivery(delivery_id(77)).await.unwrap(), None);
    }
}

async fn listed(store: &impl Deliveries, query: &DeliveryQuery, limit: usize) -> Vec<u128> {
    let found = store.deliveries(query, limit).await.unwrap();
    found.into_iter().map(|delivery| delivery.id.0.as_u128()).collect()
}

/// By session and state, page by page, as they are now.
pub async fn the_newest_deliveries_are_listed_first(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    one_of_each(&store).await;
    queue(&store, &[in_session(6, session(2)), delivery(7, 7)]).await;
    let all = DeliveryQuery::default;
    let own = || DeliveryQuery { session: Some(session(1)), ..all() };
    let stuck = vec![DeliveryState::Failed, DeliveryState::Dead, DeliveryState::Unknown];
    for store in [&store, &place.open().await] {
        assert_eq!(listed(store, &all(), 9).await, [7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(listed(store, &all(), 2).await, [7, 6]);
        assert_eq!(listed(store, &own(), 9).await, [7, 5, 4, 3, 2, 1]);
        assert_eq!(listed(store, &DeliveryQuery { before: Some(6), ..own() }, 2).await, [5, 4]);
        assert_eq!(listed(store, &DeliveryQuery { states: stuck.clone(), ..all() }, 9).await, [4, 3, 2]);
        let page = DeliveryQuery { states: stuck.clone(), before: Some(4), ..own() };
        assert_eq!(listed(store, &page, 9).await, [3, 2]);
        let queued = DeliveryQuery { states: vec![DeliveryState::Queued], ..all() };
        assert_eq!(listed(store, &queued, 9).await, [7, 6, 5]);
        assert_eq!(listed(store, &DeliveryQuery { before: Some(1), ..all() }, 9).await, [0; 0]);
    }
    store.requeue(delivery_id(2), moment(0)).await.unwrap();
    assert_eq!(listed(&store, &own(), 2).await, [2, 7]);
    let newest = store.deliveries(&all(), 1).await.unwrap();
    assert_eq!(newest, [found(&store, 2).await]);
}

/// In whatever chat and state, newest first; with other wishes too.
pub async fn the_cards_of_a_question_are_listed(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let approval = |number| Some(ApprovalId(Uuid::from_u128(number)));
    let about = |number, chat, question| NewDelivery { approval: approval(question), ..delivery(number, chat) };
    queue(&store, &[about(1, 7, 5), about(2, 8, 5), about(3, 7, 6), delivery(4, 9), about(5, 8, 5)]).await;
    claim(&store, 0, &[8], 9).await;
    send(&store, 1).await;
    let of = |question| DeliveryQuery { approval: approval(question), ..DeliveryQuery::default() };
    for store in [store, place.open().await] {
        assert_eq!(listed(&store, &of(5), 9).await, [5, 2, 1]);
        assert_eq!(listed(&store, &of(5), 2).await, [5, 2]);
        assert_eq!(listed(&store, &of(6), 9).await, [3]);
        assert_eq!(listed(&store, &of(7), 9).await, [0; 0]);
        let sent = DeliveryQuery { states: vec![DeliveryState::Sent], ..of(5) };
        assert_eq!(listed(&store, &sent, 9).await, [1]);
        assert_eq!(listed(&store, &DeliveryQuery { before: Some(5), ..of(5) }, 9).await, [2, 1]);
        assert_eq!(listed(&store, &DeliveryQuery { session: Some(session(2)), ..of(5) }, 9).await, [0; 0]);
    }
}

/// In its chat, by any of its messages, also of one that was sent in part; the one that it was first.
pub async fn a_delivery_is_found_by_its_message(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &[delivery(1, 7), delivery(2, 8), delivery(3, 7), delivery(4, 9)]).await;
    claim(&store, 0, &[], 9).await;
    finish(&store, 1, &sent(&[40, 41])).await;
    finish(&store, 2, &sent(&[41])).await;
    claim(&store, 0, &[], 9).await;
    finish(&store, 3, &sent(&[41])).await;
    let part = PartState::Sent { message_id: Some(50), date: None };
    store.note_parts(delivery_id(4), &[(0, part), (1, PartState::Started { after: Some(51) })]).await.unwrap();
    for store in [&store, &place.open().await] {
        for (chat, message, number) in
            [(7, 40, Some(1)), (7, 41, Some(1)), (8, 41, Some(2)), (8, 40, None), (9, 50, Some(4)), (9, 51, None)]
        {
            let found = store.of_message(lane(chat), message).await.unwrap();
            assert_eq!(found.map(|delivery| delivery.id), number.map(delivery_id), "{chat} {message}");
        }
        let elsewhere = Lane { session: session(2), chat: ChatId(7) };
        assert_eq!(store.of_message(elsewhere, 41).await.unwrap(), None);
    }
    let whole = store.of_message(lane(7), 40).await.unwrap();
    assert_eq!(whole.unwrap(), found(&store, 1).await);
    assert_eq!(found(&store, 1).await.message_ids, [40, 41]);
}

/// Of all lanes, oldest first; of that principal.
pub async fn deliveries_are_found_by_their_key(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let keyed = |number, chat, key| NewDelivery { once: Some(once(key)), ..delivery(number, chat) };
    let elsewhere = NewDelivery { once: Some(once("a")), ..in_session(4, session(2)) };
    queue(&store, &[keyed(3, 9, "a"), keyed(1, 7, "a"), keyed(2, 8, "b"), elsewhere, delivery(5, 7)]).await;
    for store in [store, place.open().await] {
        let of_key = store.of_key(&once("a")).await.unwrap();
        assert!(of_key.iter().map(|delivery| delivery.id).eq([3, 1, 4].map(delivery_id)));
        assert_eq!(of_key[1], found(&store, 1).await);
        let of_another = Once { principal: "ci".into(), key: "a".into() };
        assert_eq!(store.of_key(&of_another).await.unwrap(), []);
    }
}

/// In a session, and in all of them.
pub async fn the_backlog_is_counted(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    assert_eq!(store.backlog(None).await.unwrap(), Backlog::default());
    one_of_each(&store).await;
    queue(&store, &[delivery(6, 6), in_session(7, session(2))]).await;
    claim(&store, 0, &[5], 9).await;
    let own = Backlog { queued: 1, sending: 1, stuck: 3, next: None };
    for store in [store, place.open().await] {
        assert_eq!(store.backlog(Some(session(1))).await.unwrap(), own);
        assert_eq!(store.backlog(None).await.unwrap(), Backlog { queued: 2, ..own });
        let other = Backlog { queued: 1, ..Backlog::default() };
        assert_eq!(store.backlog(Some(session(2))).await.unwrap(), other);
        assert_eq!(store.backlog(Some(session(3))).await.unwrap(), Backlog::default());
    }
}

/// The first one that is later than now, of those that were never tried and of those to be tried again.
pub async fn the_next_time_is_known(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let later = |seconds| place.clock().now() + Duration::from_secs(seconds);
    let timed = |number, seconds| NewDelivery { not_before: Some(later(seconds)), ..delivery(number, number as i64) };
    queue(&store, &[timed(1, 60), timed(2, 30), delivery(3, 3), timed(4, 0)]).await;
    store.claim(session(1), later(0), &[ChatId(4)], 9).await.unwrap();
    let next = async |store: &_, session| Deliveries::backlog(store, session).await.unwrap().next;
    assert_eq!(next(&store, None).await, Some(later(30)));
    let failed = Attempted::Again { not_before: later(10), error: "why".into() };
    finish(&store, 3, &failed).await;
    for store in [&store, &place.open().await] {
        assert_eq!(next(store, Some(session(1))).await, Some(later(10)));
        assert_eq!(next(store, Some(session(2))).await, None);
        let after = async |number, seconds| store.next_time(session(number), later(seconds)).await.unwrap();
        assert_eq!(after(1, 0).await, Some(later(10)));
        assert_eq!(after(1, 10).await, Some(later(30)), "that very moment is not later");
        assert_eq!((after(1, 60).await, after(2, 0).await), (None, None));
    }
    place.clock().advance(Duration::from_secs(30));
    assert_eq!(next(&store, None).await, Some(later(30)), "what could be sent by now waits for no time");
    place.clock().advance(Duration::from_secs(30));
    assert_eq!(next(&store, None).await, None);
}

/// With its key, message and body; what is stuck, waits or ended later stays.
pub async fn what_was_sent_is_forgotten_by_its_date(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    one_of_each(&store).await;
    let keyed = |number| NewDelivery { once: Some(once("a")), replaces: Some("p".into()), ..delivery(number, 9) };
    queue(&store, &[keyed(6), NewDelivery { once: None, ..keyed(7) }]).await;
    queue(&store, &[NewDelivery { expires: Some(moment(-9)), ..delivery(8, 10) }, delivery(9, 11)]).await;
    claim(&store, 0, &[5, 9], 9).await;
    store.finish(delivery_id(9), &[], &sent(&[43]), moment(5)).await.unwrap();
    // The replaced one ended by the store's clock, which is earlier.
    store.forget_sent(moment(0)).await.unwrap();
    assert_eq!(listed(&store, &DeliveryQuery::default(), 9).await, [9, 8, 7, 5, 4, 3, 2, 1]);
    store.forget_sent(moment(5)).await.unwrap();
    let store = place.open().await;
    assert_eq!(listed(&store, &DeliveryQuery::default(), 9).await, [9, 7, 5, 4, 3, 2]);
    assert_eq!(store.body(delivery_id(1)).await.unwrap(), None);
    assert_eq!(store.of_message(lane(1), 41).await.unwrap(), None);
    assert_eq!(store.of_key(&once("a")).await.unwrap(), []);
    let queued = store.enqueue(&[NewDelivery { replaces: None, ..keyed(10) }]).await.unwrap();
    assert!(queued[0].is_new, "its key is free");
}
