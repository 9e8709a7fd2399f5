//! Who may do what, and how the box says no.

use tl::functions::{channels, contacts, messages, users};

use super::*;
use crate::world::seed::{EMI, GRACE, HIKERS, HUGO, LANTERN, OPEN_TRAILS, PRODUCT_TEAM};

#[test]
fn a_stranger_is_told_to_sign_in() {
    let mut stage = Stage::new();
    let key_id = stage.world.keys.create(2, None);
    let nobody = Caller { key_id, account: None, dc: 2, layer: tl::LAYER };
    let refusal = stage.ask(&nobody, &users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] });
    assert_eq!(refusal, Err(RpcError::new(401, "AUTH_KEY_UNREGISTERED")));
    assert!(stage.ask(&nobody, &tl::functions::help::GetConfig {}).is_ok());
}

#[test]
fn an_access_hash_is_good_for_one_account_only() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client(ALICE), stage.client(BOB));
    let borrowed = stage.input(&bob, Peer::User(EMI));
    assert_eq!(stage.refusal(&alice, &history(borrowed, 0, 1)), "PEER_ID_INVALID");
    let channel = stage.channel(&bob, PRODUCT_TEAM);
    assert_eq!(stage.refusal(&alice, &channels::GetFullChannel { channel }), "CHANNEL_INVALID");
    let id = vec![stage.user(&bob, EMI)];
    let met = stage.ask(&alice, &users::GetUsers { id }).expect("strangers come back empty");
    assert!(matches!(met[0], tl::enums::User::Empty(_)));
}

#[test]
fn only_admins_write_into_a_channel() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let post = text_to(stage.input(&alice, LANTERN), "Not mine to write", 1);
    let refusal = stage.ask(&alice, &post).expect_err("Alice only reads here");
    assert_eq!((refusal.code, refusal.text.as_str()), (403, "CHAT_WRITE_FORBIDDEN"));
    let emi = stage.client(EMI);
    let post = text_to(stage.input(&emi, LANTERN), "Mine to write", 1);
    stage.ask(&emi, &post).expect("Emi is an admin");
}

#[test]
fn only_admins_pin_and_delete_what_others_wrote() {
    let mut stage = Stage::new();
    let grace = stage.client(GRACE);
    let peer = stage.input(&grace, PRODUCT_TEAM);
    let id = stage.newest(GRACE, PRODUCT_TEAM, |message| message.from == Peer::User(BOB));
    let pin = messages::UpdatePinnedMessage { peer, id, ..blank(&[0, EMPTY_PEER]) };
    assert_eq!(stage.refusal(&grace, &pin), "CHAT_ADMIN_REQUIRED");
    let channel = stage.channel(&grace, PRODUCT_TEAM);
    let delete = channels::DeleteMessages { channel, id: vec![id] };
    assert_eq!(stage.refusal(&grace, &delete), "MESSAGE_DELETE_FORBIDDEN");
}

#[test]
fn whoever_leaves_a_private_channel_reads_it_no_more() {
    let mut stage = Stage::new();
    let hugo = stage.client(HUGO);
    let peer = stage.input(&hugo, PRODUCT_TEAM);
    let channel = stage.channel(&hugo, PRODUCT_TEAM);
    stage.world.channels.get_mut(&PRODUCT_TEAM.id()).expect("seeded").username = None;
    assert_eq!(stage.refusal(&hugo, &history(peer.clone(), 0, 1)), "CHANNEL_PRIVATE");
    assert_eq!(stage.refusal(&hugo, &channels::JoinChannel { channel: channel.clone() }), "CHANNEL_PRIVATE");
    let bob = stage.client(BOB);
    let (invitee, forum) = (stage.user(&bob, HUGO), stage.channel(&bob, PRODUCT_TEAM));
    stage.ask(&bob, &channels::InviteToChannel { channel: forum, users: vec![invitee] }).expect("a member may");
    assert!(stage.ask(&hugo, &history(peer.clone(), 0, 1)).is_ok());
    stage.ask(&hugo, &channels::LeaveChannel { channel }).expect("anybody may leave");
    assert_eq!(stage.refusal(&hugo, &history(peer, 0, 1)), "CHANNEL_PRIVATE");
}

#[test]
fn a_public_channel_is_joined_and_left() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let channel = stage.channel(&alice, OPEN_TRAILS);
    stage.ask(&alice, &channels::JoinChannel { channel: channel.clone() }).expect("it is public");
    assert!(stage.world.conversations(ALICE).contains(&OPEN_TRAILS));
    assert_eq!(stage.refusal(&alice, &channels::JoinChannel { channel: channel.clone() }), "USER_ALREADY_PARTICIPANT");
    stage.ask(&alice, &channels::LeaveChannel { channel: channel.clone() }).expect("anybody may leave");
    assert_eq!(stage.refusal(&alice, &channels::LeaveChannel { channel }), "USER_NOT_PARTICIPANT");
}

#[test]
fn blocked_people_do_not_get_through() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client(ALICE), stage.client(BOB));
    let id = stage.input(&alice, Peer::User(BOB));
    stage.ask(&alice, &contacts::Block { my_stories_from: false, id: id.clone() }).expect("allowed");
    let letter = text_to(stage.input(&bob, Peer::User(ALICE)), "Hello?", 1);
    assert_eq!(stage.refusal(&bob, &letter), "USER_IS_BLOCKED");
    assert_eq!(stage.refusal(&alice, &text_to(id.clone(), "Hello?", 1)), "YOU_BLOCKED_USER");
    stage.ask(&alice, &contacts::Unblock { my_stories_from: false, id }).expect("allowed");
    stage.ask(&bob, &letter).expect("unblocked");
}

#[test]
fn old_messages_cannot_be_edited() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let own = stage.newest(ALICE, HIKERS, |message| message.from == Peer::User(ALICE) && !message.is_service());
    let peer = stage.input(&alice, HIKERS);
    let message = Some("Too late".to_owned());
    let edit = messages::EditMessage { peer, id: own, message, ..blank(&[0, EMPTY_PEER]) };
    assert_eq!(stage.refusal(&alice, &edit), "MESSAGE_EDIT_TIME_EXPIRED");
}

#[test]
fn names_and_numbers_that_nobody_has_are_refused() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let name = |username: &str| contacts::ResolveUsername { username: username.to_owned(), referer: None };
    assert_eq!(stage.refusal(&alice, &name("nobody_at_all")), "USERNAME_NOT_OCCUPIED");
    assert_eq!(stage.refusal(&alice, &name("a b")), "USERNAME_INVALID");
    let phone = "19990000".to_owned();
    assert_eq!(stage.refusal(&alice, &contacts::ResolvePhone { phone }), "PHONE_NOT_OCCUPIED");
}

#[test]
fn a_damaged_request_is_refused_and_not_a_panic() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let whole = history(stage.input(&alice, HIKERS), 0, 10).to_bytes();
    for length in 0..whole.len() {
        let Reply::Now(Err(refusal)) = dispatch(&mut stage.world, &alice, &whole[..length]) else {
            panic!("a part is no request");
        };
        assert_eq!(refusal.code, 400);
    }
    let Reply::Now(Err(refusal)) = dispatch(&mut stage.world, &alice, &[1, 2, 3, 4]) else {
        panic!("nobody knows this method");
    };
    assert_eq!(refusal.text, "INPUT_METHOD_INVALID");
}
