//! [`Approvals`]: questions that wait, and how others ended.

use telegraphist_domain::approval::{Cancellation, Fingerprint, Question, Requester, Subject};
use telegraphist_domain::{Aggregate, Approval, ApprovalEvent, ApprovalState, Timestamp};

use super::Place;
use super::specimens::{AT, Specimen, allowed, card, question};
use crate::ports::{ApprovalQuery, Approvals, EventStore, Together, Version};
use crate::stored::date_of;

/// A store of approvals.
pub trait Asks: EventStore<Approval> + Approvals {}

impl<S: EventStore<Approval> + Approvals> Asks for S {}

async fn append(store: &impl EventStore<Approval>, number: u128, expected: u64, events: &[ApprovalEvent]) {
    store.append(Approval::id(number), Version(expected), events, &Together::default()).await.unwrap();
}

async fn ask(store: &impl EventStore<Approval>, number: u128, question: Question) {
    append(store, number, 0, &Approval::request(Approval::id(number), question, AT).unwrap()).await;
}

fn of(principal: &str) -> Question {
    let requester = Requester { principal: principal.into(), ..question(1).requester };
    Question { requester, ..question(1) }
}

async fn numbers(store: &impl Approvals, query: ApprovalQuery, limit: usize) -> Vec<u128> {
    let found = store.approvals(&query, limit).await.unwrap();
    found.into_iter().map(|approval| approval.id.0.as_u128()).collect()
}

/// All, or those that wait, or of one principal, page by page; also after a restart. Ids say nothing about the order.
pub async fn the_question_asked_last_comes_first(place: &impl Place<Store: Asks>) {
    let store = place.open().await;
    for (number, principal) in [(5, "owner"), (1, "ci"), (4, "owner"), (2, "owner")] {
        ask(&store, number, of(principal)).await;
    }
    append(&store, 4, 1, &[ApprovalEvent::Cancelled { why: Cancellation::Requester, at: AT }]).await;
    let all = ApprovalQuery::default;
    let owner = || ApprovalQuery { principal: Some("owner".into()), ..all() };
    let before = |number, query| ApprovalQuery { before: Some(Approval::id(number)), ..query };
    for store in [store, place.open().await] {
        assert_eq!(numbers(&store, all(), 9).await, [2, 4, 1, 5]);
        assert_eq!(numbers(&store, all(), 2).await, [2, 4]);
        assert_eq!(numbers(&store, owner(), 9).await, [2, 4, 5]);
        let pending = ApprovalQuery { is_pending: true, ..all() };
        assert_eq!(numbers(&store, pending.clone(), 9).await, [2, 1, 5]);
        assert_eq!(numbers(&store, ApprovalQuery { is_pending: true, ..owner() }, 9).await, [2, 5]);
        assert_eq!(numbers(&store, before(4, all()), 9).await, [1, 5]);
        assert_eq!(numbers(&store, before(4, owner()), 1).await, [5]);
        assert_eq!(numbers(&store, before(4, pending), 9).await, [1, 5]);
        assert_eq!(numbers(&store, before(5, all()), 9).await, [0; 0]);
        assert_eq!(numbers(&store, before(77, all()), 9).await, [0; 0]);
    }
}

/// Whole, and as it stands now.
pub async fn a_listed_question_is_as_it_stands(place: &impl Place<Store: Asks>) {
    let store = place.open().await;
    let mut events = Approval::born(1);
    append(&store, 1, 0, &events).await;
    let shown = ApprovalEvent::Shown { card: card(3), at: AT };
    for (version, event) in (1..).zip([shown, ApprovalEvent::Reminded { at: AT }, allowed(7)]) {
        append(&store, 1, version, std::slice::from_ref(&event)).await;
        events.push(event);
        let listed = store.approvals(&ApprovalQuery::default(), 9).await.unwrap();
        assert_eq!(listed, [Approval::replay(&events).unwrap()]);
    }
    let listed = place.open().await.approvals(&ApprovalQuery::default(), 9).await.unwrap();
    assert!(matches!(listed[0].state, ApprovalState::Decided(_)));
}

