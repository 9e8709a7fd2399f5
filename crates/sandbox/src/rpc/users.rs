//! Profiles: other people's and one's own.

use grammers_tl_types as tl;
use tl::functions::{account, photos, users};

use super::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::peers::Peer;
use crate::world::view::{Cast, default_notify_settings};

/// A name has so many letters at most.
const NAME_MAX: usize = 64;
/// So many the words about oneself.
const ABOUT_MAX: usize = 70;

/// Users that the caller has never met come back as empty ones.
pub(super) fn get_users(world: &mut World, caller: &Caller, request: users::GetUsers) -> Outcome<users::GetUsers> {
    let me = caller.me()?;
    let view = |user: &tl::enums::InputUser| {
        let found = world.user_arg(me, user).ok().and_then(|id| world.view_user(me, id));
        let id = match user {
            tl::enums::InputUser::User(user) => user.user_id,
            tl::enums::InputUser::FromMessage(user) => user.user_id,
            tl::enums::InputUser::Empty | tl::enums::InputUser::UserSelf => 0,
        };
        found.unwrap_or_else(|| tl::types::UserEmpty { id }.into())
    };
    Ok(request.id.iter().map(view).collect())
}

pub(super) fn get_full_user(
    world: &mut World,
    caller: &Caller,
    request: users::GetFullUser,
) -> Outcome<users::GetFullUser> {
    let me = caller.me()?;
    let user = world.user_arg(me, &request.id)?;
    let full = world.view_full_user(me, user).ok_or_else(|| RpcError::bad_request("USER_ID_INVALID"))?;
    let cast = Cast::of_peers([Peer::User(user), Peer::User(me)]);
    let answer = tl::types::users::UserFull { full_user: full.into(), chats: Vec::new(), users: cast.users(world, me) };
    Ok(answer.into())
}

pub(super) fn get_user_photos(
    world: &mut World,
    caller: &Caller,
    request: photos::GetUserPhotos,
) -> Outcome<photos::GetUserPhotos> {
    let me = caller.me()?;
    let user = world.user_arg(me, &request.user_id)?;
    let photo = world.accounts.get(user).and_then(|account| account.photo).filter(|_| request.offset <= 0);
    let photos = photo.and_then(|photo| world.view_photo(photo)).into_iter().collect();
    let users = Cast::of_peers([Peer::User(user)]).users(world, me);
    Ok(tl::types::photos::Photos { photos, users }.into())
}

/// Online or away; contacts are told.
pub(super) fn update_status(
    world: &mut World,
    caller: &Caller,
    request: account::UpdateStatus,
) -> Outcome<account::UpdateStatus> {
    let cause = caller.cause()?;
    let me = cause.account;
    let last_seen = if request.offline { world.now() } else { 0 };
    let Some(account) = world.accounts.get_mut(me) else { return Ok(false) };
    let was_online = account.last_seen == 0;
    account.last_seen = last_seen;
    if was_online == request.offline {
        tell_status(world, &cause);
    }
    Ok(true)
}

fn tell_status(world: &mut World, cause: &crate::world::telling::Cause) {
    let me = cause.account;
    let Some(status) = world.accounts.get(me).map(|account| world.view_status(account)) else { return };
    let knows_me = |user: &i64| world.mailbox(*user).contacts.contains_key(&me);
    let friends: Vec<i64> = world.accounts.iter().map(|account| account.user_id).filter(knows_me).collect();
    for friend in friends.into_iter().filter(|friend| *friend != me) {
        let update = tl::types::UpdateUserStatus { user_id: me, status: status.clone() };
        world.tell(cause, friend, update.into());
    }
}

pub(super) fn update_profile(
    world: &mut World,
    caller: &Caller,
    request: account::UpdateProfile,
) -> Outcome<account::UpdateProfile> {
    let me = caller.me()?;
    let is_too_long = |text: &Option<String>, max| text.as_ref().is_some_and(|text| text.chars().count() > max);
    if request.first_name.as_ref().is_some_and(|name| name.trim().is_empty())
        || is_too_long(&request.first_name, NAME_MAX)
    {
        return Err(RpcError::bad_request("FIRSTNAME_INVALID"));
    }
    if is_too_long(&request.about, ABOUT_MAX) {
        return Err(RpcError::bad_request("ABOUT_TOO_LONG"));
    }
    let account = world.accounts.get_mut(me).ok_or_else(|| RpcError::bad_request("USER_ID_INVALID"))?;
    let fields = [
        (&mut account.first_name, request.first_name),
        (&mut account.last_name, request.last_name),
        (&mut account.about, request.about),
    ];
    for (field, new) in fields {
        *field = new.unwrap_or_else(|| std::mem::take(field));
    }
    world.view_user(me, me).ok_or_else(|| RpcError::bad_request("USER_ID_INVALID"))
}

/// Nothing is muted in the box.
pub(super) fn get_notify_settings(
    _world: &mut World,
    caller: &Caller,
    _request: account::GetNotifySettings,
) -> Outcome<account::GetNotifySettings> {
    caller.me()?;
    Ok(default_notify_settings())
}
