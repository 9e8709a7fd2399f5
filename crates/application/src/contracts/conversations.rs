//! [`Conversations`]: who speaks where, and what was said.

use std::time::Duration;

use telegraphist_domain::conversation::{self, Author};
use telegraphist_domain::{ChatId, Conversation, ConversationEvent, DeliveryId, MessageId, Timestamp, UserId};
use uuid::Uuid;

use super::specimens::{AT, Specimen, content_id, lane, place_in, said};
use super::{Place, session};
use crate::ports::{Conversations, EventStore, Lane, Spoken, SpokenQuery, Together, Version};
use crate::stored::date_of;

/// A store of conversations.
pub trait Talks: EventStore<Conversation> + Conversations {}

impl<S: EventStore<Conversation> + Conversations> Talks for S {}

const ADA: Author = Author::Person(UserId(7));

async fn append(store: &impl EventStore<Conversation>, number: u128, expected: u64, events: &[ConversationEvent]) {
    let id = Conversation::id(number);
    store.append(id, Version(expected), events, &Together::default()).await.unwrap();
}

async fn start(store: &impl EventStore<Conversation>, number: u128, place: conversation::Place, seconds: i64) {
    let at = Timestamp(AT.0 + seconds * 1_000);
    append(store, number, 0, &Conversation::start(Conversation::id(number), place, "ci".into(), at)).await;
}

fn numbers(conversations: &[Conversation]) -> Vec<u128> {
    conversations.iter().map(|conversation| conversation.id.0.as_u128()).collect()
}

/// By login, chat, topic and person, and by who the agent is; as it is now, also after a restart.
pub async fn a_conversation_is_found_by_its_place_and_agent(place: &impl Place<Store: Talks>) {
    let store = place.open().await;
    let places = [
        place_in(7),
        place_in(-7),
        conversation::Place { session: session(2), ..place_in(7) },
        conversation::Place { topic: Some(MessageId(7)), ..place_in(7) },
        conversation::Place { user: Some(UserId(7)), ..place_in(7) },
        conversation::Place { topic: Some(MessageId(7)), user: Some(UserId(7)), ..place_in(7) },
    ];
    for (number, there) in (1..).zip(places) {
        assert_eq!(store.conversation_in(&there, "ci").await.unwrap(), None);
        start(&store, number, there, 0).await;
    }
    append(&store, 3, 1, &[said(ADA, AT)]).await;
    for store in [store, place.open().await] {
        for (number, there) in (1..).zip(places) {
            let found = store.conversation_in(&there, "ci").await.unwrap().unwrap();
            assert_eq!((found.id, found.place), (Conversation::id(number), there));
            assert_eq!(found.answered, u64::from(number == 3));
            assert_eq!(store.conversation_in(&there, "CI").await.unwrap(), None);
        }
    }
}

/// Of a chat with all its topics and people, or all of them; not more than asked for.
pub async fn the_conversation_touched_last_comes_first(place: &impl Place<Store: Talks>) {
    let store = place.open().await;
    let topic = conversation::Place { topic: Some(MessageId(3)), ..place_in(7) };
    let elsewhere = conversation::Place { session: session(2), ..place_in(7) };
    for (number, there, seconds) in [(1, place_in(7), 10), (2, topic, 30), (3, place_in(8), 20), (4, elsewhere, 40)] {
        start(&store, number, there, seconds).await;
    }
    for store in [&store, &place.open().await] {
        assert_eq!(numbers(&store.conversations(9).await.unwrap()), [4, 2, 3, 1]);
        assert_eq!(numbers(&store.conversations(2).await.unwrap()), [4, 2]);
        assert_eq!(numbers(&store.conversations_in_chat(lane(7), 9).await.unwrap()), [2, 1]);
        assert_eq!(numbers(&store.conversations_in_chat(lane(7), 1).await.unwrap()), [2]);
        let nowhere = Lane { session: session(3), chat: ChatId(7) };
        assert_eq!(store.conversations_in_chat(nowhere, 9).await.unwrap(), []);
    }
    append(&store, 1, 1, &[said(ADA, Timestamp(AT.0 + 50_000))]).await;
    append(&store, 4, 1, &[ConversationEvent::Paused { at: Timestamp(AT.0 + 60_000) }]).await;
    let all = store.conversations(9).await.unwrap();
    assert_eq!(numbers(&all), [1, 4, 2, 3], "only messages touch");
    assert_eq!(all[1].status, telegraphist_domain::ConversationStatus::Paused);
    assert_eq!(numbers(&store.conversations_in_chat(lane(7), 9).await.unwrap()), [1, 2]);
}

