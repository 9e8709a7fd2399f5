//! Signing in by a QR code that a signed-in client scans.
//!
//! The new client shows a token; another accepts it; the new one is told by an update, asks again and is signed in, or is sent on to the
//! account's own data centre. Source: <https://core.telegram.org/api/qr-login>.

use grammers_tl_types as tl;
use tl::functions::auth::{AcceptLoginToken, ExportLoginToken, ImportLoginToken};

use super::{bind_or_ask_password, signed_in};
use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::sign_ins::LoginToken;

pub(crate) fn export_login_token(
    world: &mut World,
    caller: &Caller,
    request: ExportLoginToken,
) -> Outcome<ExportLoginToken> {
    if request.api_id <= 0 || request.api_hash.is_empty() {
        return Err(RpcError::bad_request("API_ID_INVALID"));
    }
    let now = world.now();
    let token = world.sign_ins.token_of(caller.key_id, now).clone();
    match token.accepted_by {
        None => Ok(tl::types::auth::LoginToken { expires: token.expires, token: token.bytes }.into()),
        Some(account) => finish(world, caller, &token, account),
    }
}

pub(crate) fn import_login_token(
    world: &mut World,
    caller: &Caller,
    request: ImportLoginToken,
) -> Outcome<ImportLoginToken> {
    let token = valid_token(world, &request.token)?.clone();
    match token.accepted_by {
        None => Err(RpcError::bad_request("AUTH_TOKEN_INVALID")),
        Some(account) => finish(world, caller, &token, account),
    }
}

pub(crate) fn accept_login_token(
    world: &mut World,
    caller: &Caller,
    request: AcceptLoginToken,
) -> Outcome<AcceptLoginToken> {
    let account = signed_in(caller)?;
    let key_id = accept(world, account, &request.token)?;
    Ok(super::sessions::describe(world, caller.key_id, key_id))
}

/// Accepts a token in the name of an account and wakes the client that shows it; returns that client's key.
pub(crate) fn accept(world: &mut World, account: i64, token: &[u8]) -> Result<u64, RpcError> {
    let token = valid_token(world, token)?;
    if token.accepted_by.is_some() {
        return Err(RpcError::bad_request("AUTH_TOKEN_ALREADY_ACCEPTED"));
    }
    token.accepted_by = Some(account);
    let key_id = token.key_id;
    let updates = tl::types::UpdateShort { update: tl::enums::Update::LoginToken, date: world.now() };
    world.sign_ins.signal(key_id, updates.into());
    Ok(key_id)
}

fn finish(
    world: &mut World,
    caller: &Caller,
    token: &LoginToken,
    account: i64,
) -> Result<tl::enums::auth::LoginToken, RpcError> {
    let home = world.accounts.get(account).map(|account| account.dc);
    if let Some(dc_id) = home.filter(|home| *home != caller.dc) {
        return Ok(tl::types::auth::LoginTokenMigrateTo { dc_id, token: token.bytes.clone() }.into());
    }
    world.sign_ins.forget_token(&token.bytes);
    let authorization = bind_or_ask_password(world, caller, account)?;
    Ok(tl::types::auth::LoginTokenSuccess { authorization }.into())
}

fn valid_token<'a>(world: &'a mut World, bytes: &[u8]) -> Result<&'a mut LoginToken, RpcError> {
    let now = world.now();
    let token = world.sign_ins.token(bytes).ok_or_else(|| RpcError::bad_request("AUTH_TOKEN_INVALID"))?;
    if token.expires <= now && token.accepted_by.is_none() {
        return Err(RpcError::bad_request("AUTH_TOKEN_EXPIRED"));
    }
    Ok(token)
}
