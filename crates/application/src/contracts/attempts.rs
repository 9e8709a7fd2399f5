//! [`Outbox`]: how attempts end, and what comes after.

use telegraphist_domain::ChatId;

use super::outbox::{Post, again, claim, finish, found, queue, send, sent, state};
use super::specimens::{delivery, delivery_id};
use super::{Place, moment, session};
use crate::ports::{Attempted, CUT_SHORT, DeliveryState, Lane, NewDelivery, Outbox, PartState, Urgency};

/// Also what is more urgent, until its time has come; then it is first again. Other lanes go on.
pub async fn one_to_be_tried_again_holds_up_its_lane(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &[delivery(1, 7), NewDelivery { urgency: Urgency::Interactive, ..delivery(2, 7) }]).await;
    queue(&store, &[delivery(3, 8)]).await;
    assert_eq!(claim(&store, 0, &[8], 9).await, [1]);
    finish(&store, 1, &again(30)).await;
    assert_eq!(claim(&store, 29, &[], 9).await, [3]);
    let store = place.open().await;
    assert_eq!(claim(&store, 29, &[], 9).await, [0; 0]);
    assert_eq!(claim(&store, 30, &[], 9).await, [1]);
    assert_eq!(found(&store, 1).await.attempts, 2);
    send(&store, 1).await;
    assert_eq!(claim(&store, 30, &[], 9).await, [2]);
}

/// With what is known about it, also after a restart.
pub async fn an_attempt_ends_in_every_way(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    let error = || "why".to_owned();
    let ends = [
        (1, sent(&[41, 40]), DeliveryState::Sent),
        (2, again(60), DeliveryState::Queued),
        (3, Attempted::Failed { error: error() }, DeliveryState::Failed),
        (4, Attempted::Dead { error: error() }, DeliveryState::Dead),
        (5, Attempted::Unknown { error: error() }, DeliveryState::Unknown),
    ];
    queue(&store, &(1..=5).map(|number| delivery(number, number as i64)).collect::<Vec<_>>()).await;
    claim(&store, 0, &[], 9).await;
    for (number, how, _) in &ends {
        store.finish(delivery_id(*number), &[], how, moment(7)).await.unwrap();
    }
    for store in [&store, &place.open().await] {
        for (number, how, state) in &ends {
            let delivery = found(store, *number).await;
            assert_eq!((delivery.state, delivery.attempts), (*state, 1));
            assert_eq!(delivery.ended, (*state != DeliveryState::Queued).then(|| moment(7)));
            let (not_before, message_ids, error) = match how {
                Attempted::Sent { message_ids } => (None, message_ids.clone(), None),
                Attempted::Again { not_before, error } => (Some(*not_before), Vec::new(), Some(error.clone())),
                Attempted::Failed { error } | Attempted::Dead { error } | Attempted::Unknown { error } => {
                    (None, Vec::new(), Some(error.clone()))
                }
            };
            assert_eq!((delivery.not_before, delivery.message_ids, delivery.error), (not_before, message_ids, error));
        }
    }
    assert_eq!(claim(&store, 60, &[], 9).await, [2]);
    finish(&store, 2, &sent(&[42])).await;
    assert_eq!(found(&store, 2).await.error, None, "the newest attempt did not fail");
}

/// Whatever waits, has ended or is not there is left alone.
pub async fn only_what_is_being_sent_ends_an_attempt(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &[delivery(1, 7), delivery(2, 7)]).await;
    assert_eq!(claim(&store, 0, &[], 9).await, [1]);
    send(&store, 1).await;
    for number in [1, 2, 77] {
        finish(&store, number, &Attempted::Dead { error: "late".into() }).await;
    }
    assert_eq!(state(&store, 1).await, DeliveryState::Sent);
    assert_eq!(state(&place.open().await, 2).await, DeliveryState::Queued);
}

