//! [`Inbox`]: what came from Telegram.

use super::{Place, moment, session};
use crate::ports::{Inbox, InboxEntry};

fn entry(key: &str) -> InboxEntry {
    InboxEntry {
        kind: "new_message".into(),
        chat: Some(-1_000_000_000_700),
        dedupe_key: key.into(),
        payload: format!("payload of {key}").into_bytes(),
        is_work: false,
    }
}

async fn store(inbox: &impl Inbox, number: u128, keys: &[&str]) -> usize {
    let entries: Vec<_> = keys.iter().map(|key| entry(key)).collect();
    inbox.store(session(number), &entries).await.unwrap()
}

async fn keys_after(inbox: &impl Inbox, number: u128, position: u64, limit: usize) -> Vec<String> {
    let rows = inbox.after(session(number), position, limit).await.unwrap();
    rows.into_iter().map(|row| row.entry.dedupe_key).collect()
}

/// In order and whole, from any position, also after a restart.
pub async fn entries_come_in_order_and_are_kept(place: &impl Place<Store: Inbox>) {
    let inbox = place.open().await;
    assert_eq!(inbox.newest(session(1)).await.unwrap(), 0);
    assert_eq!(store(&inbox, 1, &[]).await, 0);
    assert_eq!(store(&inbox, 1, &["c", "a"]).await, 2);
    assert_eq!(store(&inbox, 1, &["b"]).await, 1);
    for inbox in [inbox, place.open().await] {
        let rows = inbox.after(session(1), 0, 10).await.unwrap();
        assert!(rows.is_sorted_by_key(|row| row.position) && rows[0].position > 0);
        assert!(rows.iter().map(|row| &row.entry).eq([&entry("c"), &entry("a"), &entry("b")]));
        assert_eq!(keys_after(&inbox, 1, rows[0].position, 1).await, ["a"]);
        assert_eq!(inbox.newest(session(1)).await.unwrap(), rows[2].position);
        assert_eq!(keys_after(&inbox, 1, rows[2].position, 10).await, [""; 0]);
    }
}

/// A key that is there already is not stored again, in the same list or later.
pub async fn an_entry_arrives_once(place: &impl Place<Store: Inbox>) {
    let inbox = place.open().await;
    assert_eq!(store(&inbox, 1, &["a", "a", "b"]).await, 2);
    assert_eq!(store(&place.open().await, 1, &["b", "c", "a"]).await, 1);
    assert_eq!(keys_after(&inbox, 1, 0, 10).await, ["a", "b", "c"]);
}

/// Keys and positions of one session are nothing to another.
pub async fn sessions_have_their_own(place: &impl Place<Store: Inbox>) {
    let inbox = place.open().await;
    store(&inbox, 1, &["a", "b"]).await;
    assert_eq!(store(&inbox, 2, &["a"]).await, 1);
    inbox.trim(session(1), moment(1_000_000_000), 0).await.unwrap();
    assert_eq!(keys_after(&inbox, 1, 0, 10).await, [""; 0]);
    assert_eq!(keys_after(&inbox, 2, 0, 10).await, ["a"]);
}

/// Not even when all was forgotten: a reader that stands somewhere misses nothing.
pub async fn positions_are_never_given_again(place: &impl Place<Store: Inbox>) {
    let inbox = place.open().await;
    store(&inbox, 1, &["a", "b", "c"]).await;
    inbox.trim(session(1), moment(-1_000_000_000), 2).await.unwrap();
    assert_eq!(keys_after(&inbox, 1, 0, 10).await, ["b", "c"]);
    let newest = inbox.newest(session(1)).await.unwrap();
    inbox.trim(session(1), moment(1_000_000_000), 10).await.unwrap();
    let inbox = place.open().await;
    assert_eq!(inbox.newest(session(1)).await.unwrap(), newest);
    store(&inbox, 1, &["d"]).await;
    assert_eq!(keys_after(&inbox, 1, newest, 10).await, ["d"]);
}
