//! [`Tokens`]: who was let in by bearer token.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use telegraphist_domain::TokenId;
use uuid::Uuid;

use super::{Place, moment, session};
use crate::grants::{ChatPolicy, ChatRule, ChatTarget, Effects, Grants, Scopes, Verb};
use crate::operation::{Effect, Scope};
use crate::ports::{Added, Token, Tokens};

fn token(number: u8, name: &str) -> Token {
    Token {
        id: TokenId(Uuid::from_u128(u128::from(number))),
        name: name.to_owned(),
        hash: [number; 32],
        grants: Grants::everything(),
        created: moment(i64::from(number)),
        expires: None,
        revoked: None,
    }
}

/// With everything that can be said of one.
fn particular() -> Token {
    let allow = vec![
        ChatRule { verb: None, target: ChatTarget::Chat(telegraphist_domain::ChatId(-1_000_000_000_700)) },
        ChatRule { verb: Some(Verb::Read), target: ChatTarget::Folder("Work: \u{1f4bc}".into()) },
    ];
    let deny = vec![ChatRule { verb: Some(Verb::Write), target: ChatTarget::Own }];
    let quotas = ["calls=100/m", "send=20/h", "send_message=5/d"].map(|quota| quota.parse().unwrap());
    Token {
        grants: Grants {
            scopes: [Scope::MessagesRead, Scope::MessagesWrite].into_iter().collect::<Scopes>(),
            is_read_only: true,
            is_locked_down: true,
            needs_approval: [Effect::Writes].into_iter().collect::<Effects>(),
            quotas: quotas.into(),
            sessions: [session(1), session(2)].into_iter().collect(),
            chats: ChatPolicy::of(allow, deny),
        },
        expires: Some(moment(900)),
        ..token(9, "ci")
    }
}

async fn by_hash(store: &impl Tokens, number: u8) -> Option<Arc<Token>> {
    store.token_by_hash([number; 32]).await.unwrap()
}

/// With all that it may do, also after a restart; no other hash finds it.
pub async fn a_token_is_found_by_its_hash(place: &impl Place<Store: Tokens>) {
    let store = place.open().await;
    assert!(by_hash(&store, 9).await.is_none());
    for token in [token(1, "one"), particular()] {
        assert_eq!(store.add_token(&token).await.unwrap(), Added::Yes);
    }
    for store in [store, place.open().await] {
        assert_eq!(by_hash(&store, 9).await.as_deref(), Some(&particular()));
        assert_eq!(by_hash(&store, 1).await.as_deref(), Some(&token(1, "one")));
        assert!(by_hash(&store, 2).await.is_none());
    }
}

/// Once and for good, at once, also after a restart. It is still known.
pub async fn a_token_is_taken_back_once(place: &impl Place<Store: Tokens>) {
    let store = place.open().await;
    store.add_token(&token(1, "one")).await.unwrap();
    store.add_token(&token(2, "two")).await.unwrap();
    assert!(by_hash(&store, 1).await.is_some());
    assert!(store.revoke_token(token(1, "one").id, moment(5)).await.unwrap());
    assert!(!store.revoke_token(token(1, "one").id, moment(6)).await.unwrap());
    assert!(!store.revoke_token(token(3, "three").id, moment(6)).await.unwrap());
    for store in [store, place.open().await] {
        assert_eq!(by_hash(&store, 1).await.unwrap().revoked, Some(moment(5)));
        assert_eq!(by_hash(&store, 2).await.unwrap().revoked, None);
    }
}

/// Another process that has looked before sees it soon.
pub async fn others_see_a_token_taken_back_soon(place: &impl Place<Store: Tokens>) {
    let (here, there) = (place.open().await, place.open().await);
    here.add_token(&token(1, "one")).await.unwrap();
    assert!(by_hash(&there, 1).await.is_some());
    here.revoke_token(token(1, "one").id, moment(5)).await.unwrap();
    let seen = async {
        while by_hash(&there, 1).await.unwrap().revoked.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen).await.expect("the other sees it");
}

/// Free again once it was taken back.
pub async fn a_name_belongs_to_one_token_at_a_time(place: &impl Place<Store: Tokens>) {
    let (here, there) = (place.open().await, place.open().await);
    let attempts = (1..=8).map(|number| {
        let store = if number % 2 == 0 { &here } else { &there };
        async move { (number, store.add_token(&token(number, "ci")).await.unwrap()) }
    });
    let added = join_all(attempts).await.into_iter().filter(|(_, added)| *added == Added::Yes);
    let added: Vec<u8> = added.map(|(number, _)| number).collect();
    assert_eq!(added.len(), 1);
    assert!(here.revoke_token(token(added[0], "ci").id, moment(5)).await.unwrap());
    assert_eq!(here.add_token(&token(20, "ci")).await.unwrap(), Added::Yes);
    assert_eq!(there.add_token(&token(21, "ci")).await.unwrap(), Added::NameTaken);
}

/// The newest first, with when each was used last; that never goes back.
pub async fn tokens_are_listed_with_their_last_use(place: &impl Place<Store: Tokens>) {
    let store = place.open().await;
    for number in 1..=3 {
        store.add_token(&token(number, &format!("t{number}"))).await.unwrap();
    }
    let two = token(2, "t2").id;
    for second in [60, 120, 90] {
        store.note_token_used(two, moment(second)).await.unwrap();
    }
    store.note_token_used(token(7, "t7").id, moment(60)).await.unwrap();
    for store in [store, place.open().await] {
        let listed = store.tokens().await.unwrap();
        let used: Vec<_> = listed.iter().map(|known| (known.token.name.as_str(), known.last_used)).collect();
        assert_eq!(used, [("t3", None), ("t2", Some(moment(120))), ("t1", None)]);
    }
}
