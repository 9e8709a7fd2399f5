//! [`Peers`]: what each account remembers.

use telegraphist_domain::ChatId;

use super::{Place, session};
use crate::ports::{DcAddress, KnownPeer, PeerKind, Peers, UpdateMark};

fn ada() -> KnownPeer {
    KnownPeer {
        id: ChatId(7),
        kind: PeerKind::User,
        access_hash: Some(-5),
        username: Some("ada".into()),
        phone: Some("15550001234".into()),
        name: "Ada".into(),
        is_self: false,
    }
}

fn nobody(id: i64) -> KnownPeer {
    KnownPeer { id: ChatId(id), access_hash: None, username: None, phone: None, name: "Nobody".into(), ..ada() }
}

fn is(found: Option<KnownPeer>, expected: &KnownPeer) -> bool {
    found.is_some_and(|found| found == *expected)
}

/// By id, name and number, also after a restart, and only in its own session.
pub async fn a_peer_is_found_in_every_way(place: &impl Place<Store: Peers>) {
    let peers = place.open().await;
    let group = KnownPeer { id: ChatId(-400), kind: PeerKind::Group, ..nobody(0) };
    let channel = KnownPeer { id: ChatId(-1_000_000_000_700), kind: PeerKind::Channel, ..nobody(0) };
    peers.remember(session(1), &[ada(), group.clone(), channel.clone()]).await.unwrap();
    for peers in [peers, place.open().await] {
        assert!(is(peers.by_id(session(1), ChatId(7)).await.unwrap(), &ada()));
        assert!(is(peers.by_username(session(1), "ada").await.unwrap(), &ada()));
        assert!(is(peers.by_phone(session(1), "15550001234").await.unwrap(), &ada()));
        assert!(is(peers.by_id(session(1), group.id).await.unwrap(), &group));
        assert!(is(peers.by_id(session(1), channel.id).await.unwrap(), &channel));
        assert!(peers.by_id(session(1), ChatId(8)).await.unwrap().is_none());
        assert!(peers.by_username(session(1), "bob").await.unwrap().is_none());
        assert!(peers.by_phone(session(1), "15550001235").await.unwrap().is_none());
        assert!(peers.by_id(session(2), ChatId(7)).await.unwrap().is_none());
        assert!(peers.by_username(session(2), "ada").await.unwrap().is_none());
        assert!(peers.by_phone(session(2), "15550001234").await.unwrap().is_none());
    }
}

/// An update often tells less than was known; another kind of peer under the same id starts anew.
pub async fn less_knowledge_does_not_erase_more(place: &impl Place<Store: Peers>) {
    let peers = place.open().await;
    peers.remember(session(1), &[ada()]).await.unwrap();
    let renamed = KnownPeer { name: "Ada L.".into(), ..nobody(7) };
    peers.remember(session(1), &[renamed]).await.unwrap();
    let kept = KnownPeer { name: "Ada L.".into(), ..ada() };
    assert!(is(peers.by_id(session(1), ChatId(7)).await.unwrap(), &kept));
    let newer = KnownPeer { access_hash: Some(6), username: Some("lovelace".into()), ..kept.clone() };
    peers.remember(session(1), std::slice::from_ref(&newer)).await.unwrap();
    assert!(is(peers.by_username(session(1), "lovelace").await.unwrap(), &newer));
    assert!(peers.by_username(session(1), "ada").await.unwrap().is_none());
    let bot = KnownPeer { kind: PeerKind::Bot, ..nobody(7) };
    peers.remember(session(1), std::slice::from_ref(&bot)).await.unwrap();
    assert!(is(place.open().await.by_id(session(1), ChatId(7)).await.unwrap(), &bot));
}

/// Within one list too.
pub async fn names_and_numbers_move_to_who_had_them_last(place: &impl Place<Store: Peers>) {
    let peers = place.open().await;
    let heir = KnownPeer { id: ChatId(8), ..ada() };
    peers.remember(session(1), &[ada(), heir.clone()]).await.unwrap();
    assert!(is(peers.by_username(session(1), "ada").await.unwrap(), &heir));
    assert!(is(peers.by_phone(session(1), "15550001234").await.unwrap(), &heir));
    let left = KnownPeer { username: None, phone: None, ..ada() };
    assert!(is(peers.by_id(session(1), ChatId(7)).await.unwrap(), &left));
    peers.remember(session(2), &[ada()]).await.unwrap();
    assert!(is(peers.by_username(session(1), "ada").await.unwrap(), &heir), "another session is another world");
}

