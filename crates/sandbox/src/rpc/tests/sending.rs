//! What happens to a message that is sent, and who learns of it.

use tl::enums::Update;
use tl::functions::{channels, messages};

use super::*;
use crate::world::seed::{CAROL, GRACE, HIKERS, LANTERN, LANTERN_CHAT, PRODUCT_TEAM};

fn send(stage: &mut Stage, caller: &Caller, peer: Peer, text: &str, random_id: i64) -> i32 {
    let request = text_to(stage.input(caller, peer), text, random_id);
    let answer = stage.ask(caller, &request).expect("allowed");
    match &updates_of(&answer)[0] {
        Update::MessageId(update) if update.random_id == random_id => update.id,
        other => panic!("the id comes first, not {other:?}"),
    }
}

#[test]
fn the_sender_gets_the_answer_and_everybody_else_a_push() {
    let mut stage = Stage::new();
    let (alice, other_alice, bob) = (stage.client(ALICE), stage.client(ALICE), stage.client(BOB));
    let id = send(&mut stage, &alice, Peer::User(BOB), "Hello", 1);
    let pushes = stage.world.take_pushes();
    let told: Vec<_> = pushes.iter().map(|push| (push.account, push.except_key)).collect();
    assert_eq!(told, [(ALICE, Some(alice.key_id)), (BOB, None)]);
    assert_ne!(alice.key_id, other_alice.key_id);
    let Update::NewMessage(own) = &updates_of(&pushes[0].updates)[0] else { panic!("a new message") };
    let Update::NewMessage(theirs) = &updates_of(&pushes[1].updates)[0] else { panic!("a new message") };
    let (own, theirs) = (words_of(own.message.clone()), words_of(theirs.message.clone()));
    let (own, theirs) = (own.expect("words"), theirs.expect("words"));
    assert_eq!((own.id, own.out, own.peer_id), (id, true, Peer::User(BOB).into()));
    assert_eq!((theirs.out, theirs.from_id, theirs.peer_id), (false, None, Peer::User(ALICE).into()));
    assert_eq!(stage.pushes_to(BOB).len(), 0, "pushes are taken once");
    assert_eq!(bob.account, Some(BOB));
}

#[test]
fn the_same_random_id_is_never_sent_twice() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let before = stage.world.thread(ALICE, HIKERS).len();
    send(&mut stage, &alice, HIKERS, "Once", 77);
    let again = text_to(stage.input(&alice, HIKERS), "Once", 77);
    let refusal = stage.ask(&alice, &again).expect_err("it was sent already");
    assert_eq!((refusal.code, refusal.text.as_str()), (500, "RANDOM_ID_DUPLICATE"));
    assert_eq!(stage.world.thread(ALICE, HIKERS).len(), before + 1);
    let bob = stage.client(BOB);
    send(&mut stage, &bob, HIKERS, "Another person's number", 77);
}

#[test]
fn every_participant_holds_an_own_copy_that_follows_edits_and_deletions() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client(ALICE), stage.client(BOB));
    let id = send(&mut stage, &alice, HIKERS, "At nine", 1);
    let uid = stage.world.thread(ALICE, HIKERS).get(id).expect("sent").uid;
    let theirs = stage.world.thread(BOB, HIKERS).by_uid(uid).expect("received").id;
    let peer = stage.input(&alice, HIKERS);
    let edit = messages::EditMessage { peer, id, message: Some("At ten".to_owned()), ..blank(&[0, EMPTY_PEER]) };
    stage.ask(&alice, &edit).expect("allowed");
    let copy = stage.world.thread(BOB, HIKERS).get(theirs).expect("still there");
    assert_eq!(copy.text.shown, "At ten");
    assert_eq!(stage.refusal(&alice, &edit), "MESSAGE_NOT_MODIFIED");
    let foreign = messages::EditMessage { peer: stage.input(&bob, HIKERS), id: theirs, ..edit };
    assert_eq!(stage.refusal(&bob, &foreign), "MESSAGE_AUTHOR_REQUIRED");
    stage.ask(&alice, &messages::DeleteMessages { revoke: true, id: vec![id] }).expect("allowed");
    assert!(stage.world.thread(BOB, HIKERS).get(theirs).is_none());
}

