//! [`EventStore`]: streams of events.

use futures::future::join_all;
use telegraphist_domain::conversation::Author;
use telegraphist_domain::{
    Aggregate, Approval, Conversation, ConversationEvent, DeliveryId, Session, SessionEvent, SessionKind, Timestamp,
};

use super::specimens::{AT, Specimen, Streams, place_in, said};
use super::{Place, session};
use crate::ports::{AppendError, EventStore, Together, Version};

async fn append<A: Specimen>(
    store: &impl EventStore<A>,
    number: u128,
    expected: Version,
    events: &[A::Event],
) -> Result<Version, AppendError> {
    store.append(A::id(number), expected, events, &Together::default()).await
}

async fn make<A: Specimen>(store: &impl EventStore<A>, number: u128) -> Version {
    append(store, number, Version(0), &A::born(number)).await.unwrap()
}

async fn version_of<A: Specimen>(store: &impl EventStore<A>, number: u128) -> Option<Version> {
    store.load(A::id(number)).await.unwrap().map(|loaded| loaded.version)
}

/// The fold of all events, at their count, also after a restart.
pub async fn what_was_appended_is_loaded_also_by_others(place: &impl Place<Store: Streams>) {
    loaded_by_others::<Session>(place).await;
    loaded_by_others::<Conversation>(place).await;
    loaded_by_others::<Approval>(place).await;
}

async fn loaded_by_others<A: Specimen>(place: &impl Place<Store: EventStore<A>>) {
    let store = place.open().await;
    assert!(store.load(A::id(1)).await.unwrap().is_none(), "an unknown stream is nothing");
    let mut events = A::born(1);
    let mut version = make(&store, 1).await;
    for new in [vec![A::happened(1), A::happened(2)], vec![A::happened(3)]] {
        version = append(&store, 1, version, &new).await.unwrap();
        events.extend(new);
        for store in [&store, &place.open().await] {
            let loaded = store.load(A::id(1)).await.unwrap().unwrap();
            assert_eq!((Some(loaded.state), loaded.version), (A::replay(&events), Version(events.len() as u64)));
        }
    }
    assert_eq!(version_of::<A>(&store, 2).await, None);
}

/// A removed session is nothing, and keeps its version.
pub async fn an_empty_fold_is_none(place: &impl Place<Store: EventStore<Session>>) {
    let store = place.open().await;
    let version = make::<Session>(&store, 1).await;
    append::<Session>(&store, 1, version, &[SessionEvent::Removed { at: AT }]).await.unwrap();
    assert_eq!(version_of(&place.open().await, 1).await, None);
    let again = append::<Session>(&store, 1, Version(0), &Session::born(1)).await;
    assert!(matches!(again, Err(AppendError::Conflict)));
}

/// Who decided on an old state is told, and nothing of it stays.
pub async fn an_old_version_is_a_conflict_and_appends_nothing(place: &impl Place<Store: Streams>) {
    an_old_version_is_a_conflict::<Session>(place).await;
    an_old_version_is_a_conflict::<Conversation>(place).await;
    an_old_version_is_a_conflict::<Approval>(place).await;
}

async fn an_old_version_is_a_conflict<A: Specimen>(place: &impl Place<Store: EventStore<A>>) {
    let store = place.open().await;
    let version = make(&store, 1).await;
    append(&store, 1, version, &[A::happened(1)]).await.unwrap();
    let before = store.load(A::id(1)).await.unwrap().unwrap().state;
    for wrong in [Version(0), version, Version(3)] {
        let refused = append(&store, 1, wrong, &[A::happened(2)]).await;
        assert!(matches!(refused, Err(AppendError::Conflict)), "{wrong:?}");
    }
    let loaded = store.load(A::id(1)).await.unwrap().unwrap();
    assert_eq!((loaded.state, loaded.version), (before, Version(2)));
}

/// Of many that expect the same version, exactly one appends, also from different openings.
pub async fn one_of_many_at_once_wins(place: &impl Place<Store: Streams>) {
    one_of_many_wins::<Session>(place).await;
    one_of_many_wins::<Conversation>(place).await;
    one_of_many_wins::<Approval>(place).await;
}

async fn one_of_many_wins<A: Specimen>(place: &impl Place<Store: EventStore<A>>) {
    let (here, there) = (place.open().await, place.open().await);
    let version = make(&here, 1).await;
    let attempts = (1..=16).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        async move { append(store, 1, version, &[A::happened(number)]).await }
    });
    let results = join_all(attempts).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(AppendError::Conflict))));
    assert_eq!(version_of::<A>(&here, 1).await, Some(Version(2)));
}

