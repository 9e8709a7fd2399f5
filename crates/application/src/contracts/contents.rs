//! [`Contents`]: texts at rest.

use std::time::Duration;

use secrecy::ExposeSecret;
use telegraphist_domain::ContentId;

use super::Place;
use super::specimens::{content, content_id};
use crate::ports::{Clock, Content, Contents};

async fn text(store: &impl Contents, id: ContentId) -> Option<Vec<u8>> {
    store.content(id).await.unwrap().map(|bytes| bytes.expose_secret().to_vec())
}

/// Any bytes, also none, also after a restart.
pub async fn a_text_comes_back_exactly(place: &impl Place<Store: Contents>) {
    let store = place.open().await;
    let texts = [Vec::new(), (0..=255).collect(), "ä€😀".into(), vec![b'x'; 200_000]];
    let kept: Vec<_> = (1..).zip(texts).map(|(number, bytes)| Content { id: content_id(number), bytes }).collect();
    store.keep(&kept).await.unwrap();
    store.keep(&[]).await.unwrap();
    for store in [store, place.open().await] {
        for Content { id, bytes } in &kept {
            assert!(text(&store, *id).await.as_ref() == Some(bytes));
        }
        assert_eq!(text(&store, content_id(99)).await, None);
    }
}

/// Ids are fresh, so a second text under the same one is the same command again.
pub async fn a_text_that_is_there_is_left_as_it_is(place: &impl Place<Store: Contents>) {
    let store = place.open().await;
    store.keep(&[content(1)]).await.unwrap();
    let other = Content { bytes: b"another".into(), ..content(1) };
    store.keep(&[other, content(2)]).await.unwrap();
    assert_eq!(text(&store, content_id(1)).await.unwrap(), content(1).bytes);
    assert_eq!(text(&store, content_id(2)).await.unwrap(), content(2).bytes);
}

/// For everybody and for good; others stay.
pub async fn a_forgotten_text_is_gone(place: &impl Place<Store: Contents>) {
    let store = place.open().await;
    store.keep(&[content(1), content(2), content(3)]).await.unwrap();
    store.forget(&[content_id(1), content_id(99), content_id(3)]).await.unwrap();
    store.forget(&[]).await.unwrap();
    for store in [store, place.open().await] {
        assert_eq!(text(&store, content_id(1)).await, None);
        assert_eq!(text(&store, content_id(3)).await, None);
        assert_eq!(text(&store, content_id(2)).await.unwrap(), content(2).bytes);
    }
}

/// By when they were kept, and it is said how many.
pub async fn old_texts_are_forgotten_and_counted(place: &impl Place<Store: Contents>) {
    let store = place.open().await;
    store.keep(&[content(1), content(2)]).await.unwrap();
    place.clock().advance(Duration::from_mins(1));
    store.keep(&[content(3)]).await.unwrap();
    let now = place.clock().now();
    assert_eq!(store.forget_before(now - Duration::from_mins(1)).await.unwrap(), 0);
    assert_eq!(store.forget_before(now).await.unwrap(), 2);
    let store = place.open().await;
    assert_eq!(text(&store, content_id(1)).await, None);
    assert!(text(&store, content_id(3)).await.is_some());
    assert_eq!(store.forget_before(now).await.unwrap(), 0);
}
