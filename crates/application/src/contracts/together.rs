//! [`Together`]: what is written with events.

use futures::future::join_all;
use telegraphist_domain::{Approval, Conversation, Session, SessionKind};

use super::Place;
use super::specimens::{AT, Specimen, Streams, content, content_id, delivery, delivery_id, lane, once, place_in};
use crate::ports::{AppendError, Contents, Deliveries, EventStore, NewDelivery, Outbox, Together, Version};

/// A store that keeps what comes with events.
pub trait Whole: Streams + Contents + Outbox + Deliveries {}

impl<S: Streams + Contents + Outbox + Deliveries> Whole for S {}

fn both(number: u128) -> Together {
    Together { contents: vec![content(number)], deliveries: vec![delivery(number, 7)] }
}

fn keyed(number: u128, chat: i64, key: &str) -> NewDelivery {
    NewDelivery { once: Some(once(key)), ..delivery(number, chat) }
}

/// To a stream that is not there yet.
async fn append<A: Specimen>(
    store: &impl EventStore<A>,
    number: u128,
    events: &[A::Event],
    together: &Together,
) -> Result<Version, AppendError> {
    store.append(A::id(number), Version(0), events, together).await
}

/// Whether text and delivery of that number are there, which are both or none.
async fn is_kept(store: &(impl Contents + Deliveries), number: u128) -> bool {
    let is_said = store.content(content_id(number)).await.unwrap().is_some();
    let is_queued = store.delivery(delivery_id(number)).await.unwrap().is_some();
    assert_eq!(is_said, is_queued, "half of {number} is there");
    is_said
}

/// With every kind of stream, at once and after a restart.
pub async fn texts_and_deliveries_are_kept_with_their_events(place: &impl Place<Store: Whole>) {
    kept_with_events::<Session>(place, 1).await;
    kept_with_events::<Conversation>(place, 2).await;
    kept_with_events::<Approval>(place, 3).await;
}

async fn kept_with_events<A: Specimen>(
    place: &impl Place<Store: EventStore<A> + Contents + Outbox + Deliveries>,
    number: u128,
) {
    let store = place.open().await;
    append::<A>(&store, number, &A::born(number), &both(number)).await.unwrap();
    for store in [store, place.open().await] {
        assert!(is_kept(&store, number).await);
        assert_eq!(store.body(delivery_id(number)).await.unwrap().unwrap(), delivery(number, 7).body);
    }
}

/// Whoever decided on an old state, or wants what another has, leaves nothing behind.
pub async fn a_refused_append_keeps_nothing(place: &impl Place<Store: Whole>) {
    a_conflict_keeps_nothing::<Session>(place, 1).await;
    a_conflict_keeps_nothing::<Conversation>(place, 2).await;
    a_conflict_keeps_nothing::<Approval>(place, 3).await;

    let store = place.open().await;
    let same_name = Session::create(Session::id(4), "session-1".parse().unwrap(), SessionKind::User, AT);
    let taken = append::<Session>(&store, 4, &same_name, &both(4)).await;
    assert!(matches!(taken, Err(AppendError::NameTaken)));
    let same_place = Conversation::start(Conversation::id(4), place_in(2), "claude-code".into(), AT);
    let taken = append::<Conversation>(&store, 4, &same_place, &both(5)).await;
    assert!(matches!(taken, Err(AppendError::NameTaken)));
    assert!(!is_kept(&store, 4).await && !is_kept(&store, 5).await);
}

async fn a_conflict_keeps_nothing<A: Specimen>(
    place: &impl Place<Store: EventStore<A> + Contents + Outbox + Deliveries>,
    number: u128,
) {
    let store = place.open().await;
    append::<A>(&store, number, &A::born(number), &Together::default()).await.unwrap();
    let refused = append::<A>(&store, number, &A::born(number), &both(number)).await;
    assert!(matches!(refused, Err(AppendError::Conflict)));
    assert!(!is_kept(&store, number).await);
}

/// The earlier delivery is named, and neither events nor texts nor other deliveries are kept.
pub async fn a_key_that_was_used_before_appends_nothing(place: &impl Place<Store: Whole>) {
    let store = place.open().await;
    store.enqueue(&[keyed(1, 7, "a")]).await.unwrap();
    a_used_key_appends_nothing::<Session>(place, 10).await;
    a_used_key_appends_nothing::<Conversation>(place, 20).await;
    a_used_key_appends_nothing::<Approval>(place, 30).await;
}

async fn a_used_key_appends_nothing<A: Specimen>(
    place: &impl Place<Store: EventStore<A> + Contents + Outbox + Deliveries>,
    number: u128,
) {
    let store = place.open().await;
    let deliveries = vec![delivery(number, 7), keyed(number + 1, 7, "a")];
    let together = Together { contents: vec![content(number)], deliveries };
    let refused = append::<A>(&store, number, &A::born(number), &together).await;
    assert!(matches!(refused, Err(AppendError::AlreadyQueued(earlier)) if earlier == delivery_id(1)), "{refused:?}");
    assert!(store.load(A::id(number)).await.unwrap().is_none());
    assert!(!is_kept(&store, number).await && !is_kept(&store, number + 1).await);

    let twice = Together { deliveries: vec![keyed(number, 8, "b"), keyed(number + 1, 8, "b")], contents: Vec::new() };
    let refused = append::<A>(&store, number, &A::born(number), &twice).await;
    assert!(matches!(refused, Err(AppendError::AlreadyQueued(earlier)) if earlier == delivery_id(number)));
    assert!(store.delivery(delivery_id(number)).await.unwrap().is_none());

    let elsewhere = Together { deliveries: vec![keyed(number, number as i64, "a")], contents: Vec::new() };
    append::<A>(&store, number, &A::born(number), &elsewhere).await.unwrap();
    assert_eq!(store.delivery(delivery_id(number)).await.unwrap().unwrap().lane, lane(number as i64));
}

/// Of many streams that bring the same key at once exactly one is appended, and the others are told of its delivery.
pub async fn one_of_many_with_the_same_key_is_appended(place: &impl Place<Store: Whole>) {
    let (here, there) = (place.open().await, place.open().await);
    let appends = (1..=16).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        let together = Together { contents: Vec::new(), deliveries: vec![keyed(number, 7, "a")] };
        async move { append::<Approval>(store, number, &Approval::born(number), &together).await }
    });
    let results = join_all(appends).await;
    let winner = 1 + results.iter().position(Result::is_ok).unwrap() as u128;
    for (number, result) in (1..).zip(&results) {
        match result {
            Ok(version) => assert_eq!((number, *version), (winner, Version(1))),
            Err(AppendError::AlreadyQueued(earlier)) => assert_eq!(*earlier, delivery_id(winner)),
            Err(other) => panic!("{other}"),
        }
        let is_appended = EventStore::<Approval>::load(&here, Approval::id(number)).await.unwrap().is_some();
        assert_eq!(is_appended, number == winner);
    }
}

/// Also an empty list of events brings its texts and deliveries.
pub async fn what_comes_with_no_events_is_kept_too(place: &impl Place<Store: Whole>) {
    let store = place.open().await;
    append::<Approval>(&store, 1, &[], &both(1)).await.unwrap();
    assert!(is_kept(&place.open().await, 1).await);
}
