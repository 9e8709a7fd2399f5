//! [`Inbox`]: what came from Telegram.

use super::{Place, moment, session};
use crate::ports::{Handling, Inbox, InboxEntry, InboxRow};

fn entry(key: &str) -> InboxEntry {
    InboxEntry {
        kind: "new_message".into(),
        chat: Some(-1_000_000_000_700),
        dedupe_key: key.into(),
        payload: format!("payload of {key}").into_bytes(),
        is_work: false,
    }
}

fn work(key: &str) -> InboxEntry {
    InboxEntry { is_work: true, ..entry(key) }
}

fn broke() -> Handling {
    Handling::Failed("it broke".into())
}

fn keys(rows: Vec<InboxRow>) -> Vec<String> {
    rows.into_iter().map(|row| row.entry.dedupe_key).collect()
}

async fn work_after(inbox: &impl Inbox, number: u128, position: u64) -> Vec<String> {
    keys(inbox.work(session(number), position, 10).await.unwrap())
}

async fn store(inbox: &impl Inbox, number: u128, keys: &[&str]) -> usize {
    let entries: Vec<_> = keys.iter().map(|key| entry(key)).collect();
    inbox.store(session(number), &entries).await.unwrap()
}

async fn keys_after(inbox: &impl Inbox, number: u128, position: u64, limit: usize) -> Vec<String> {
    keys(inbox.after(session(number), position, limit).await.unwrap())
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

/// In order, whole, until it is done or has failed, also after a restart; all else was never work.
pub async fn work_waits_until_it_is_handled(place: &impl Place<Store: Inbox>) {
    let inbox = place.open().await;
    let entries = [work("a"), entry("read only"), work("b"), work("c"), work("d")];
    inbox.store(session(1), &entries).await.unwrap();
    inbox.store(session(2), &[work("other")]).await.unwrap();
    for inbox in [&inbox, &place.open().await] {
        assert_eq!(work_after(inbox, 1, 0).await, ["a", "b", "c", "d"]);
        assert_eq!(work_after(inbox, 1, 1).await, ["b", "c", "d"]);
        let first = inbox.work(session(1), 0, 1).await.unwrap();
        assert!(first.len() == 1 && first[0].entry == work("a") && first[0].handling == Handling::Waiting);
    }
    inbox.note_handling(session(1), 1, &Handling::Done).await.unwrap();
    inbox.note_handling(session(1), 4, &broke()).await.unwrap();
    for inbox in [&inbox, &place.open().await] {
        assert_eq!(work_after(inbox, 1, 0).await, ["b", "d"]);
        let handling: Vec<_> = inbox.after(session(1), 0, 9).await.unwrap();
        let expected = [Handling::Done, Handling::Done, Handling::Waiting, broke(), Handling::Waiting];
        assert!(handling.iter().map(|row| &row.handling).eq(&expected));
        assert!(handling.iter().map(|row| &row.entry).eq(&entries));
        assert_eq!(work_after(inbox, 2, 0).await, ["other"]);
    }
}

/// Newest first, with why, until it is done once more.
pub async fn work_that_failed_is_listed_and_can_be_done_again(place: &impl Place<Store: Inbox>) {
    let inbox = place.open().await;
    inbox.store(session(1), &[work("a"), work("b"), entry("c"), work("d")]).await.unwrap();
    for position in [4, 1, 2] {
        inbox.note_handling(session(1), position, &broke()).await.unwrap();
    }
    inbox.note_handling(session(2), 1, &broke()).await.unwrap();
    for inbox in [&inbox, &place.open().await] {
        let failed = inbox.failed_work(session(1), 10).await.unwrap();
        assert!(failed.iter().all(|row| row.handling == broke()));
        assert_eq!(keys(failed), ["d", "b", "a"]);
        assert_eq!(keys(inbox.failed_work(session(1), 2).await.unwrap()), ["d", "b"]);
        assert_eq!(keys(inbox.failed_work(session(2), 2).await.unwrap()), [""; 0]);
    }
    inbox.note_handling(session(1), 2, &Handling::Waiting).await.unwrap();
    assert_eq!(work_after(&inbox, 1, 0).await, ["b"]);
    inbox.note_handling(session(1), 2, &Handling::Done).await.unwrap();
    assert_eq!(keys(place.open().await.failed_work(session(1), 10).await.unwrap()), ["d", "a"]);
}

/// Noting something about what was no work, or is not there, changes nothing.
pub async fn what_is_no_work_is_done(place: &impl Place<Store: Inbox>) {
    let inbox = place.open().await;
    inbox.store(session(1), &[entry("a")]).await.unwrap();
    for how in [Handling::Waiting, broke()] {
        inbox.note_handling(session(1), 1, &how).await.unwrap();
        inbox.note_handling(session(1), 77, &how).await.unwrap();
    }
    assert_eq!(inbox.after(session(1), 0, 9).await.unwrap()[0].handling, Handling::Done);
    assert_eq!(work_after(&inbox, 1, 0).await, [""; 0]);
    assert_eq!(keys(inbox.failed_work(session(1), 10).await.unwrap()), [""; 0]);
}

/// Neither by date nor by number; what is done or has failed goes like all else.
pub async fn work_that_waits_is_not_forgotten(place: &impl Place<Store: Inbox>) {
    let inbox = place.open().await;
    let entries = [work("a"), work("done"), work("failed"), entry("b"), entry("c"), entry("d")];
    inbox.store(session(1), &entries).await.unwrap();
    inbox.note_handling(session(1), 2, &Handling::Done).await.unwrap();
    inbox.note_handling(session(1), 3, &broke()).await.unwrap();
    inbox.trim(session(1), moment(-1_000_000_000), 2).await.unwrap();
    assert_eq!(keys_after(&inbox, 1, 0, 10).await, ["a", "c", "d"]);
    inbox.trim(session(1), moment(1_000_000_000), 10).await.unwrap();
    assert_eq!(keys_after(&place.open().await, 1, 0, 10).await, ["a"]);
    inbox.note_handling(session(1), 1, &Handling::Done).await.unwrap();
    inbox.trim(session(1), moment(1_000_000_000), 10).await.unwrap();
    assert_eq!(keys_after(&inbox, 1, 0, 10).await, [""; 0]);
}
