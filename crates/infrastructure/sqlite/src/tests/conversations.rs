use telegraphist_application::contracts::Place;
use telegraphist_application::ports::{Conversations, EventStore, Loaded, StoreError, Together, Version};
use telegraphist_domain::{Conversation, ConversationEvent};

use super::things::{SAID_IN, said, started};
use super::{Directory, execute, things};
use crate::SqliteStore;

async fn append(store: &SqliteStore, expected: u64, events: &[ConversationEvent]) -> Version {
    things::append(store, Version(expected), events, &Together::default()).await.unwrap()
}

async fn load(store: &SqliteStore) -> Result<Option<Loaded<Conversation>>, StoreError> {
    EventStore::<Conversation>::load(store, SAID_IN).await
}

/// Reading any of these events fails, so loading reads no row of them: only the one of the snapshot.
#[tokio::test]
async fn a_long_conversation_is_loaded_and_continued_without_reading_its_events() {
    const MESSAGES: u64 = 300;
    let directory = Directory::new();
    let store = directory.open().await;
    append(&store, 0, &started()).await;
    append(&store, 1, &(1..=MESSAGES as i64).map(said).collect::<Vec<_>>()).await;
    execute(&store, "UPDATE events SET body = 'damaged'").await;

    for store in [&store, &directory.open().await] {
        let loaded = load(store).await.unwrap().unwrap();
        assert_eq!((loaded.state.answered, loaded.version), (MESSAGES, Version(MESSAGES + 1)));
        assert_eq!(store.conversations(9).await.unwrap(), [loaded.state]);
    }
    assert_eq!(append(&store, MESSAGES + 1, &[said(500)]).await, Version(MESSAGES + 2));
    assert_eq!(load(&store).await.unwrap().unwrap().state.answered, MESSAGES + 1);

    execute(&store, "DELETE FROM snapshots").await;
    assert!(load(&store).await.is_err(), "without the snapshot the events are read");
}

#[tokio::test]
async fn a_state_that_cannot_be_read_is_made_anew_from_the_events() {
    for damage in [
        "UPDATE snapshots SET name = 'conversation.state/99'",
        "UPDATE snapshots SET body = '{'",
        "DELETE FROM snapshots",
    ] {
        let directory = Directory::new();
        let store = directory.open().await;
        append(&store, 0, &started()).await;
        append(&store, 1, &[said(2), said(3)]).await;
        let before = load(&store).await.unwrap().unwrap();
        execute(&store, damage).await;
        let after = load(&store).await.unwrap().unwrap();
        assert_eq!((after.state, after.version), (before.state, before.version), "{damage}");

        append(&store, 3, &[said(4)]).await;
        execute(&store, "UPDATE events SET body = 'damaged'").await;
        let healed = load(&store).await.unwrap().unwrap();
        assert_eq!((healed.state.answered, healed.version), (3, Version(4)), "{damage}: it is written again");
    }
}
