//! Searching in one conversation and in all of them.

use grammers_tl_types as tl;
use tl::functions::messages;

use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::messages::Message;
use crate::world::peers::Peer;
use crate::world::refusal::Allowed;
use crate::world::searching::Query;
use crate::world::thread::{PAGE_MAX, Page};
use crate::world::view::count;

pub(crate) fn search(world: &mut World, caller: &Caller, request: messages::Search) -> Outcome<messages::Search> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let from = request.from_id.as_ref().map(|from| world.peer_arg(me, from)).transpose()?;
    let messages::Search { top_msg_id: topic, filter, min_date, max_date, .. } = request;
    let query = Query { from, topic, filter, min_date, max_date, ..Query::words(&request.q) };
    let messages::Search { offset_id, add_offset, limit, max_id, min_id, .. } = request;
    let page = Page { offset_id, offset_date: 0, add_offset, limit, max_id, min_id };
    Ok(world.view_page_of(me, peer, &world.search(me, peer, &query, &page)))
}

pub(crate) fn get_search_counters(
    world: &mut World,
    caller: &Caller,
    request: messages::GetSearchCounters,
) -> Outcome<messages::GetSearchCounters> {
    let me = caller.me()?;
    let peer = world.peer_arg(me, &request.peer)?;
    let counter = |filter: tl::enums::MessagesFilter| {
        let query = Query { topic: request.top_msg_id, filter: filter.clone(), ..Query::words("") };
        let found = world.search(me, peer, &query, &Page::newest(0)).count;
        tl::types::messages::SearchCounter { inexact: false, filter, count: count(found) }.into()
    };
    Ok(request.filters.into_iter().map(counter).collect())
}

/// Newest first over all conversations. The next page begins below the date, the peer and the id of this page's last message.
pub(crate) fn search_global(
    world: &mut World,
    caller: &Caller,
    request: messages::SearchGlobal,
) -> Outcome<messages::SearchGlobal> {
    let me = caller.me()?;
    let below = place_of_offset(world, me, &request)?;
    let wanted = |peer: &Peer| is_wanted(world, me, *peer, &request);
    let messages::SearchGlobal { filter, min_date, max_date, .. } = &request;
    let query = Query { filter: filter.clone(), min_date: *min_date, max_date: *max_date, ..Query::words(&request.q) };
    if query.is_empty() {
        return Err(RpcError::bad_request("SEARCH_QUERY_EMPTY"));
    }
    let mut found: Vec<(Peer, &Message)> = Vec::new();
    for peer in world.conversations(me).into_iter().filter(wanted) {
        let matching = world.thread(me, peer).newest_first().filter(|message| world.matches(me, message, &query));
        found.extend(matching.map(|message| (peer, message)));
    }
    let total = found.len();
    found.retain(|(_, message)| below.is_none_or(|below| (message.date, message.uid) < below));
    found.sort_unstable_by_key(|(_, message)| std::cmp::Reverse((message.date, message.uid)));
    let limit = usize::try_from(request.limit.clamp(1, PAGE_MAX)).unwrap_or(1);
    // Every page with anything on it says where the next one begins: Telethon asks until a page is empty, and takes the rate for granted.
    let next_rate = found.iter().take(limit).next_back().map(|(_, message)| message.date);
    let drawn = found.iter().take(limit).map(|(peer, message)| world.view_message(me, *peer, message)).collect();
    Ok(with_rate(world.view_list(me, None, drawn, total), next_rate))
}

fn place_of_offset(world: &World, me: i64, request: &messages::SearchGlobal) -> Allowed<Option<(i32, u64)>> {
    if matches!(request.offset_peer, tl::enums::InputPeer::Empty) {
        return Ok(Some((request.offset_rate, 0)).filter(|(rate, _)| *rate > 0));
    }
    let peer = world.peer_arg(me, &request.offset_peer)?;
    let last = world.thread(me, peer).get(request.offset_id);
    Ok(last.map(|message| (message.date, message.uid)).or(Some((request.offset_rate, 0)).filter(|(rate, _)| *rate > 0)))
}

fn is_wanted(world: &World, me: i64, peer: Peer, request: &messages::SearchGlobal) -> bool {
    let is_broadcast = matches!(peer, Peer::Channel(id) if world.channels[&id].is_broadcast());
    let is_user = matches!(peer, Peer::User(_));
    let is_archived = world.mailbox(me).dialogs.get(&peer).is_some_and(|dialog| dialog.archived);
    (!request.broadcasts_only || is_broadcast)
        && (!request.groups_only || (!is_broadcast && !is_user))
        && (!request.users_only || is_user)
        && request.folder_id.is_none_or(|folder| is_archived == (folder == 1))
}

fn with_rate(answer: tl::enums::messages::Messages, next_rate: Option<i32>) -> tl::enums::messages::Messages {
    match answer {
        tl::enums::messages::Messages::Slice(slice) => tl::types::messages::MessagesSlice { next_rate, ..slice }.into(),
        whole => whole,
    }
}
