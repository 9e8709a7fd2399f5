//! The address book, blocked people, and finding whoever has a name or a number.

use grammers_tl_types as tl;
use tl::functions::contacts;

use super::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::mailboxes::Contact;
use crate::world::peers::Peer;
use crate::world::refusal::Allowed;
use crate::world::telling::Cause;
use crate::world::view::{Cast, count, default_peer_settings};

/// Fewer letters find nothing in public.
const PUBLIC_QUERY_MIN: usize = 3;

pub(super) fn get_contacts(
    world: &mut World,
    caller: &Caller,
    _request: contacts::GetContacts,
) -> Outcome<contacts::GetContacts> {
    let me = caller.me()?;
    let known: Vec<i64> = world.mailbox(me).contacts.keys().copied().collect();
    let contact = |user_id: &i64| {
        let mutual = world.mailbox(*user_id).contacts.contains_key(&me);
        tl::types::Contact { user_id: *user_id, mutual }.into()
    };
    let answer = tl::types::contacts::Contacts {
        contacts: known.iter().map(contact).collect(),
        saved_count: count(known.len()),
        users: Cast::of_peers(known.iter().map(|user| Peer::User(*user))).users(world, me),
    };
    Ok(answer.into())
}

pub(super) fn get_statuses(
    world: &mut World,
    caller: &Caller,
    _request: contacts::GetStatuses,
) -> Outcome<contacts::GetStatuses> {
    let known = world.mailbox(caller.me()?).contacts.keys();
    let status = |user_id: &i64| {
        let status = world.view_status(world.accounts.get(*user_id)?);
        Some(tl::types::ContactStatus { user_id: *user_id, status }.into())
    };
    Ok(known.filter_map(status).collect())
}

/// Whether every word of the query begins a word of the name.
fn is_called(name: &str, query: &str) -> bool {
    let name = name.to_lowercase();
    query.to_lowercase().split_whitespace().all(|wanted| name.split_whitespace().any(|word| word.starts_with(wanted)))
}

/// Own chats and contacts first, then whoever has such a public name.
pub(super) fn search(world: &mut World, caller: &Caller, request: contacts::Search) -> Outcome<contacts::Search> {
    let me = caller.me()?;
    let query = request.q.trim().trim_start_matches('@');
    if query.is_empty() {
        return Err(RpcError::bad_request("SEARCH_QUERY_EMPTY"));
    }
    let limit = usize::try_from(request.limit.clamp(1, 100)).unwrap_or(1);
    let is_wanted = |peer: &Peer| match peer {
        Peer::User(id) => {
            !request.broadcasts && (!request.bots || world.accounts.get(*id).is_some_and(|account| account.bot))
        }
        Peer::Group(_) => !request.broadcasts && !request.bots,
        Peer::Channel(id) => !request.bots && (!request.broadcasts || world.channels[id].is_broadcast()),
    };
    let contacts = world.mailbox(me).contacts.keys().map(|user| Peer::User(*user));
    let mut own: Vec<Peer> = world.conversations(me).into_iter().chain(contacts).collect();
    own.sort_unstable();
    own.dedup();
    own.retain(|peer| is_wanted(peer) && world.is_called(me, *peer, query));
    let mut public: Vec<Peer> = Vec::new();
    if query.chars().count() >= PUBLIC_QUERY_MIN {
        let users = world.accounts.iter().filter(|account| account.username.is_some());
        let channels = world.channels.values().filter(|channel| channel.username.is_some());
        let all =
            users.map(|account| Peer::User(account.user_id)).chain(channels.map(|channel| Peer::Channel(channel.id)));
        public.extend(all.filter(|peer| !own.contains(peer) && is_wanted(peer) && world.is_called(me, *peer, query)));
    }
    own.truncate(limit);
    public.truncate(limit);
    let cast = Cast::of_peers(own.iter().chain(&public).copied());
    let answer = tl::types::contacts::Found {
        my_results: own.into_iter().map(Into::into).collect(),
        results: public.into_iter().map(Into::into).collect(),
        chats: cast.chats(world, me),
        users: cast.users(world, me),
    };
    Ok(answer.into())
}

impl World {
    fn is_called(&self, me: i64, peer: Peer, query: &str) -> bool {
        let has_username = |username: &Option<String>| {
            username.as_deref().is_some_and(|name| is_called(&name.replace('_', " "), query) || is_called(name, query))
        };
        match peer {
            Peer::User(id) => {
                let own_name = self.mailbox(me).contacts.get(&id);
                let own_name = own_name.map(|contact| format!("{} {}", contact.first_name, contact.last_name));
                self.accounts.get(id).is_some_and(|account| {
                    is_called(&account.full_name(), query)
                        || own_name.is_some_and(|name| is_called(&name, query))
                        || has_username(&account.username)
                })
            }
            Peer::Group(id) => self.groups.get(&id).is_some_and(|group| is_called(&group.title, query)),
            Peer::Channel(id) => self
                .channels
                .get(&id)
                .is_some_and(|channel| is_called(&channel.title, query) || has_username(&channel.username)),
        }
    }
}

fn resolved(world: &World, me: i64, peer: Peer) -> tl::enums::contacts::ResolvedPeer {
    let cast = Cast::of_peers([peer]);
    let (chats, users) = (cast.chats(world, me), cast.users(world, me));
    tl::types::contacts::ResolvedPeer { peer: peer.into(), chats, users }.into()
}

