//! [`KeyPlace`]: where vault keys are kept.

use crate::ports::KeyPlace;
use crate::sealing::RootKey;

async fn holds(place: &dyn KeyPlace, key: &RootKey) -> bool {
    match place.read(key.id()).await.unwrap() {
        Some(kept) => {
            assert_eq!(kept.expose(), key.expose());
            true
        }
        None => false,
    }
}

/// Two keys beside each other, as while one takes the other's place; each is kept until it alone is forgotten. The place
/// must be open and empty.
pub async fn keys_are_kept_until_they_are_forgotten(place: &dyn KeyPlace) {
    let (old, new) = (RootKey::random(), RootKey::random());
    assert!(place.is_open().await);
    assert!(!holds(place, &old).await);
    place.forget(old.id()).await.unwrap();

    for _ in 0..2 {
        place.keep(&old).await.unwrap();
    }
    place.keep(&new).await.unwrap();
    assert!(holds(place, &old).await && holds(place, &new).await);

    for _ in 0..2 {
        place.forget(old.id()).await.unwrap();
        assert!(holds(place, &new).await);
    }
    place.keep(&old).await.unwrap();
    place.forget(old.id()).await.unwrap();
    assert!(holds(place, &new).await);
    place.forget(new.id()).await.unwrap();
    assert!(!holds(place, &new).await && !holds(place, &old).await);
}
