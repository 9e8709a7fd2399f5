//! [`AuditLog`]: what was done.

use futures::future::join_all;

use super::{Place, moment, session};
use crate::ports::{AuditEntry, AuditLog, AuditRow, Verification};

fn entry(number: i64) -> AuditEntry {
    AuditEntry {
        at: moment(number),
        principal: "owner".into(),
        session: Some(session(1).to_string()),
        operation: "send_message".into(),
        chats: vec!["-1000000000700".into()],
        outcome: "ok".into(),
        correlation_id: format!("correlation-{number}"),
        arguments: None,
    }
}

/// From the first on, also after a restart.
pub async fn every_row_follows_from_the_one_before(place: &impl Place<Store: AuditLog>) {
    let log = place.open().await;
    assert_eq!(log.verify().await.unwrap(), Verification::Whole { rows: 0 });
    let first = log.append(&entry(1)).await.unwrap();
    let second = place.open().await.append(&entry(2)).await.unwrap();
    assert_eq!((first.number, first.previous.as_str()), (1, AuditRow::ROOT));
    assert_eq!((second.number, &second.previous, &second.entry), (2, &first.hash, &entry(2)));
    for log in [log, place.open().await] {
        assert_eq!(log.rows(1, 10).await.unwrap(), [first.clone(), second.clone()]);
        assert_eq!(log.verify().await.unwrap(), Verification::Whole { rows: 2 });
    }
}

/// No gap and no fork, also from different openings.
pub async fn appending_at_once_gives_one_chain(place: &impl Place<Store: AuditLog>) {
    let (here, there) = (place.open().await, place.open().await);
    let attempts = (0..32).map(|number| {
        let log = if number % 2 == 0 { &here } else { &there };
        async move { log.append(&entry(number)).await.unwrap().number }
    });
    let mut numbers = join_all(attempts).await;
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=32));
    assert_eq!(here.verify().await.unwrap(), Verification::Whole { rows: 32 });
}

/// In order, at most so many.
pub async fn rows_are_given_from_a_number_on(place: &impl Place<Store: AuditLog>) {
    let log = place.open().await;
    for number in 1..=5 {
        log.append(&entry(number)).await.unwrap();
    }
    let numbers = async |from, limit| -> Vec<u64> {
        log.rows(from, limit).await.unwrap().into_iter().map(|row| row.number).collect()
    };
    assert_eq!(numbers(2, 3).await, [2, 3, 4]);
    assert_eq!(numbers(5, 3).await, [5]);
    assert_eq!(numbers(6, 3).await, [0; 0]);
    assert_eq!(numbers(0, 1).await, [1]);
}