#[test]
fn an_answer_points_to_the_copy_of_whoever_reads_it() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client(ALICE), stage.client(BOB));
    let first = send(&mut stage, &alice, Peer::User(BOB), "Question", 1);
    let theirs = stage.newest(BOB, Peer::User(ALICE), |_| true);
    let mut answer = text_to(stage.input(&bob, Peer::User(ALICE)), "Answer", 1);
    answer.reply_to = Some(reply_to(theirs).into());
    stage.ask(&bob, &answer).expect("allowed");
    let newest = stage.world.thread(ALICE, Peer::User(BOB)).newest().expect("received");
    assert_eq!(newest.reply().map(|reply| reply.to), Some(first));
}

#[test]
fn texts_are_checked_before_anything_is_sent() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let peer = stage.input(&alice, HIKERS);
    let before = stage.world.thread(ALICE, HIKERS).len();
    assert_eq!(stage.refusal(&alice, &text_to(peer.clone(), " \n", 1)), "MESSAGE_EMPTY");
    assert_eq!(stage.refusal(&alice, &text_to(peer.clone(), &"😀".repeat(2_049), 2)), "MESSAGE_TOO_LONG");
    let bold = tl::types::MessageEntityBold { offset: 3, length: 9 }.into();
    let reaching = messages::SendMessage { entities: Some(vec![bold]), ..text_to(peer.clone(), "short", 3) };
    assert_eq!(stage.refusal(&alice, &reaching), "ENTITY_BOUNDS_INVALID");
    let mut answer = text_to(peer.clone(), "to nobody", 4);
    answer.reply_to = Some(reply_to(1).into());
    assert_eq!(stage.refusal(&alice, &answer), "REPLY_MESSAGE_ID_INVALID");
    let late = stage.world.now() + 400 * 24 * 3_600;
    let scheduled = messages::SendMessage { schedule_date: Some(late), ..text_to(peer.clone(), "late", 5) };
    assert_eq!(stage.refusal(&alice, &scheduled), "SCHEDULE_DATE_TOO_LATE");
    assert_eq!(stage.world.thread(ALICE, HIKERS).len(), before);
    send(&mut stage, &alice, HIKERS, &"😀".repeat(2_048), 6);
}

#[test]
fn a_message_finds_its_forum_topic() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let forum = &stage.world.channels[&PRODUCT_TEAM.id()];
    let topic = forum.topics.values().find(|topic| topic.title == "Travel").expect("seeded").id;
    let peer = stage.input(&alice, PRODUCT_TEAM);
    let mut into_topic = text_to(peer.clone(), "By train", 1);
    into_topic.reply_to = Some(reply_to(topic).into());
    stage.ask(&alice, &into_topic).expect("allowed");
    let first = stage.newest(ALICE, PRODUCT_TEAM, |message| message.text.shown == "By train");
    let mut answer = text_to(peer.clone(), "Which one?", 2);
    answer.reply_to = Some(reply_to(first).into());
    stage.ask(&alice, &answer).expect("allowed");
    let request = messages::GetReplies { peer, msg_id: topic, limit: 2, ..blank(&[EMPTY_PEER]) };
    let replies = stage.ask(&alice, &request).expect("allowed");
    let texts: Vec<String> = messages_of(replies).into_iter().map(|message| message.message).collect();
    assert_eq!(texts, ["Which one?", "By train"]);
}

