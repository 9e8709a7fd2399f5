//! [`Idempotency`]: calls that must not happen twice.

use futures::future::join_all;

use super::{Place, moment, session};
use crate::ports::{CallKey, Claim, Entry, Idempotency, Outcome, PartState};

fn key(key: &str) -> CallKey {
    CallKey { principal: "owner".into(), session: session(1), key: key.into() }
}

fn claim(argument: u8) -> Claim {
    Claim { operation: "send_message".into(), arguments: [argument; 32], at: moment(i64::from(argument)) }
}

fn answered() -> Outcome {
    Outcome::Answered(r#"{"text":"hello"}"#.into())
}

fn is(found: Option<Entry>, expected: &Entry) -> bool {
    found.is_some_and(|found| found == *expected)
}

/// Whoever comes later gets the first claim and changes nothing, also after a restart.
pub async fn the_first_claim_wins_and_later_ones_see_it(place: &impl Place<Store: Idempotency>) {
    let calls = place.open().await;
    assert!(calls.look_up(&key("a")).await.unwrap().is_none());
    assert!(calls.claim(&key("a"), &claim(1)).await.unwrap().is_none());
    let first = Entry { claim: claim(1), parts: Vec::new(), outcome: None };
    for calls in [calls, place.open().await] {
        assert!(is(calls.claim(&key("a"), &claim(2)).await.unwrap(), &first));
        assert!(is(calls.look_up(&key("a")).await.unwrap(), &first));
    }
}

/// Exactly one, also from different openings.
pub async fn one_of_many_claims_at_once_wins(place: &impl Place<Store: Idempotency>) {
    let (here, there) = (place.open().await, place.open().await);
    let attempts = (0..16).map(|number| {
        let calls = if number % 2 == 0 { &here } else { &there };
        async move { calls.claim(&key("a"), &claim(number)).await.unwrap() }
    });
    let entries = join_all(attempts).await;
    assert_eq!(entries.iter().filter(|entry| entry.is_none()).count(), 1);
    let winner = here.look_up(&key("a")).await.unwrap().unwrap();
    assert!(entries.into_iter().flatten().all(|entry| entry == winner));
}

/// The newest state of each part, in order, and the newest outcome, also after a restart.
pub async fn outcomes_and_parts_are_kept(place: &impl Place<Store: Idempotency>) {
    let calls = place.open().await;
    calls.claim(&key("a"), &claim(1)).await.unwrap();
    let started = PartState::Started { after: Some(40) };
    let sent = PartState::Sent { message_id: Some(41), date: Some(1_780_000_000) };
    for (part, state) in [(1, &started), (0, &started), (0, &sent)] {
        calls.note_part(&key("a"), part, state).await.unwrap();
    }
    calls.finish(&key("a"), &Outcome::Failed(r#"{"code":"partially_sent"}"#.into())).await.unwrap();
    calls.note_part(&key("a"), 1, &sent).await.unwrap();
    calls.finish(&key("a"), &answered()).await.unwrap();
    let whole = Entry { claim: claim(1), parts: vec![(0, sent.clone()), (1, sent)], outcome: Some(answered()) };
    for calls in [calls, place.open().await] {
        assert!(is(calls.look_up(&key("a")).await.unwrap(), &whole));
        assert!(is(calls.claim(&key("a"), &claim(2)).await.unwrap(), &whole));
    }
}

/// Principal, session and key together are the key.
pub async fn keys_of_others_are_other_keys(place: &impl Place<Store: Idempotency>) {
    let calls = place.open().await;
    let others = [
        CallKey { principal: "guest".into(), ..key("a") },
        CallKey { session: session(2), ..key("a") },
        key("b"),
        CallKey { principal: "own".into(), ..key("era") },
    ];
    calls.claim(&key("a"), &claim(1)).await.unwrap();
    calls.finish(&key("a"), &answered()).await.unwrap();
    for other in &others {
        assert!(calls.look_up(other).await.unwrap().is_none());
        assert!(calls.claim(other, &claim(2)).await.unwrap().is_none());
    }
}

/// What was begun or finished stays.
pub async fn only_an_untouched_claim_is_released(place: &impl Place<Store: Idempotency>) {
    let calls = place.open().await;
    for name in ["untouched", "begun", "finished"] {
        calls.claim(&key(name), &claim(1)).await.unwrap();
    }
    calls.note_part(&key("begun"), 0, &PartState::Started { after: None }).await.unwrap();
    calls.finish(&key("finished"), &answered()).await.unwrap();
    for name in ["untouched", "begun", "finished", "unknown"] {
        calls.release(&key(name)).await.unwrap();
    }
    let calls = place.open().await;
    assert!(calls.look_up(&key("untouched")).await.unwrap().is_none());
    assert!(calls.look_up(&key("begun")).await.unwrap().is_some());
    assert!(calls.look_up(&key("finished")).await.unwrap().is_some());
    assert!(calls.claim(&key("untouched"), &claim(2)).await.unwrap().is_none(), "a repeat starts anew");
}

/// Parts and outcomes of a forgotten call make no entry.
pub async fn what_was_never_claimed_is_left_alone(place: &impl Place<Store: Idempotency>) {
    let calls = place.open().await;
    calls.note_part(&key("a"), 0, &PartState::Started { after: None }).await.unwrap();
    calls.finish(&key("a"), &answered()).await.unwrap();
    assert!(calls.look_up(&key("a")).await.unwrap().is_none());
}

/// By the date of the claim, with their parts.
pub async fn old_entries_are_forgotten(place: &impl Place<Store: Idempotency>) {
    let calls = place.open().await;
    for (name, seconds) in [("old", 1), ("new", 5)] {
        calls.claim(&key(name), &claim(seconds)).await.unwrap();
        calls.note_part(&key(name), 0, &PartState::Started { after: None }).await.unwrap();
    }
    calls.forget_before(moment(5)).await.unwrap();
    assert!(calls.look_up(&key("old")).await.unwrap().is_none());
    assert!(calls.look_up(&key("new")).await.unwrap().is_some());
    calls.claim(&key("old"), &claim(6)).await.unwrap();
    assert!(place.open().await.look_up(&key("old")).await.unwrap().unwrap().parts.is_empty());
}