/// Taken while another session has it, free when that is renamed or removed.
pub async fn a_name_belongs_to_one_session_at_a_time(place: &impl Place<Store: EventStore<Session>>) {
    let store = place.open().await;
    let named = |number, name: &str| Session::create(session(number), name.parse().unwrap(), SessionKind::User, AT);
    let first = append::<Session>(&store, 1, Version(0), &named(1, "work")).await.unwrap();
    let taken = append::<Session>(&store, 2, Version(0), &named(2, "work")).await;
    assert!(matches!(taken, Err(AppendError::NameTaken)));
    assert_eq!(version_of::<Session>(&store, 2).await, None, "nothing of it was appended");

    let second = append::<Session>(&store, 2, Version(0), &named(2, "home")).await.unwrap();
    let rename = |name: &str| [SessionEvent::Renamed { name: name.parse().unwrap(), at: AT }];
    let taken = append::<Session>(&place.open().await, 2, second, &rename("work")).await;
    assert!(matches!(taken, Err(AppendError::NameTaken)));

    let first = append::<Session>(&store, 1, first, &rename("office")).await.unwrap();
    append::<Session>(&store, 2, second, &rename("work")).await.unwrap();
    append::<Session>(&store, 1, first, &[SessionEvent::Removed { at: AT }]).await.unwrap();
    append::<Session>(&store, 3, Version(0), &named(3, "office")).await.unwrap();
}

/// Of many that begin at once, exactly one; also after it has ended, and not for another agent.
pub async fn an_agent_has_one_conversation_in_a_place(place: &impl Place<Store: EventStore<Conversation>>) {
    let (here, there) = (place.open().await, place.open().await);
    let started = |number, agent: &str| Conversation::start(Conversation::id(number), place_in(7), agent.into(), AT);
    let starts = (1..=16).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        async move { append::<Conversation>(store, number, Version(0), &started(number, "ci")).await }
    });
    let results = join_all(starts).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(AppendError::NameTaken))));

    let number = 1 + results.iter().position(Result::is_ok).unwrap() as u128;
    append::<Conversation>(&here, number, Version(1), &[ConversationEvent::Completed { at: AT }]).await.unwrap();
    let again = append::<Conversation>(&here, 20, Version(0), &started(20, "ci")).await;
    assert!(matches!(again, Err(AppendError::NameTaken)));
    append::<Conversation>(&here, 21, Version(0), &started(21, "claude-code")).await.unwrap();
}

/// However long it is, and however it came to be.
pub async fn a_long_conversation_is_the_fold_of_its_events(place: &impl Place<Store: EventStore<Conversation>>) {
    let store = place.open().await;
    let mut version = make::<Conversation>(&store, 1).await;
    let mut events = Conversation::born(1);
    for number in 0..40 {
        let at = Timestamp(AT.0 + number);
        let said = said(Author::Agent(DeliveryId(uuid::Uuid::nil())), at);
        let new = match number % 4 {
            0 => vec![said],
            1 => vec![ConversationEvent::Paused { at }, Conversation::happened(1)],
            2 => vec![ConversationEvent::Failed { reason: "blocked".into(), at }],
            _ => vec![ConversationEvent::Resumed { at }, said],
        };
        version = append::<Conversation>(&store, 1, version, &new).await.unwrap();
        events.extend(new);
        let loaded = store.load(Conversation::id(1)).await.unwrap().unwrap();
        assert_eq!((Some(loaded.state), loaded.version), (Conversation::replay(&events), version));
    }
    assert_eq!(version_of::<Conversation>(&place.open().await, 1).await, Some(Version(events.len() as u64)));
}

/// An empty list changes nothing, but an old version is still told.
pub async fn nothing_to_append_is_no_error(place: &impl Place<Store: Streams>) {
    nothing_is_appended::<Session>(place).await;
    nothing_is_appended::<Conversation>(place).await;
    nothing_is_appended::<Approval>(place).await;
}

async fn nothing_is_appended<A: Specimen>(place: &impl Place<Store: EventStore<A>>) {
    let store = place.open().await;
    assert_eq!(append(&store, 1, Version(0), &[] as &[A::Event]).await.unwrap(), Version(0));
    let version = make(&store, 1).await;
    assert_eq!(append(&store, 1, version, &[] as &[A::Event]).await.unwrap(), version);
    let refused = append(&store, 1, Version(0), &[] as &[A::Event]).await;
    assert!(matches!(refused, Err(AppendError::Conflict)));
}
