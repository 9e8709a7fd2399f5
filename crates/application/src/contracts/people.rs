//! [`People`]: who is let in.

use std::time::Duration;

use futures::future::join_all;
use telegraphist_domain::{ChatId, UserId};

use super::{Place, moment};
use crate::ports::{Group, Pairing, People, Person, Role};

fn person(user: i64, role: Role) -> Person {
    Person {
        user: UserId(user),
        role,
        name: format!("Person {user}"),
        username: None,
        since: moment(user),
        by: None,
        wants_notices: true,
        is_unreachable: false,
    }
}

fn group(chat: i64) -> Group {
    let title = format!("Group {chat}");
    Group { chat: ChatId(chat), title, since: moment(0), by: UserId(7), wants_notices: false }
}

fn pairing(user: i64, code: u8, seconds: i64) -> Pairing {
    Pairing {
        user: UserId(user),
        name: format!("Person {user}"),
        username: Some(format!("person_{user}")),
        code: [code; 32],
        expires: moment(seconds),
    }
}

async fn waiting(store: &impl People, seconds: i64) -> Vec<i64> {
    store.pairings(moment(seconds)).await.unwrap().into_iter().map(|pairing| pairing.user.0).collect()
}

/// By user id, whole, until they are forgotten; also after a restart.
pub async fn a_person_is_known_until_forgotten(place: &impl Place<Store: People>) {
    let store = place.open().await;
    assert_eq!(store.person(UserId(7)).await.unwrap(), None);
    let roles = [Role::Owner, Role::Admin, Role::User, Role::Guest, Role::Blocked];
    let people: Vec<_> = (7_000_000_001..).zip(roles).map(|(user, role)| person(user, role)).collect();
    for person in people.iter().rev() {
        store.note_person(person).await.unwrap();
        assert_eq!(store.person(person.user).await.unwrap().as_ref(), Some(person), "seen at once");
    }
    for store in [&store, &place.open().await] {
        assert_eq!(store.people().await.unwrap(), people);
    }
    let first = &people[0];
    let changed = Person {
        role: Role::Blocked,
        name: "Ada L.".into(),
        username: Some("ada".into()),
        by: Some(UserId(-1)),
        wants_notices: false,
        is_unreachable: true,
        ..first.clone()
    };
    store.note_person(&changed).await.unwrap();
    assert_eq!(store.person(first.user).await.unwrap().as_ref(), Some(&changed));
    store.forget_person(people[1].user).await.unwrap();
    store.forget_person(UserId(404)).await.unwrap();
    for store in [store, place.open().await] {
        assert_eq!(store.person(people[1].user).await.unwrap(), None);
        assert_eq!(store.people().await.unwrap()[0], changed);
        assert_eq!(store.people().await.unwrap().len(), 4);
    }
}

/// Another process that has looked before sees the change soon.
pub async fn others_see_a_changed_person_soon(place: &impl Place<Store: People>) {
    let (here, there) = (place.open().await, place.open().await);
    here.note_person(&person(7, Role::Admin)).await.unwrap();
    assert_eq!(there.person(UserId(7)).await.unwrap().unwrap().role, Role::Admin);
    assert_eq!(there.groups().await.unwrap(), []);
    here.note_person(&person(7, Role::Blocked)).await.unwrap();
    here.note_group(&group(-5)).await.unwrap();
    let seen = async {
        while there.person(UserId(7)).await.unwrap().unwrap().role != Role::Blocked
            || there.groups().await.unwrap().is_empty()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.expect("the other sees the change");
}

/// By chat id, whole, until they are left alone again; also after a restart.
pub async fn a_group_is_allowed_until_forgotten(place: &impl Place<Store: People>) {
    let store = place.open().await;
    for chat in [-3, -1, -1_000_000_000_700] {
        store.note_group(&group(chat)).await.unwrap();
    }
    let changed = Group { title: "Team".into(), wants_notices: true, ..group(-3) };
    store.note_group(&changed).await.unwrap();
    store.forget_group(ChatId(-1)).await.unwrap();
    store.forget_group(ChatId(-404)).await.unwrap();
    for store in [store, place.open().await] {
        assert_eq!(store.groups().await.unwrap(), [group(-1_000_000_000_700), changed.clone()]);
    }
}

/// Of many who take it at once, exactly one gets it; also after a restart.
pub async fn a_code_lets_one_person_in_once(place: &impl Place<Store: People>) {
    place.open().await.note_pairing(&pairing(7, 1, 60)).await.unwrap();
    let (here, there) = (place.open().await, place.open().await);
    assert!(here.take_pairing([2; 32], moment(0)).await.unwrap().is_none());
    let attempts = (0..8).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        async move { store.take_pairing([1; 32], moment(0)).await.unwrap() }
    });
    let taken: Vec<_> = join_all(attempts).await.into_iter().flatten().collect();
    assert!(taken == [pairing(7, 1, 60)]);
    assert_eq!(waiting(&place.open().await, 0).await, [0; 0]);
}

/// From the moment on that it names, and it is not listed any more.
pub async fn an_expired_code_lets_nobody_in(place: &impl Place<Store: People>) {
    let store = place.open().await;
    for (user, code, seconds) in [(1, 1, 60), (2, 2, 30), (3, 3, 90)] {
        store.note_pairing(&pairing(user, code, seconds)).await.unwrap();
    }
    assert_eq!(waiting(&place.open().await, 0).await, [2, 1, 3], "the first to expire first");
    assert!(store.take_pairing([1; 32], moment(60)).await.unwrap().is_none());
    assert!(store.take_pairing([3; 32], moment(89)).await.unwrap().is_some());
    store.note_pairing(&pairing(4, 4, 60)).await.unwrap();
    assert_eq!(waiting(&store, 60).await, [0; 0]);
}

/// A newer code of a person ends the older, and one code never stands for two people.
pub async fn a_code_and_a_person_belong_together(place: &impl Place<Store: People>) {
    let store = place.open().await;
    store.note_pairing(&pairing(1, 1, 60)).await.unwrap();
    store.note_pairing(&pairing(1, 2, 60)).await.unwrap();
    assert!(store.take_pairing([1; 32], moment(0)).await.unwrap().is_none());
    store.note_pairing(&pairing(3, 2, 60)).await.unwrap();
    assert_eq!(waiting(&store, 0).await, [3]);
    assert!(store.take_pairing([2; 32], moment(0)).await.unwrap().is_some_and(|pairing| pairing.user == UserId(3)));
}
