//! [`Preferences`] and [`Marks`]: what was chosen, and how far was read.

use std::time::Duration;

use futures::future::join_all;

use super::Place;
use crate::ports::{Marks, Preferences};

async fn chosen(store: &impl Preferences, name: &str) -> Option<String> {
    store.preference(name).await.unwrap()
}

/// The newest value of each name, at once, also after a restart.
pub async fn a_choice_is_kept_until_the_next(place: &impl Place<Store: Preferences>) {
    let store = place.open().await;
    assert_eq!(chosen(&store, "mode").await, None);
    for (name, value) in [("mode", r#""local""#), ("quiet", "{}"), ("mode", r#""muted""#)] {
        store.prefer(name, value).await.unwrap();
        assert_eq!(chosen(&store, name).await.as_deref(), Some(value));
    }
    for store in [store, place.open().await] {
        assert_eq!(chosen(&store, "mode").await.as_deref(), Some(r#""muted""#));
        assert_eq!(chosen(&store, "quiet").await.as_deref(), Some("{}"));
        assert_eq!(chosen(&store, "Mode").await, None);
    }
}

/// Another process that has looked before sees the change soon.
pub async fn others_see_a_choice_soon(place: &impl Place<Store: Preferences>) {
    let (here, there) = (place.open().await, place.open().await);
    assert_eq!(chosen(&there, "mode").await, None);
    here.prefer("mode", "1").await.unwrap();
    let seen = async {
        while chosen(&there, "mode").await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.expect("the other sees the choice");
}

/// Each reader of each stream has its own, also after a restart.
pub async fn a_mark_never_goes_back(place: &impl Place<Store: Marks>) {
    let store = place.open().await;
    assert_eq!(store.mark("ci", "spoken").await.unwrap(), 0);
    for position in [5, 3, 9, 9, 0] {
        store.set_mark("ci", "spoken", position).await.unwrap();
    }
    store.set_mark("ci", "inbox", 2).await.unwrap();
    store.set_mark("claude", "spoken", 4).await.unwrap();
    for store in [store, place.open().await] {
        assert_eq!(store.mark("ci", "spoken").await.unwrap(), 9);
        assert_eq!(store.mark("ci", "inbox").await.unwrap(), 2);
        assert_eq!(store.mark("claude", "spoken").await.unwrap(), 4);
        assert_eq!(store.mark("claude", "inbox").await.unwrap(), 0);
    }
}

/// Whoever comes last, the highest stays.
pub async fn of_many_marks_at_once_the_highest_stays(place: &impl Place<Store: Marks>) {
    let (here, there) = (place.open().await, place.open().await);
    let marks = [7, 3, 16, 1, 12, 9, 15, 2].into_iter().enumerate().map(|(number, position)| {
        let store = if number % 2 == 0 { &here } else { &there };
        async move { store.set_mark("ci", "spoken", position).await.unwrap() }
    });
    join_all(marks).await;
    assert_eq!(here.mark("ci", "spoken").await.unwrap(), 16);
}

/// Of all readers of the stream; who has read nothing of it is no reader.
pub async fn the_slowest_reader_is_known(place: &impl Place<Store: Marks>) {
    let store = place.open().await;
    assert_eq!(store.lowest_mark("spoken").await.unwrap(), None);
    for (reader, stream, position) in [("ci", "spoken", 9), ("claude", "spoken", 4), ("ci", "inbox", 1)] {
        store.set_mark(reader, stream, position).await.unwrap();
    }
    for store in [store, place.open().await] {
        assert_eq!(store.lowest_mark("spoken").await.unwrap(), Some(4));
        assert_eq!(store.lowest_mark("inbox").await.unwrap(), Some(1));
    }
}
