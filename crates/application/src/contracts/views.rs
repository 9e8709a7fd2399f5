//! [`Views`]: what queries are answered from.

use std::time::Duration;

use telegraphist_domain::session::Identity;
use telegraphist_domain::{Session, SessionEvent, SessionKind, Timestamp, UserId};

use super::{Place, session};
use crate::ports::{EventStore, Together, Version, Views};
use crate::views::SessionView;

async fn append(store: &impl EventStore<Session>, number: u128, expected: u64, events: &[SessionEvent]) {
    store.append(session(number), Version(expected), events, &Together::default()).await.unwrap();
}

async fn make(store: &impl EventStore<Session>, number: u128, name: &str) {
    let at = Timestamp(1_780_000_000_000 + i64::try_from(number).unwrap());
    append(store, number, 0, &Session::create(session(number), name.parse().unwrap(), SessionKind::User, at)).await;
}

async fn named(store: &impl Views, name_or_id: &str) -> Option<SessionView> {
    store.session(name_or_id).await.unwrap()
}

async fn names(store: &impl Views) -> Vec<String> {
    store.sessions().await.unwrap().into_iter().map(|session| session.name).collect()
}

/// Who appended sees it at once, again and again.
pub async fn a_session_is_seen_at_once_by_name_and_id(place: &impl Place<Store: EventStore<Session> + Views>) {
    let store = place.open().await;
    assert_eq!(named(&store, "work").await, None);
    make(&store, 1, "work").await;
    let id = session(1).to_string();
    for asked in ["work", "WORK", &id, &id.to_uppercase()] {
        assert_eq!(named(&store, asked).await.unwrap().state, "created", "{asked}");
    }
    let at = Timestamp(1_780_000_000_500);
    let identity = Identity { user_id: UserId(7_000_000_001), username: Some("ada".into()) };
    append(&store, 1, 1, &[SessionEvent::SignedIn { identity, at }]).await;
    let ready = named(&store, "work").await.unwrap();
    assert_eq!(
        (ready.state.as_str(), ready.user_id.as_deref(), ready.username.as_deref(), ready.reason.as_deref()),
        ("ready", Some("7000000001"), Some("ada"), None)
    );
    append(&store, 1, 2, &[SessionEvent::LoginLost { reason: "SESSION_REVOKED".into(), at }]).await;
    let lost = named(&store, &id).await.unwrap();
    assert_eq!((lost.state.as_str(), lost.reason.as_deref()), ("needs_login", Some("SESSION_REVOKED")));
    assert_eq!((lost.kind.as_str(), lost.created.timestamp_millis()), ("user", 1_780_000_000_001));
}

/// Another process that has looked before sees the change soon, and whoever comes later at once.
pub async fn others_see_it_soon(place: &impl Place<Store: EventStore<Session> + Views>) {
    let (here, there) = (place.open().await, place.open().await);
    assert_eq!(names(&there).await, [""; 0]);
    make(&here, 1, "work").await;
    assert_eq!(names(&place.open().await).await, ["work"]);
    let seen = async {
        while names(&there).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.expect("the other sees the session");
}

/// The one chosen last, and nobody after it was removed.
pub async fn one_session_is_the_default(place: &impl Place<Store: EventStore<Session> + Views>) {
    let store = place.open().await;
    let at = Timestamp(1_780_000_000_500);
    make(&store, 1, "work").await;
    make(&store, 2, "home").await;
    assert!(store.sessions().await.unwrap().iter().all(|session| !session.is_default));
    append(&store, 1, 1, &[SessionEvent::MadeDefault { at }]).await;
    append(&store, 2, 1, &[SessionEvent::MadeDefault { at }]).await;
    append(&store, 1, 2, &[SessionEvent::Renamed { name: "office".parse().unwrap(), at }]).await;
    append(&store, 2, 2, &[SessionEvent::Renamed { name: "flat".parse().unwrap(), at }]).await;
    for store in [&store, &place.open().await] {
        assert!(!named(store, "office").await.unwrap().is_default);
        assert!(named(store, "flat").await.unwrap().is_default);
    }
    append(&store, 2, 3, &[SessionEvent::Removed { at }]).await;
    assert!(store.sessions().await.unwrap().iter().all(|session| !session.is_default));
}

/// Oldest first, without the removed.
pub async fn removed_sessions_are_not_listed(place: &impl Place<Store: EventStore<Session> + Views>) {
    let store = place.open().await;
    for (number, name) in [(3, "c"), (1, "a"), (2, "b")] {
        make(&store, number, name).await;
    }
    assert_eq!(names(&store).await, ["a", "b", "c"]);
    append(&store, 2, 1, &[SessionEvent::Removed { at: Timestamp(0) }]).await;
    assert_eq!(names(&store).await, ["a", "c"]);
    assert_eq!(named(&store, "b").await, None);
    assert_eq!(named(&store, &session(2).to_string()).await, None);
    assert_eq!(names(&place.open().await).await, ["a", "c"]);
}