/// The newest state of each part, in order, for the next attempt, also after a restart and when queued again.
pub async fn parts_are_kept_for_the_next_attempt(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &[delivery(1, 7)]).await;
    let claim =
        async |store: &_, seconds: i64| Outbox::claim(store, session(1), moment(seconds), &[], 9).await.unwrap();
    assert!(claim(&store, 0).await[0].parts.is_empty());
    let started = PartState::Started { after: Some(40) };
    let sent = PartState::Sent { message_id: Some(41), date: Some(1_780_000_000) };
    let blind = PartState::Sent { message_id: None, date: None };
    for (part, state) in [(2, &started), (0, &started), (0, &sent), (10, &started)] {
        store.note_parts(delivery_id(1), &[(part, state.clone())]).await.unwrap();
    }
    store.note_parts(delivery_id(77), &[(0, sent.clone())]).await.unwrap();
    let parts = [(0, sent.clone()), (2, started), (10, blind.clone())];
    // The last of them with the end of the attempt.
    store.finish(delivery_id(1), &[(10, blind.clone())], &again(5), moment(0)).await.unwrap();
    let store = place.open().await;
    assert_eq!(claim(&store, 5).await[0].parts, parts);
    finish(&store, 1, &Attempted::Dead { error: "why".into() }).await;
    assert!(store.requeue(delivery_id(1), moment(6)).await.unwrap());
    // Whoever asked for it has looked: what may have been sent is to be sent.
    let parts = [(0, sent.clone()), (2, PartState::Unsent), (10, blind)];
    assert_eq!(claim(&store, 6).await[0].parts, parts);
}

/// In its session; the lane goes on.
pub async fn what_was_being_sent_is_unknown_after_a_restart(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &[delivery(1, 7), delivery(2, 7), delivery(3, 8), delivery(4, 9)]).await;
    queue(&store, &[NewDelivery { lane: Lane { session: session(2), chat: ChatId(7) }, ..delivery(5, 7) }]).await;
    store.claim(session(2), moment(0), &[], 9).await.unwrap();
    assert_eq!(claim(&store, 0, &[9], 9).await, [1, 3]);
    let store = place.open().await;
    let recovered = store.recover(session(1), moment(9)).await.unwrap();
    assert_eq!(recovered.len(), 2);
    for (number, recovered) in [1, 3].into_iter().zip(recovered) {
        assert_eq!(recovered, found(&store, number).await);
        assert_eq!((recovered.state, recovered.ended), (DeliveryState::Unknown, Some(moment(9))));
        assert_eq!(recovered.error.as_deref(), Some(CUT_SHORT));
    }
    assert_eq!(state(&store, 5).await, DeliveryState::Sending);
    assert_eq!(store.recover(session(1), moment(9)).await.unwrap(), []);
    assert_eq!(claim(&store, 9, &[], 9).await, [2, 4]);
}

/// At the end of its lane, at once and like new; nothing else is.
pub async fn what_is_stuck_is_queued_again_at_the_end(place: &impl Place<Store: Post>) {
    let store = place.open().await;
    queue(&store, &(1..=4).map(|number| delivery(number, 7)).collect::<Vec<_>>()).await;
    assert!(!store.requeue(delivery_id(1), moment(0)).await.unwrap(), "it waits");
    claim(&store, 0, &[], 9).await;
    assert!(!store.requeue(delivery_id(1), moment(0)).await.unwrap(), "it is being sent");
    finish(&store, 1, &again(5)).await;
    claim(&store, 5, &[], 9).await;
    let why = || "why".to_owned();
    finish(&store, 1, &Attempted::Dead { error: why() }).await;
    for (number, how) in [(2, Attempted::Failed { error: why() }), (3, Attempted::Unknown { error: why() })] {
        assert_eq!(claim(&store, 5, &[], 9).await, [number]);
        finish(&store, number, &how).await;
    }
    let was = found(&store, 2).await.position;
    for number in [2, 3, 1] {
        assert!(store.requeue(delivery_id(number), moment(6)).await.unwrap());
        assert!(!store.requeue(delivery_id(number), moment(6)).await.unwrap());
        let delivery = found(&place.open().await, number).await;
        assert_eq!((delivery.state, delivery.attempts, delivery.queued), (DeliveryState::Queued, 0, moment(6)));
        assert_eq!((delivery.not_before, delivery.ended, delivery.error), (None, None, None));
    }
    assert!(found(&store, 2).await.position > was);
    assert!(!store.requeue(delivery_id(77), moment(6)).await.unwrap());
    for next in [4, 2, 3, 1] {
        assert_eq!(claim(&store, 0, &[], 9).await, [next]);
        send(&store, next).await;
        assert!(!store.requeue(delivery_id(next), moment(6)).await.unwrap(), "it is sent");
    }
}