async fn positions(store: &impl Conversations, query: &SpokenQuery, after: u64, limit: usize) -> Vec<u64> {
    let spoken = store.spoken_after(query, after, limit).await.unwrap();
    spoken.into_iter().map(|spoken| spoken.position).collect()
}

/// In the order it was added, over all conversations, whole, also after a restart.
pub async fn what_was_said_is_kept_in_order(place: &impl Place<Store: Talks>) {
    let store = place.open().await;
    assert_eq!(store.newest_spoken().await.unwrap(), 0);
    start(&store, 1, place_in(7), 0).await;
    start(&store, 2, place_in(8), 0).await;
    assert_eq!(store.newest_spoken().await.unwrap(), 0);
    let agent = Author::Agent(DeliveryId(Uuid::from_u128(5)));
    let answer = ConversationEvent::MessageAdded {
        author: ADA,
        content: content_id(3),
        message: Some(MessageId(11)),
        reply_to: Some(MessageId(10)),
        at: Timestamp(AT.0 + 1),
    };
    append(&store, 2, 1, &[said(agent, AT), ConversationEvent::Completed { at: AT }]).await;
    append(&store, 1, 1, &[said(agent, AT)]).await;
    append(&store, 2, 3, &[ConversationEvent::Resumed { at: AT }, answer, said(ADA, AT)]).await;
    for store in [store, place.open().await] {
        let all = store.spoken_after(&SpokenQuery::default(), 0, 9).await.unwrap();
        assert!(all.iter().map(|spoken| spoken.position).eq(1..=4));
        assert!(all.iter().map(|spoken| spoken.conversation.0.as_u128()).eq([2, 1, 2, 2]));
        let expected = Spoken {
            position: 3,
            conversation: Conversation::id(2),
            place: place_in(8),
            author: ADA,
            content: content_id(3),
            message: Some(MessageId(11)),
            reply_to: Some(MessageId(10)),
            at: date_of(Timestamp(AT.0 + 1)),
        };
        assert_eq!(all[2], expected);
        assert_eq!((all[1].author, all[1].place, all[1].message), (agent, place_in(7), None));
        assert_eq!(store.newest_spoken().await.unwrap(), 4);
    }
}

/// Only people, only one conversation, only since a date, only after a position, and all of that together.
pub async fn what_was_said_is_found_by_what_is_asked(place: &impl Place<Store: Talks>) {
    let store = place.open().await;
    let agent = Author::Agent(DeliveryId(Uuid::nil()));
    let later = |seconds: i64| Timestamp(AT.0 + seconds * 1_000);
    start(&store, 1, place_in(7), 0).await;
    start(&store, 2, place_in(8), 0).await;
    append(&store, 1, 1, &[said(agent, later(1)), said(ADA, later(2))]).await;
    append(&store, 2, 1, &[said(ADA, later(3)), said(agent, later(4)), said(ADA, later(2))]).await;
    let all = SpokenQuery::default();
    let by_people = SpokenQuery { by_people: true, ..all.clone() };
    let in_two = SpokenQuery { conversation: Some(Conversation::id(2)), ..all.clone() };
    let since = SpokenQuery { since: Some(date_of(later(3))), ..all.clone() };
    let narrow =
        SpokenQuery { by_people: true, conversation: Some(Conversation::id(2)), since: Some(date_of(later(2))) };
    for (query, expected) in [
        (&all, &[1, 2, 3, 4, 5][..]),
        (&by_people, &[2, 3, 5]),
        (&in_two, &[3, 4, 5]),
        (&since, &[3, 4]),
        (&narrow, &[3, 5]),
    ] {
        assert_eq!(positions(&store, query, 0, 9).await, expected, "{query:?}");
        assert_eq!(positions(&store, query, 0, 2).await, expected[..2], "{query:?}");
        assert_eq!(positions(&store, query, expected[0], 9).await, expected[1..], "{query:?}");
        assert_eq!(positions(&store, query, 5, 9).await, [0; 0], "{query:?}");
    }
    let tomorrow = date_of(later(4)) + Duration::from_hours(24);
    assert_eq!(positions(&store, &SpokenQuery { since: Some(tomorrow), ..all }, 0, 9).await, [0; 0]);
}