#[test]
fn a_post_of_a_channel_can_be_commented() {
    let mut stage = Stage::new();
    let (carol, alice) = (stage.client(CAROL), stage.client(ALICE));
    let post = send(&mut stage, &carol, LANTERN, "A new issue", 1);
    let peer = stage.input(&alice, LANTERN);
    let request = messages::GetDiscussionMessage { peer: peer.clone(), msg_id: post };
    let tl::enums::messages::DiscussionMessage::Message(discussion) =
        stage.ask(&alice, &request).expect("open for comments");
    let top = words_of(discussion.messages[0].clone()).expect("words").id;
    let mut comment = text_to(stage.input(&alice, LANTERN_CHAT), "First!", 2);
    comment.reply_to = Some(reply_to(top).into());
    stage.ask(&alice, &comment).expect("allowed");
    let replies = messages::GetReplies { peer: peer.clone(), msg_id: post, limit: 10, ..blank(&[EMPTY_PEER]) };
    let comments = messages_of(stage.ask(&alice, &replies).expect("allowed"));
    assert_eq!(comments.iter().map(|comment| comment.message.as_str()).collect::<Vec<_>>(), ["First!"]);
    let shown = messages_of(stage.ask(&alice, &history(peer, 0, 1)).expect("allowed")).remove(0);
    let Some(tl::enums::MessageReplies::Replies(replies)) = shown.replies else { panic!("the post counts comments") };
    assert_eq!((replies.comments, replies.replies, replies.channel_id), (true, 1, Some(LANTERN_CHAT.id())));
}

#[test]
fn a_forward_names_the_first_author() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client(ALICE), stage.client(BOB));
    let id = send(&mut stage, &bob, Peer::User(ALICE), "Original", 1);
    let received = stage.newest(ALICE, Peer::User(BOB), |_| true);
    assert_ne!(id, 0);
    let request = messages::ForwardMessages {
        from_peer: stage.input(&alice, Peer::User(BOB)),
        to_peer: stage.input(&alice, HIKERS),
        id: vec![received],
        random_id: vec![5],
        ..blank(&[0, EMPTY_PEER, EMPTY_LIST, 0, EMPTY_LIST, 0, EMPTY_PEER])
    };
    stage.ask(&alice, &request).expect("allowed");
    let forwarded = stage.world.thread(GRACE, HIKERS).newest().expect("received");
    assert_eq!(forwarded.forward().map(|forward| forward.from), Some(Peer::User(BOB)));
    assert_eq!(forwarded.from, Peer::User(ALICE));
}

#[test]
fn a_scheduled_message_waits_and_is_then_sent_once() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let due = stage.world.now() + 3_600;
    let peer = stage.input(&alice, Peer::User(BOB));
    let request = messages::SendMessage { schedule_date: Some(due), ..text_to(peer.clone(), "Later", 1) };
    let answer = stage.ask(&alice, &request).expect("allowed");
    assert!(matches!(updates_of(&answer)[1], Update::NewScheduledMessage(_)));
    stage.world.send_all_due();
    assert!(stage.world.thread(ALICE, Peer::User(BOB)).newest().is_none_or(|newest| newest.text.shown != "Later"));
    let waiting = messages_of(
        stage.ask(&alice, &messages::GetScheduledHistory { peer: peer.clone(), hash: 0 }).expect("allowed"),
    );
    let id = vec![waiting[0].id];
    stage.ask(&alice, &messages::SendScheduledMessages { peer: peer.clone(), id: id.clone() }).expect("allowed");
    assert_eq!(stage.world.thread(BOB, Peer::User(ALICE)).newest().expect("sent").text.shown, "Later");
    assert_eq!(stage.refusal(&alice, &messages::SendScheduledMessages { peer, id }), "MESSAGE_ID_INVALID");
}

#[test]
fn what_is_due_is_sent_with_the_next_request() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let due = stage.world.now() + 3_600;
    let peer = stage.input(&alice, Peer::User(BOB));
    let request = messages::SendMessage { schedule_date: Some(due), ..text_to(peer.clone(), "Later", 1) };
    stage.ask(&alice, &request).expect("allowed");
    stage.world.clock.advance_to(due);
    stage.ask(&alice, &tl::functions::updates::GetState {}).expect("signed in");
    let sent = stage.world.thread(BOB, Peer::User(ALICE)).newest().expect("sent").clone();
    assert_eq!(sent.text.shown, "Later");
    assert!(sent.extra.is_some_and(|extra| extra.from_scheduled));
    assert!(stage.world.scheduled_ids(ALICE, Peer::User(BOB)).is_empty());
}

