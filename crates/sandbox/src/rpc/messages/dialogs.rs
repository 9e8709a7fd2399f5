//! The list of conversations, and how they are kept: folders, archive, pins, drafts.

use grammers_tl_types as tl;
use tl::enums::InputPeer;
use tl::functions::{folders, messages};

use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::logs::Event;
use crate::world::peers::Peer;
use crate::world::{DialogPage, World};

/// A page of the list holds no more.
const DIALOGS_MAX: i32 = 100;

pub(crate) fn get_dialogs(
    world: &mut World,
    caller: &Caller,
    request: messages::GetDialogs,
) -> Outcome<messages::GetDialogs> {
    let me = caller.me()?;
    let offset_peer = match &request.offset_peer {
        InputPeer::Empty => None,
        // A conversation may be gone by the time that the next page is asked for; its date still counts.
        peer => world.peer_arg(me, peer).ok(),
    };
    let page = DialogPage {
        archived: request.folder_id.map(|folder| folder == 1),
        without_pinned: request.exclude_pinned,
        offset_date: request.offset_date,
        offset_id: request.offset_id,
        offset_peer,
        limit: usize::try_from(request.limit.clamp(1, DIALOGS_MAX)).unwrap_or(1),
    };
    let (peers, total) = world.dialog_page(me, &page);
    let view = world.view_dialogs(me, &peers);
    if peers.len() >= total {
        let (dialogs, messages, chats, users) = (view.dialogs, view.messages, view.chats, view.users);
        return Ok(tl::types::messages::Dialogs { dialogs, messages, chats, users }.into());
    }
    let slice = tl::types::messages::DialogsSlice {
        count: crate::world::view::count(total),
        dialogs: view.dialogs,
        messages: view.messages,
        chats: view.chats,
        users: view.users,
    };
    Ok(slice.into())
}

fn peer_dialogs(world: &World, me: i64, peers: &[Peer]) -> tl::enums::messages::PeerDialogs {
    let view = world.view_dialogs(me, peers);
    tl::types::messages::PeerDialogs {
        dialogs: view.dialogs,
        messages: view.messages,
        chats: view.chats,
        users: view.users,
        state: crate::rpc::updates::state_of(world, me),
    }
    .into()
}

pub(crate) fn get_peer_dialogs(
    world: &mut World,
    caller: &Caller,
    request: messages::GetPeerDialogs,
) -> Outcome<messages::GetPeerDialogs> {
    let me = caller.me()?;
    let peers: Result<Vec<Peer>, RpcError> = request.peers.iter().map(|peer| world.dialog_arg(me, peer)).collect();
    Ok(peer_dialogs(world, me, &peers?))
}

pub(crate) fn get_pinned_dialogs(
    world: &mut World,
    caller: &Caller,
    request: messages::GetPinnedDialogs,
) -> Outcome<messages::GetPinnedDialogs> {
    let me = caller.me()?;
    let mut peers = world.ordered_conversations(me, Some(request.folder_id == 1));
    peers.retain(|peer| world.mailbox(me).dialogs.get(peer).is_some_and(|dialog| dialog.pinned.is_some()));
    Ok(peer_dialogs(world, me, &peers))
}

pub(crate) fn toggle_dialog_pin(
    world: &mut World,
    caller: &Caller,
    request: messages::ToggleDialogPin,
) -> Outcome<messages::ToggleDialogPin> {
    let cause = caller.cause()?;
    let peer = world.dialog_arg(cause.account, &request.peer)?;
    world.pin_dialog(cause.account, peer, request.pinned)?;
    let update = tl::types::UpdateDialogPinned { pinned: request.pinned, folder_id: None, peer: dialog_peer(peer) };
    world.tell(&cause, cause.account, update.into());
    world.take_echo();
    Ok(true)
}

fn dialog_peer(peer: Peer) -> tl::enums::DialogPeer {
    tl::types::DialogPeer { peer: peer.into() }.into()
}

pub(crate) fn mark_dialog_unread(
    world: &mut World,
    caller: &Caller,
    request: messages::MarkDialogUnread,
) -> Outcome<messages::MarkDialogUnread> {
    let cause = caller.cause()?;
    let peer = world.dialog_arg(cause.account, &request.peer)?;
    world.mailbox_mut(cause.account).dialog(peer).unread_mark = request.unread;
    let (unread, peer) = (request.unread, dialog_peer(peer));
    let update = tl::types::UpdateDialogUnreadMark { unread, peer, saved_peer_id: None };
    world.tell(&cause, cause.account, update.into());
    world.take_echo();
    Ok(true)
}

