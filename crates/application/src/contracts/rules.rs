//! [`Rules`]: what people have allowed beyond one call.

use futures::future::join_all;
use telegraphist_domain::approval::Fingerprint;
use telegraphist_domain::{ApprovalId, UserId};
use uuid::Uuid;

use super::{Place, moment};
use crate::ports::{Rule, RuleQuestion, Rules};

fn rule(number: u8) -> Rule {
    Rule {
        id: Uuid::from_u128(number.into()),
        principal: "owner".into(),
        generation: None,
        tool: "bash".into(),
        about: Fingerprint([number; 32]),
        words: Some(format!("npm run {number}")),
        made_by: UserId(7),
        approval: ApprovalId(Uuid::from_u128(5)),
        made: moment(number.into()),
        expires: None,
        revoked: None,
    }
}

fn about(numbers: &[u8]) -> RuleQuestion {
    RuleQuestion {
        principal: "owner".into(),
        generation: "one".into(),
        tool: "bash".into(),
        about: numbers.iter().map(|number| Fingerprint([*number; 32])).collect(),
    }
}

async fn make(store: &impl Rules, rules: &[Rule]) {
    for rule in rules {
        store.make_rule(rule).await.unwrap();
    }
}

async fn found(store: &impl Rules, question: &RuleQuestion, seconds: i64) -> Option<u128> {
    store.rule_for(question, moment(seconds)).await.unwrap().map(|rule| rule.id.as_u128())
}

/// For this principal and tool, about any of what is asked; whole, also after a restart.
pub async fn a_rule_allows_what_it_is_about(place: &impl Place<Store: Rules>) {
    let store = place.open().await;
    make(&store, &[rule(1)]).await;
    for store in [store, place.open().await] {
        assert_eq!(store.rule_for(&about(&[9, 1]), moment(9)).await.unwrap(), Some(rule(1)));
        assert_eq!(found(&store, &about(&[]), 9).await, None);
        assert_eq!(found(&store, &about(&[2]), 9).await, None);
        assert_eq!(found(&store, &RuleQuestion { tool: "rm".into(), ..about(&[1]) }, 9).await, None);
        assert_eq!(found(&store, &RuleQuestion { principal: "ci".into(), ..about(&[1]) }, 9).await, None);
    }
}

/// One that was made for one life is nothing to another; the newest that fits is given.
pub async fn the_newest_rule_of_this_life_or_of_all_is_given(place: &impl Place<Store: Rules>) {
    let store = place.open().await;
    let of_life = |number, life: &str| Rule { generation: Some(life.into()), about: rule(1).about, ..rule(number) };
    make(&store, &[rule(1), of_life(2, "one"), of_life(3, "two")]).await;
    assert_eq!(found(&store, &about(&[1]), 9).await, Some(2));
    assert_eq!(found(&store, &RuleQuestion { generation: "two".into(), ..about(&[1]) }, 9).await, Some(3));
    assert_eq!(found(&store, &RuleQuestion { generation: "three".into(), ..about(&[1]) }, 9).await, Some(1));
}

/// From the moment on that it names.
pub async fn an_expired_rule_allows_nothing(place: &impl Place<Store: Rules>) {
    let store = place.open().await;
    make(&store, &[rule(1), Rule { expires: Some(moment(20)), about: rule(1).about, ..rule(2) }]).await;
    assert_eq!(found(&store, &about(&[1]), 19).await, Some(2));
    assert_eq!(found(&store, &about(&[1]), 20).await, Some(1));
}

/// At once, for everybody, and once: of many who take it back at once, exactly one did.
pub async fn a_rule_is_taken_back_once(place: &impl Place<Store: Rules>) {
    let (here, there) = (place.open().await, place.open().await);
    make(&here, &[rule(1), Rule { about: rule(1).about, ..rule(2) }]).await;
    let attempts = (0..8).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        async move { store.revoke_rule(Uuid::from_u128(2), moment(10)).await.unwrap() }
    });
    assert_eq!(join_all(attempts).await.into_iter().filter(|is_revoked| *is_revoked).count(), 1);
    for store in [&here, &there, &place.open().await] {
        assert_eq!(found(store, &about(&[1]), 9).await, Some(1));
        assert!(!store.revoke_rule(Uuid::from_u128(2), moment(11)).await.unwrap());
        assert!(!store.revoke_rule(Uuid::from_u128(77), moment(11)).await.unwrap());
        assert_eq!(store.rules().await.unwrap()[0].revoked, Some(moment(10)));
    }
}

/// Newest first, with those that count no more; one that is there already is left as it is.
pub async fn all_rules_are_listed(place: &impl Place<Store: Rules>) {
    let store = place.open().await;
    assert_eq!(store.rules().await.unwrap(), []);
    let expired = Rule { expires: Some(moment(3)), words: None, generation: Some("one".into()), ..rule(2) };
    make(&store, &[rule(1), expired.clone(), rule(3)]).await;
    make(&store, &[Rule { tool: "rm".into(), ..rule(1) }]).await;
    store.revoke_rule(rule(3).id, moment(9)).await.unwrap();
    let revoked = Rule { revoked: Some(moment(9)), ..rule(3) };
    for store in [store, place.open().await] {
        assert_eq!(store.rules().await.unwrap(), [revoked.clone(), expired.clone(), rule(1)]);
    }
}