/// Until another account says that it is the one.
pub async fn the_account_itself_stays_itself(place: &impl Place<Store: Peers>) {
    let peers = place.open().await;
    assert!(peers.own(session(1)).await.unwrap().is_none());
    let own = KnownPeer { is_self: true, ..ada() };
    peers.remember(session(1), std::slice::from_ref(&own)).await.unwrap();
    peers.remember(session(1), &[ada(), nobody(8)]).await.unwrap();
    assert!(is(place.open().await.own(session(1)).await.unwrap(), &own));
    let other = KnownPeer { is_self: true, ..nobody(9) };
    peers.remember(session(1), std::slice::from_ref(&other)).await.unwrap();
    assert!(is(peers.own(session(1)).await.unwrap(), &other));
    assert!(peers.own(session(2)).await.unwrap().is_none());
}

/// The newest of each, in order; one home at most.
pub async fn marks_and_data_centres_are_kept(place: &impl Place<Store: Peers>) {
    let peers = place.open().await;
    let mark = |channel: Option<i64>, pts| UpdateMark { channel: channel.map(ChatId), pts, qts: 2, seq: 3, date: 4 };
    for mark in [mark(Some(-1_000_000_000_700), 10), mark(None, 1), mark(Some(-1_000_000_000_900), 20), mark(None, 5)] {
        peers.set_mark(session(1), mark).await.unwrap();
    }
    let dc = |dc, port, is_home| DcAddress {
        dc,
        v4: Some(([127, 0, 0, 1], port).into()),
        v6: Some(([0, 0, 0, 0, 0, 0, 0, 1], port).into()),
        is_home,
    };
    for dc in [dc(4, 40, true), dc(2, 20, false), dc(4, 41, true), dc(2, 21, true)] {
        peers.set_dc(session(1), dc).await.unwrap();
    }
    let bare = DcAddress { dc: 1, v4: None, v6: None, is_home: false };
    peers.set_dc(session(1), bare).await.unwrap();
    for peers in [peers, place.open().await] {
        let marks = [mark(None, 5), mark(Some(-1_000_000_000_900), 20), mark(Some(-1_000_000_000_700), 10)];
        assert_eq!(peers.marks(session(1)).await.unwrap(), marks);
        assert_eq!(peers.dcs(session(1)).await.unwrap(), [bare, dc(2, 21, true), dc(4, 41, false)]);
        assert!(peers.marks(session(2)).await.unwrap().is_empty());
        assert!(peers.dcs(session(2)).await.unwrap().is_empty());
    }
}

/// Peers, marks and data centres of one, and nothing of the other.
pub async fn forgetting_a_session_leaves_the_others(place: &impl Place<Store: Peers>) {
    let peers = place.open().await;
    let dc = DcAddress { dc: 1, v4: None, v6: None, is_home: true };
    let mark = UpdateMark { channel: None, pts: 1, qts: 2, seq: 3, date: 4 };
    for number in [1, 2] {
        peers.remember(session(number), &[ada()]).await.unwrap();
        peers.set_dc(session(number), dc).await.unwrap();
        peers.set_mark(session(number), mark).await.unwrap();
    }
    peers.forget(session(1)).await.unwrap();
    let peers = place.open().await;
    assert!(peers.by_id(session(1), ChatId(7)).await.unwrap().is_none());
    assert!(peers.dcs(session(1)).await.unwrap().is_empty() && peers.marks(session(1)).await.unwrap().is_empty());
    assert!(is(peers.by_id(session(2), ChatId(7)).await.unwrap(), &ada()));
    assert_eq!((peers.dcs(session(2)).await.unwrap(), peers.marks(session(2)).await.unwrap()), (vec![dc], vec![mark]));
}
