//! Paging and searching: every message is seen once, however small the pages are.

use std::collections::BTreeSet;

use tl::enums::MessagesFilter;
use tl::functions::{channels, messages};

use super::*;
use crate::world::searching::Query;
use crate::world::seed::{EMI, HIKERS, LANTERN, PRODUCT_TEAM};
use crate::world::thread::Page;

const ANY_KIND: u32 = 0x57e2_f66c;

#[test]
fn history_ends_where_it_began() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let peer = stage.input(&alice, PRODUCT_TEAM);
    let mut seen = BTreeSet::new();
    let mut offset_id = 0;
    loop {
        let answer = stage.ask(&alice, &history(peer.clone(), offset_id, 37)).expect("allowed");
        let tl::enums::messages::Messages::ChannelMessages(page) = answer else { panic!("a channel tells its pts") };
        assert_eq!(usize::try_from(page.count), Ok(stage.world.thread(ALICE, PRODUCT_TEAM).len()));
        let Some(last) = page.messages.last() else { break };
        offset_id = last.id();
        assert!(page.messages.iter().all(|message| seen.insert(message.id())), "no message comes twice");
    }
    assert_eq!(seen.len(), stage.world.thread(ALICE, PRODUCT_TEAM).len());
}

fn global(q: &str, limit: i32) -> messages::SearchGlobal {
    messages::SearchGlobal { q: q.to_owned(), limit, ..blank(&[0, 0, ANY_KIND, 0, 0, 0, EMPTY_PEER]) }
}

#[test]
fn a_global_search_pages_through_all_hits_in_order() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let mut request = global("invoice", 5);
    let mut seen = Vec::new();
    let total = loop {
        let tl::enums::messages::Messages::Slice(page) = stage.ask(&alice, &request).expect("allowed") else {
            panic!("there are more hits than one page holds")
        };
        let Some(last) = page.messages.last().cloned().and_then(words_of) else { break page.count };
        seen.extend(page.messages.into_iter().filter_map(words_of));
        assert!(seen.len() < 1_000, "the pages have to end");
        assert_eq!(page.next_rate, Some(last.date));
        request.offset_rate = last.date;
        request.offset_id = last.id;
        request.offset_peer = stage.input(&alice, (&last.peer_id).into());
    };
    let distinct: BTreeSet<_> = seen.iter().map(|message| (Peer::from(&message.peer_id), message.id)).collect();
    assert_eq!(distinct.len(), seen.len());
    assert_eq!(usize::try_from(total), Ok(seen.len()));
    assert!(seen.windows(2).all(|pair| pair[0].date >= pair[1].date));
    assert!(seen.iter().all(|message| message.message.to_lowercase().contains("invoice")));
    assert_eq!(stage.refusal(&alice, &global(" ", 5)), "SEARCH_QUERY_EMPTY");
}

#[test]
fn kinds_of_media_are_told_apart() {
    let stage = Stage::new();
    let found = |peer, filter| {
        let query = Query { filter, ..Query::words("") };
        stage.world.search(ALICE, peer, &query, &Page::newest(100)).count
    };
    assert!(found(HIKERS, MessagesFilter::InputMessagesFilterPhotos) >= 3);
    assert_eq!(found(HIKERS, MessagesFilter::InputMessagesFilterPoll), 1);
    assert_eq!(found(HIKERS, MessagesFilter::InputMessagesFilterPinned), 1);
    assert_eq!(found(HIKERS, MessagesFilter::InputMessagesFilterMyMentions), 1);
    assert_eq!(found(PRODUCT_TEAM, MessagesFilter::InputMessagesFilterUrl), 1);
    assert_eq!(found(PRODUCT_TEAM, MessagesFilter::InputMessagesFilterDocument), 3);
    assert!(found(Peer::User(EMI), MessagesFilter::InputMessagesFilterVoice) >= 1);
    assert_eq!(found(LANTERN, MessagesFilter::InputMessagesFilterMusic), 0);
}

#[test]
fn words_are_found_in_any_script_and_letter_case() {
    let stage = Stage::new();
    let is_found =
        |peer, words: &str| stage.world.search(ALICE, peer, &Query::words(words), &Page::newest(5)).count > 0;
    assert!(is_found(Peer::User(EMI), "請求書2041"));
    assert!(is_found(Peer::User(crate::world::seed::DMITRI), "СЕРВЕР обновлён"));
    assert!(is_found(HIKERS, "الشاي"));
    assert!(!is_found(HIKERS, "nobody ever wrote this"));
}

#[test]
fn the_list_of_conversations_pages_without_gaps() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let all = stage.world.ordered_conversations(ALICE, None);
    let mut seen = Vec::new();
    let mut request = messages::GetDialogs { limit: 2, ..blank(&[0, 0, 0, EMPTY_PEER]) };
    loop {
        let answer = stage.ask(&alice, &request).expect("allowed");
        let tl::enums::messages::Dialogs::Slice(page) = answer else { panic!("a part of the list") };
        let Some(tl::enums::Dialog::Dialog(last)) = page.dialogs.last() else { break };
        request.offset_id = last.top_message;
        request.offset_peer = stage.input(&alice, (&last.peer).into());
        request.offset_date = words_date(page.messages.last().expect("each has a newest message"));
        for dialog in &page.dialogs {
            let tl::enums::Dialog::Dialog(dialog) = dialog else { panic!("the box lists no folders") };
            let peer = Peer::from(&dialog.peer);
            assert!(!seen.contains(&peer), "{peer:?} comes twice");
            seen.push(peer);
        }
    }
    assert_eq!(seen, all);
}

fn words_date(message: &tl::enums::Message) -> i32 {
    match message {
        tl::enums::Message::Message(message) => message.date,
        tl::enums::Message::Service(service) => service.date,
        tl::enums::Message::Empty(_) => 0,
    }
}

#[test]
fn an_archived_conversation_stands_in_the_archive_only() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let peer = stage.input(&alice, HIKERS);
    let folder_peers = vec![tl::types::InputFolderPeer { peer, folder_id: 1 }.into()];
    stage.ask(&alice, &tl::functions::folders::EditPeerFolders { folder_peers }).expect("allowed");
    assert_eq!(stage.world.ordered_conversations(ALICE, Some(true)), [HIKERS]);
    assert!(!stage.world.ordered_conversations(ALICE, Some(false)).contains(&HIKERS));
}

#[test]
fn members_are_found_by_name_and_role() {
    let mut stage = Stage::new();
    let alice = stage.client(ALICE);
    let channel = stage.channel(&alice, PRODUCT_TEAM);
    let mut count = |filter: tl::enums::ChannelParticipantsFilter| {
        let request = channels::GetParticipants { channel: channel.clone(), filter, offset: 0, limit: 1, hash: 0 };
        match stage.ask(&alice, &request).expect("allowed") {
            tl::enums::channels::ChannelParticipants::Participants(page) => (page.count, page.participants.len()),
            tl::enums::channels::ChannelParticipants::NotModified => panic!("no hash was given"),
        }
    };
    assert_eq!(count(tl::enums::ChannelParticipantsFilter::ChannelParticipantsRecent), (9, 1));
    assert_eq!(count(tl::enums::ChannelParticipantsFilter::ChannelParticipantsAdmins), (2, 1));
    assert_eq!(count(tl::enums::ChannelParticipantsFilter::ChannelParticipantsBots), (2, 1));
    assert_eq!(count(tl::types::ChannelParticipantsSearch { q: "okaf".to_owned() }.into()), (1, 1));
}
