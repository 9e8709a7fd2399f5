//! [`EventStore`]: streams of events.

use futures::future::join_all;
use telegraphist_domain::session::Identity;
use telegraphist_domain::{Aggregate, Session, SessionEvent, SessionId, SessionKind, Timestamp, UserId};

use super::{Place, session};
use crate::ports::{AppendError, EventStore, Together, Version};

const AT: Timestamp = Timestamp(1_780_000_000_123);

fn born(id: SessionId, name: &str) -> Vec<SessionEvent> {
    Session::create(id, name.parse().unwrap(), SessionKind::User, AT)
}

fn signed_in(user_id: i64) -> SessionEvent {
    SessionEvent::SignedIn { identity: Identity { user_id: UserId(user_id), username: Some("ada".into()) }, at: AT }
}

async fn make(store: &impl EventStore<Session>, number: u128, name: &str) -> Version {
    store.append(session(number), Version(0), &born(session(number), name), &Together::default()).await.unwrap()
}

/// The fold of all events, at their count, also after a restart.
pub async fn what_was_appended_is_loaded_also_by_others(place: &impl Place<Store: EventStore<Session>>) {
    let store = place.open().await;
    let version = make(&store, 1, "work").await;
    let version = store.append(session(1), version, &[signed_in(7), signed_in(7)], &Together::default()).await.unwrap();
    assert_eq!(version, Version(3));
    let mut events = born(session(1), "work");
    events.push(signed_in(7));
    for store in [store, place.open().await] {
        let loaded = store.load(session(1)).await.unwrap().unwrap();
        assert_eq!((Some(loaded.state), loaded.version), (Session::replay(&events), Version(3)));
    }
}

/// No stream and a removed session are nothing; the removed one keeps its version.
pub async fn an_unknown_stream_and_an_empty_fold_are_none(place: &impl Place<Store: EventStore<Session>>) {
    let store = place.open().await;
    assert!(store.load(session(1)).await.unwrap().is_none());
    let version = make(&store, 1, "work").await;
    store.append(session(1), version, &[SessionEvent::Removed { at: AT }], &Together::default()).await.unwrap();
    assert!(place.open().await.load(session(1)).await.unwrap().is_none());
    let again = store.append(session(1), Version(0), &born(session(1), "work"), &Together::default()).await;
    assert!(matches!(again, Err(AppendError::Conflict)));
}

/// Who decided on an old state is told, and nothing of it stays.
pub async fn an_old_version_is_a_conflict_and_appends_nothing(place: &impl Place<Store: EventStore<Session>>) {
    let store = place.open().await;
    let version = make(&store, 1, "work").await;
    store.append(session(1), version, &[signed_in(7)], &Together::default()).await.unwrap();
    for wrong in [Version(0), version, Version(3)] {
        let refused = store.append(session(1), wrong, &[SessionEvent::Removed { at: AT }], &Together::default()).await;
        assert!(matches!(refused, Err(AppendError::Conflict)), "{wrong:?}");
    }
    assert_eq!(store.load(session(1)).await.unwrap().unwrap().version, Version(2));
}

/// Of many that expect the same version, exactly one appends, also from different openings.
pub async fn one_of_many_at_once_wins(place: &impl Place<Store: EventStore<Session>>) {
    let (here, there) = (place.open().await, place.open().await);
    let version = make(&here, 1, "work").await;
    let attempts = (1..=16).map(|user| {
        let store = if user % 2 == 0 { &here } else { &there };
        async move { store.append(session(1), version, &[signed_in(user)], &Together::default()).await }
    });
    let results = join_all(attempts).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(AppendError::Conflict))));
    assert_eq!(here.load(session(1)).await.unwrap().unwrap().version, Version(2));
}

/// Taken while another session has it, free when that is renamed or removed.
pub async fn a_name_belongs_to_one_session_at_a_time(place: &impl Place<Store: EventStore<Session>>) {
    let store = place.open().await;
    let first = make(&store, 1, "work").await;
    let taken = store.append(session(2), Version(0), &born(session(2), "work"), &Together::default()).await;
    assert!(matches!(taken, Err(AppendError::NameTaken)));
    assert!(store.load(session(2)).await.unwrap().is_none(), "nothing of it was appended");

    let second = make(&store, 2, "home").await;
    let rename = |name: &str| SessionEvent::Renamed { name: name.parse().unwrap(), at: AT };
    let taken = place.open().await.append(session(2), second, &[rename("work")], &Together::default()).await;
    assert!(matches!(taken, Err(AppendError::NameTaken)));

    let first = store.append(session(1), first, &[rename("office")], &Together::default()).await.unwrap();
    store.append(session(2), second, &[rename("work")], &Together::default()).await.unwrap();
    store.append(session(1), first, &[SessionEvent::Removed { at: AT }], &Together::default()).await.unwrap();
    make(&store, 3, "office").await;
}

/// An empty list changes nothing, but an old version is still told.
pub async fn nothing_to_append_is_no_error(place: &impl Place<Store: EventStore<Session>>) {
    let store = place.open().await;
    assert_eq!(store.append(session(1), Version(0), &[], &Together::default()).await.unwrap(), Version(0));
    let version = make(&store, 1, "work").await;
    assert_eq!(store.append(session(1), version, &[], &Together::default()).await.unwrap(), version);
    assert!(matches!(
        store.append(session(1), Version(0), &[], &Together::default()).await,
        Err(AppendError::Conflict)
    ));
}