#[test]
fn the_preview_of_a_link_follows_the_words() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let id = send(&mut stage, &alice, HIKERS, "https://lantern.example/map", 1);
    let has_page = |stage: &Stage| stage.world.thread(BOB, HIKERS).newest().expect("sent").media().is_some();
    assert!(has_page(&stage));
    let peer = stage.input(&alice, HIKERS);
    let message = Some("No link any more".to_owned());
    let edit = messages::EditMessage { peer, id, message, ..blank(&[0, EMPTY_PEER]) };
    stage.ask(&alice, &edit).expect("allowed");
    assert!(!has_page(&stage));
}

#[test]
fn reading_tells_the_writer_and_counts_down() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client(ALICE), stage.client(BOB));
    let id = send(&mut stage, &bob, Peer::User(ALICE), "Read me", 1);
    assert!(stage.world.unread_count(ALICE, Peer::User(BOB)) > 0);
    let peer = stage.input(&alice, Peer::User(BOB));
    stage.world.take_pushes();
    stage.ask(&alice, &messages::ReadHistory { peer, max_id: 0 }).expect("allowed");
    assert_eq!(stage.world.unread_count(ALICE, Peer::User(BOB)), 0);
    let pushes = stage.pushes_to(BOB);
    let Update::ReadHistoryOutbox(read) = &updates_of(&pushes[0].updates)[0] else { panic!("the writer learns of it") };
    assert_eq!(read.max_id, id);
}

#[test]
fn reactions_reach_every_copy_and_can_be_taken_back() {
    let mut stage = Stage::new();
    let (alice, _bob) = (stage.client(ALICE), stage.client(BOB));
    let id = stage.newest(ALICE, HIKERS, |message| message.reactions().is_empty() && !message.is_service());
    let react = |emoji: Option<&str>, peer| {
        let reaction = |emoji: &str| tl::types::ReactionEmoji { emoticon: emoji.to_owned() }.into();
        let reaction = Some(emoji.map(reaction).into_iter().collect());
        messages::SendReaction { big: false, add_to_recent: false, peer, msg_id: id, reaction }
    };
    let peer = stage.input(&alice, HIKERS);
    stage.ask(&alice, &react(Some("🔥"), peer.clone())).expect("allowed");
    assert_eq!(stage.pushes_to(BOB).len(), 1);
    assert_eq!(stage.refusal(&alice, &react(Some("🔥"), peer.clone())), "MESSAGE_NOT_MODIFIED");
    assert_eq!(stage.refusal(&alice, &react(Some("🪑"), peer.clone())), "REACTION_INVALID");
    stage.ask(&alice, &react(None, peer)).expect("allowed");
    assert!(stage.world.thread(ALICE, HIKERS).get(id).expect("still there").reactions().is_empty());
}

#[test]
fn pinning_is_announced_and_undone() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let id = send(&mut stage, &alice, PRODUCT_TEAM, "Important", 1);
    let peer = stage.input(&alice, PRODUCT_TEAM);
    let pin = |unpin| messages::UpdatePinnedMessage { unpin, peer: peer.clone(), id, ..blank(&[0, EMPTY_PEER]) };
    stage.ask(&alice, &pin(false)).expect("an admin may");
    assert_eq!(stage.world.newest_pinned(ALICE, PRODUCT_TEAM), Some(id));
    assert!(stage.world.thread(ALICE, PRODUCT_TEAM).newest().expect("announced").is_service());
    assert_eq!(stage.refusal(&alice, &pin(false)), "CHAT_NOT_MODIFIED");
    stage.ask(&alice, &pin(true)).expect("an admin may");
    assert_ne!(stage.world.newest_pinned(ALICE, PRODUCT_TEAM), Some(id));
    let channel = stage.channel(&alice, PRODUCT_TEAM);
    stage.ask(&alice, &channels::DeleteMessages { channel, id: vec![id] }).expect("an admin may");
}