pub(crate) fn get_dialog_unread_marks(
    world: &mut World,
    caller: &Caller,
    _request: messages::GetDialogUnreadMarks,
) -> Outcome<messages::GetDialogUnreadMarks> {
    let dialogs = &world.mailbox(caller.me()?).dialogs;
    Ok(dialogs.iter().filter(|(_, dialog)| dialog.unread_mark).map(|(peer, _)| dialog_peer(*peer)).collect())
}

pub(crate) fn edit_peer_folders(
    world: &mut World,
    caller: &Caller,
    request: folders::EditPeerFolders,
) -> Outcome<folders::EditPeerFolders> {
    let cause = caller.cause()?;
    for tl::enums::InputFolderPeer::Peer(moved) in &request.folder_peers {
        let peer = world.peer_arg(cause.account, &moved.peer)?;
        if !matches!(moved.folder_id, 0 | 1) {
            return Err(RpcError::bad_request("FOLDER_ID_INVALID"));
        }
        let archived = moved.folder_id == 1;
        world.mailbox_mut(cause.account).dialog(peer).archived = archived;
        world.happen_to(&cause, cause.account, Event::Archived(peer, archived));
    }
    Ok(world.answer_echo(cause.account))
}

pub(crate) fn get_dialog_filters(
    world: &mut World,
    caller: &Caller,
    _request: messages::GetDialogFilters,
) -> Outcome<messages::GetDialogFilters> {
    let own = world.mailbox(caller.me()?).filters.clone();
    let filters = std::iter::once(tl::enums::DialogFilter::Default).chain(own).collect();
    Ok(tl::types::messages::DialogFilters { tags_enabled: false, filters }.into())
}

fn filter_id(filter: &tl::enums::DialogFilter) -> i32 {
    match filter {
        tl::enums::DialogFilter::Filter(filter) => filter.id,
        tl::enums::DialogFilter::Chatlist(filter) => filter.id,
        tl::enums::DialogFilter::Default => 0,
    }
}

pub(crate) fn update_dialog_filter(
    world: &mut World,
    caller: &Caller,
    request: messages::UpdateDialogFilter,
) -> Outcome<messages::UpdateDialogFilter> {
    let cause = caller.cause()?;
    if !(2..=255).contains(&request.id) {
        return Err(RpcError::bad_request("FILTER_ID_INVALID"));
    }
    let filters = &mut world.mailbox_mut(cause.account).filters;
    let place = filters.iter().position(|filter| filter_id(filter) == request.id);
    match (place, request.filter.clone()) {
        (Some(place), Some(filter)) => filters[place] = filter,
        (Some(place), None) => drop(filters.remove(place)),
        (None, Some(filter)) => filters.push(filter),
        (None, None) => return Err(RpcError::bad_request("FILTER_ID_INVALID")),
    }
    let update = tl::types::UpdateDialogFilter { id: request.id, filter: request.filter };
    world.tell(&cause, cause.account, update.into());
    world.take_echo();
    Ok(true)
}

pub(crate) fn save_draft(
    world: &mut World,
    caller: &Caller,
    request: messages::SaveDraft,
) -> Outcome<messages::SaveDraft> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, &request.peer)?;
    let draft = tl::types::DraftMessage {
        no_webpage: request.no_webpage,
        invert_media: request.invert_media,
        reply_to: request.reply_to,
        message: request.message,
        entities: request.entities,
        media: None,
        date: world.now(),
        effect: None,
        suggested_post: None,
        rich_message: None,
    };
    let is_kept = !draft.message.is_empty() || draft.reply_to.is_some();
    world.mailbox_mut(cause.account).dialog(peer).draft = is_kept.then(|| draft.clone());
    let update = draft_update(peer, draft, is_kept);
    world.tell(&cause, cause.account, update);
    world.take_echo();
    Ok(true)
}

fn draft_update(peer: Peer, draft: tl::types::DraftMessage, is_kept: bool) -> tl::enums::Update {
    let draft = if is_kept { draft.into() } else { tl::types::DraftMessageEmpty { date: Some(draft.date) }.into() };
    tl::types::UpdateDraftMessage { peer: peer.into(), top_msg_id: None, saved_peer_id: None, draft }.into()
}

pub(crate) fn get_all_drafts(
    world: &mut World,
    caller: &Caller,
    _request: messages::GetAllDrafts,
) -> Outcome<messages::GetAllDrafts> {
    let me = caller.me()?;
    let drafts = world.mailbox(me).dialogs.iter().filter_map(|(peer, dialog)| {
        let draft = dialog.draft.clone()?;
        Some(draft_update(*peer, draft, true))
    });
    let updates = drafts.collect();
    Ok(world.view_updates(me, updates))
}
