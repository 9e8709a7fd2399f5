//! [`Leases`]: rights that only one may have.

use std::time::Duration;

use futures::future::join_all;

use super::{Place, moment};
use crate::ports::{Lease, Leases};

const LIFE: Duration = Duration::from_secs(30);

async fn take(store: &impl Leases, name: &str, holder: &str, seconds: i64) -> Lease {
    store.take_lease(name, holder, LIFE, moment(seconds)).await.unwrap()
}

fn lease(holder: &str, epoch: u64, until: i64) -> Lease {
    Lease { name: "bot/1".into(), holder: holder.into(), epoch, until: moment(until) }
}

/// Of many who ask at once, and everybody is told who.
pub async fn one_of_many_gets_the_lease(place: &impl Place<Store: Leases>) {
    let (here, there) = (place.open().await, place.open().await);
    let attempts = (0..16).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        async move { take(store, "bot/1", &format!("process {number}"), 0).await }
    });
    let answers = join_all(attempts).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0], lease(&answers[0].holder, 1, 30));
    let is_granted = |(number, answer): &(usize, &Lease)| answer.holder == format!("process {number}");
    assert_eq!(answers.iter().enumerate().filter(is_granted).count(), 1);
}

/// As often as they like, also late, as long as nobody else took it.
pub async fn the_holder_renews_and_keeps_the_epoch(place: &impl Place<Store: Leases>) {
    let store = place.open().await;
    assert_eq!(take(&store, "bot/1", "a", 0).await, lease("a", 1, 30));
    assert_eq!(take(&store, "bot/1", "a", 20).await, lease("a", 1, 50));
    assert_eq!(take(&place.open().await, "bot/1", "b", 49).await, lease("a", 1, 50));
    assert_eq!(take(&store, "bot/1", "a", 90).await, lease("a", 1, 120));
    // Also when the clock was set back.
    assert_eq!(take(&store, "bot/1", "a", 10).await, lease("a", 1, 40));
    assert_eq!(take(&store, "bot/1", "b", 40).await, lease("b", 2, 70));
}

/// From the moment on that it names, with a higher epoch; the old holder is told.
pub async fn a_lease_that_ran_out_goes_to_who_asks(place: &impl Place<Store: Leases>) {
    take(&place.open().await, "bot/1", "a", 0).await;
    let store = place.open().await;
    assert_eq!(take(&store, "bot/1", "b", 29).await.holder, "a");
    assert_eq!(take(&store, "bot/1", "b", 30).await, lease("b", 2, 60));
    assert_eq!(take(&store, "bot/1", "a", 31).await, lease("b", 2, 60));
    assert_eq!(take(&place.open().await, "bot/1", "a", 60).await, lease("a", 3, 90));
}

/// By its holder alone; whoever takes it next gets a higher epoch, also the same.
pub async fn a_lease_is_given_back(place: &impl Place<Store: Leases>) {
    let store = place.open().await;
    store.release_lease("bot/1", "a").await.unwrap();
    take(&store, "bot/1", "a", 0).await;
    store.release_lease("bot/1", "b").await.unwrap();
    assert_eq!(take(&store, "bot/1", "b", 1).await.holder, "a");
    store.release_lease("bot/1", "a").await.unwrap();
    let store = place.open().await;
    assert_eq!(take(&store, "bot/1", "b", 1).await, lease("b", 2, 31));
    store.release_lease("bot/1", "b").await.unwrap();
    assert_eq!(take(&store, "bot/1", "b", 2).await, lease("b", 3, 32));
}

/// Each is a right of its own.
pub async fn leases_of_other_names_are_others(place: &impl Place<Store: Leases>) {
    let store = place.open().await;
    take(&store, "bot/1", "a", 0).await;
    let other = take(&store, "bot/2", "b", 0).await;
    assert_eq!((other.holder.as_str(), other.epoch), ("b", 1));
}