pub(super) fn resolve_username(
    world: &mut World,
    caller: &Caller,
    request: contacts::ResolveUsername,
) -> Outcome<contacts::ResolveUsername> {
    let me = caller.me()?;
    let name = request.username.as_str();
    let is_valid = name.len() >= 4 && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !is_valid {
        return Err(RpcError::bad_request("USERNAME_INVALID"));
    }
    let peer = world.by_username(name).ok_or_else(|| RpcError::bad_request("USERNAME_NOT_OCCUPIED"))?;
    Ok(resolved(world, me, peer))
}

pub(super) fn resolve_phone(
    world: &mut World,
    caller: &Caller,
    request: contacts::ResolvePhone,
) -> Outcome<contacts::ResolvePhone> {
    let me = caller.me()?;
    let account = world.accounts.by_phone(&request.phone);
    let account = account.ok_or_else(|| RpcError::bad_request("PHONE_NOT_OCCUPIED"))?;
    Ok(resolved(world, me, Peer::User(account.user_id)))
}

/// The caller's other clients learn that somebody became or is no longer a contact.
fn tell_contact(world: &mut World, cause: &Cause, user: i64) {
    let update = tl::types::UpdatePeerSettings { peer: Peer::User(user).into(), settings: default_peer_settings() };
    world.tell(cause, cause.account, update.into());
}

fn keep(world: &mut World, cause: &Cause, user: i64, first_name: String, last_name: String) -> Allowed<()> {
    if first_name.trim().is_empty() {
        return Err(RpcError::bad_request("CONTACT_NAME_EMPTY"));
    }
    world.mailbox_mut(cause.account).contacts.insert(user, Contact { first_name, last_name });
    tell_contact(world, cause, user);
    Ok(())
}

pub(super) fn add_contact(
    world: &mut World,
    caller: &Caller,
    request: contacts::AddContact,
) -> Outcome<contacts::AddContact> {
    let cause = caller.cause()?;
    let user = world.user_arg(cause.account, &request.id)?;
    if user == cause.account {
        return Err(RpcError::bad_request("CONTACT_ID_INVALID"));
    }
    keep(world, &cause, user, request.first_name, request.last_name)?;
    Ok(world.answer_echo(cause.account))
}

/// Numbers that nobody has are left out of the answer, as on the real server.
pub(super) fn import_contacts(
    world: &mut World,
    caller: &Caller,
    request: contacts::ImportContacts,
) -> Outcome<contacts::ImportContacts> {
    let cause = caller.cause()?;
    let mut imported = Vec::new();
    for tl::enums::InputContact::InputPhoneContact(contact) in request.contacts {
        let found = world.accounts.by_phone(&contact.phone).map(|account| account.user_id);
        let Some(user_id) = found.filter(|user| *user != cause.account) else { continue };
        keep(world, &cause, user_id, contact.first_name, contact.last_name)?;
        imported.push(tl::types::ImportedContact { user_id, client_id: contact.client_id });
    }
    world.take_echo();
    let cast = Cast::of_peers(imported.iter().map(|contact| Peer::User(contact.user_id)));
    let answer = tl::types::contacts::ImportedContacts {
        imported: imported.into_iter().map(Into::into).collect(),
        popular_invites: Vec::new(),
        retry_contacts: Vec::new(),
        users: cast.users(world, cause.account),
    };
    Ok(answer.into())
}

pub(super) fn delete_contacts(
    world: &mut World,
    caller: &Caller,
    request: contacts::DeleteContacts,
) -> Outcome<contacts::DeleteContacts> {
    let cause = caller.cause()?;
    for user in &request.id {
        let user = world.user_arg(cause.account, user)?;
        if world.mailbox_mut(cause.account).contacts.remove(&user).is_some() {
            tell_contact(world, &cause, user);
        }
    }
    Ok(world.answer_echo(cause.account))
}

fn set_blocked(world: &mut World, caller: &Caller, peer: &tl::enums::InputPeer, blocked: bool) -> Allowed<bool> {
    let cause = caller.cause()?;
    let peer = world.peer_arg(cause.account, peer)?;
    world.set_blocked(&cause, peer, blocked)?;
    world.take_echo();
    Ok(true)
}

pub(super) fn block(world: &mut World, caller: &Caller, request: contacts::Block) -> Outcome<contacts::Block> {
    set_blocked(world, caller, &request.id, true)
}

pub(super) fn unblock(world: &mut World, caller: &Caller, request: contacts::Unblock) -> Outcome<contacts::Unblock> {
    set_blocked(world, caller, &request.id, false)
}

pub(super) fn get_blocked(
    world: &mut World,
    caller: &Caller,
    request: contacts::GetBlocked,
) -> Outcome<contacts::GetBlocked> {
    let me = caller.me()?;
    let list = &world.mailbox(me).blocked;
    let start = usize::try_from(request.offset).unwrap_or(0);
    let limit = usize::try_from(request.limit.clamp(1, 100)).unwrap_or(1);
    let page: Vec<(Peer, i32)> = list.iter().skip(start).take(limit).map(|(peer, date)| (*peer, *date)).collect();
    let cast = Cast::of_peers(page.iter().map(|(peer, _)| *peer));
    let blocked: Vec<tl::enums::PeerBlocked> = page
        .iter()
        .map(|(peer, date)| tl::types::PeerBlocked { peer_id: (*peer).into(), date: *date }.into())
        .collect();
    let (chats, users) = (cast.chats(world, me), cast.users(world, me));
    if blocked.len() == list.len() {
        return Ok(tl::types::contacts::Blocked { blocked, chats, users }.into());
    }
    Ok(tl::types::contacts::BlockedSlice { count: count(list.len()), blocked, chats, users }.into())
}
