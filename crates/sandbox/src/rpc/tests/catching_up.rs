//! What a client gets that was away.

use tl::functions::updates;

use super::*;
use crate::world::seed::{HIKERS, PRODUCT_TEAM};
use crate::world::verbs::Saying;

fn saying(text: &str) -> Saying {
    Saying { text: text.to_owned(), ..Saying::default() }
}

fn pts_of(stage: &mut Stage, caller: &Caller) -> i32 {
    let tl::enums::updates::State::State(now) = stage.ask(caller, &updates::GetState {}).expect("signed in");
    now.pts
}

fn since(pts: i32) -> updates::GetDifference {
    updates::GetDifference { pts, ..blank(&[]) }
}

#[test]
fn whoever_was_away_gets_messages_edits_and_deletions() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let pts = pts_of(&mut stage, &alice);
    assert!(matches!(stage.ask(&alice, &since(pts)), Ok(tl::enums::updates::Difference::Empty(_))));
    stage.world.say("bob_lindqvist", "alice_moreau", saying("while you were away")).expect("allowed");
    let gone = stage.world.say("1002", "-501", saying("a slip")).expect("allowed");
    stage.world.unsay("1002", "-501", &[gone]).expect("allowed");
    let kept = stage.world.say("1002", "-501", saying("a typpo")).expect("allowed");
    stage.world.say_anew("1002", "-501", kept, "a typo").expect("allowed");
    let Ok(tl::enums::updates::Difference::Difference(missed)) = stage.ask(&alice, &since(pts)) else {
        panic!("all of it fits into one answer")
    };
    let texts: Vec<_> = missed.new_messages.into_iter().filter_map(words_of).map(|message| message.message).collect();
    assert_eq!(texts, ["while you were away", "a typo"], "what is gone is not told");
    let kinds: Vec<_> =
        missed.other_updates.iter().map(|update| matches!(update, tl::enums::Update::EditMessage(_))).collect();
    assert_eq!(kinds, [false, true], "a deletion, then an edit");
    let tl::enums::updates::State::State(now) = missed.state;
    assert!(matches!(stage.ask(&alice, &since(now.pts)), Ok(tl::enums::updates::Difference::Empty(_))));
    assert!(missed.users.iter().any(|user| user.id() == BOB), "whoever wrote is named");
}

#[test]
fn history_before_the_log_is_too_long_to_tell() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    assert!(matches!(stage.ask(&alice, &since(1)), Ok(tl::enums::updates::Difference::TooLong(_))));
    assert_eq!(stage.refusal(&alice, &since(0)), "PERSISTENT_TIMESTAMP_EMPTY");
}

#[test]
fn a_channel_has_its_own_numbers() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let channel = stage.channel(&alice, PRODUCT_TEAM);
    let own = pts_of(&mut stage, &alice);
    let pts = stage.world.channels[&PRODUCT_TEAM.id()].log.pts();
    let filter = tl::enums::ChannelMessagesFilter::Empty;
    let request = updates::GetChannelDifference { force: false, channel, filter, pts, limit: 2 };
    assert!(matches!(stage.ask(&alice, &request), Ok(tl::enums::updates::ChannelDifference::Empty(_))));
    for number in 0..3 {
        stage.world.say("1002", "product_team_hub", saying(&format!("news {number}"))).expect("allowed");
    }
    let Ok(tl::enums::updates::ChannelDifference::Difference(missed)) = stage.ask(&alice, &request) else {
        panic!("there are news")
    };
    assert_eq!((missed.new_messages.len(), missed.r#final, missed.pts), (2, false, pts + 2));
    assert_eq!(pts_of(&mut stage, &alice), own);
    let beginning = updates::GetChannelDifference { pts: 1, ..request };
    assert!(matches!(stage.ask(&alice, &beginning), Ok(tl::enums::updates::ChannelDifference::TooLong(_))));
}

#[test]
fn every_push_moves_the_number_on_by_its_count() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let mut pts = pts_of(&mut stage, &alice);
    for text in ["one", "two", "three"] {
        stage.world.say("1002", "-501", saying(text)).expect("allowed");
    }
    for push in stage.pushes_to(ALICE) {
        let tl::enums::Update::NewMessage(update) = &updates_of(&push.updates)[0] else { panic!("a message") };
        pts += update.pts_count;
        assert_eq!(update.pts, pts);
    }
    assert_eq!(pts_of(&mut stage, &alice), pts);
    assert_eq!(stage.world.thread(ALICE, HIKERS).newest().expect("said").text.shown, "three");
}