/// Each of its cards, and the last question that a card has shown.
pub async fn a_question_is_found_by_its_card(place: &impl Place<Store: Asks>) {
    let store = place.open().await;
    let shown = |message| ApprovalEvent::Shown { card: card(message), at: AT };
    ask(&store, 1, question(1)).await;
    ask(&store, 2, question(1)).await;
    append(&store, 1, 1, &[shown(10), shown(11)]).await;
    append(&store, 2, 1, &[shown(12)]).await;
    for store in [&store, &place.open().await] {
        for (message, number) in [(10, Some(1)), (11, Some(1)), (12, Some(2)), (13, None)] {
            let found = store.approval_on(card(message)).await.unwrap();
            assert_eq!(found, number.map(Approval::id), "{message}");
        }
        let elsewhere = telegraphist_domain::approval::Card { chat: telegraphist_domain::ChatId(8), ..card(10) };
        assert_eq!(store.approval_on(elsewhere).await.unwrap(), None);
    }
    append(&store, 1, 3, &[allowed(7)]).await;
    assert_eq!(store.approval_on(card(10)).await.unwrap(), Some(Approval::id(1)), "also after it is decided");
    append(&store, 2, 2, &[shown(11)]).await;
    assert_eq!(store.approval_on(card(11)).await.unwrap(), Some(Approval::id(2)));
}

/// By principal, life, tool and exact arguments; the one asked last, and none that has ended.
pub async fn a_pending_question_is_found_by_what_it_is_about(place: &impl Place<Store: Asks>) {
    let store = place.open().await;
    let found = async |store: &_, (principal, generation, tool, arguments): (&str, &str, &str, u8)| {
        let found = Approvals::pending_about(store, principal, generation, tool, Fingerprint([arguments; 32])).await;
        found.unwrap().map(|id| id.0.as_u128())
    };
    let same = ("owner", "one", "bash", 1);
    assert_eq!(found(&store, same).await, None);
    ask(&store, 2, question(1)).await;
    ask(&store, 1, question(1)).await;
    let another_life = Requester { generation: "two".into(), ..question(1).requester };
    ask(&store, 3, Question { requester: another_life, ..question(1) }).await;
    ask(&store, 4, Question { subject: Subject { tool: "rm".into(), ..question(1).subject }, ..question(1) }).await;
    ask(&store, 5, question(2)).await;
    for store in [&store, &place.open().await] {
        assert_eq!(found(store, same).await, Some(1));
        assert_eq!(found(store, ("owner", "two", "bash", 1)).await, Some(3));
        assert_eq!(found(store, ("owner", "one", "rm", 1)).await, Some(4));
        assert_eq!(found(store, ("owner", "one", "bash", 2)).await, Some(5));
        assert_eq!(found(store, ("owner", "one", "bash", 3)).await, None);
        assert_eq!(found(store, ("ci", "one", "bash", 1)).await, None);
    }
    append(&store, 1, 1, &[allowed(7)]).await;
    assert_eq!(found(&store, same).await, Some(2));
    append(&store, 2, 1, &[ApprovalEvent::Expired { at: AT }]).await;
    assert_eq!(found(&store, same).await, None);
}

/// However they end.
pub async fn those_that_wait_are_counted_with_the_next_to_expire(place: &impl Place<Store: Asks>) {
    let store = place.open().await;
    assert_eq!(store.pending_approvals().await.unwrap(), (0, None));
    let expires = |seconds: i64| Timestamp(AT.0 + seconds * 1_000);
    for (number, seconds) in [(1, 20), (2, 10), (3, 40), (4, 30)] {
        ask(&store, number, Question { expires: expires(seconds), ..question(1) }).await;
    }
    let ends = [
        (2, ApprovalEvent::Expired { at: AT }, Some(20)),
        (1, allowed(7), Some(30)),
        (4, ApprovalEvent::Undeliverable { reason: "blocked".into(), at: AT }, Some(40)),
        (3, ApprovalEvent::Cancelled { why: Cancellation::Operator, at: AT }, None),
    ];
    assert_eq!(place.open().await.pending_approvals().await.unwrap(), (4, Some(date_of(expires(10)))));
    for (left, (number, event, next)) in [3, 2, 1, 0].into_iter().zip(ends) {
        append(&store, number, 1, &[event]).await;
        let next = next.map(|seconds| date_of(expires(seconds)));
        assert_eq!(store.pending_approvals().await.unwrap(), (left, next));
    }
    append(&store, 1, 2, &[ApprovalEvent::Executed { at: AT }]).await;
    assert_eq!(place.open().await.pending_approvals().await.unwrap(), (0, None));
}
