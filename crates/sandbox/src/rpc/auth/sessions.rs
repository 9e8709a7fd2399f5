//! Where an account is signed in: the list, its ends, and the way to another data centre.

use grammers_tl_types as tl;
use tl::functions::account::{GetAuthorizations, ResetAuthorization};
use tl::functions::auth::{ExportAuthorization, ImportAuthorization, LogOut, ResetAuthorizations};

use super::{bind, signed_in};
use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;

const DATA_CENTRES: std::ops::RangeInclusive<i32> = 1..=5;

pub(crate) fn log_out(world: &mut World, caller: &Caller, _request: LogOut) -> Outcome<LogOut> {
    signed_in(caller)?;
    sign_out(world, caller.key_id);
    Ok(tl::types::auth::LoggedOut { future_auth_token: None }.into())
}

pub(crate) fn get_authorizations(
    world: &mut World,
    caller: &Caller,
    _request: GetAuthorizations,
) -> Outcome<GetAuthorizations> {
    let keys = keys_of(world, signed_in(caller)?);
    let authorizations = keys.into_iter().map(|key_id| describe(world, caller.key_id, key_id)).collect();
    Ok(tl::types::account::Authorizations { authorization_ttl_days: 365, authorizations }.into())
}

pub(crate) fn reset_authorization(
    world: &mut World,
    caller: &Caller,
    request: ResetAuthorization,
) -> Outcome<ResetAuthorization> {
    let key_id = keys_of(world, signed_in(caller)?)
        .into_iter()
        .find(|key_id| *key_id != caller.key_id && *key_id as i64 == request.hash)
        .ok_or_else(|| RpcError::bad_request("HASH_INVALID"))?;
    sign_out(world, key_id);
    Ok(true)
}

pub(crate) fn reset_authorizations(
    world: &mut World,
    caller: &Caller,
    _request: ResetAuthorizations,
) -> Outcome<ResetAuthorizations> {
    for key_id in keys_of(world, signed_in(caller)?) {
        if key_id != caller.key_id {
            sign_out(world, key_id);
        }
    }
    Ok(true)
}

pub(crate) fn export_authorization(
    world: &mut World,
    caller: &Caller,
    request: ExportAuthorization,
) -> Outcome<ExportAuthorization> {
    let account = signed_in(caller)?;
    if !DATA_CENTRES.contains(&request.dc_id) || request.dc_id == caller.dc {
        return Err(RpcError::bad_request("DC_ID_INVALID"));
    }
    let bytes = world.sign_ins.export(account);
    Ok(tl::types::auth::ExportedAuthorization { id: account, bytes }.into())
}

pub(crate) fn import_authorization(
    world: &mut World,
    caller: &Caller,
    request: ImportAuthorization,
) -> Outcome<ImportAuthorization> {
    if !world.sign_ins.import(request.id, &request.bytes) {
        return Err(RpcError::bad_request("AUTH_BYTES_INVALID"));
    }
    // The password was asked for when the account signed in at home.
    bind(world, caller, request.id)
}

/// How one client shows in the list of another.
pub(super) fn describe(world: &World, asking_key: u64, key_id: u64) -> tl::enums::Authorization {
    let current = key_id == asking_key;
    let noted = world.sign_ins.noted(key_id);
    tl::types::Authorization {
        current,
        official_app: false,
        encrypted_requests_disabled: false,
        call_requests_disabled: false,
        password_pending: false,
        unconfirmed: false,
        // The client itself has no hash, as clients expect.
        hash: if current { 0 } else { key_id as i64 },
        device_model: "Sandbox client".to_owned(),
        platform: "Sandbox".to_owned(),
        system_version: String::new(),
        api_id: 1,
        app_name: "Sandbox client".to_owned(),
        app_version: "1".to_owned(),
        date_created: noted.since,
        date_active: world.now(),
        ip: "127.0.0.1".to_owned(),
        country: "Loopback".to_owned(),
        region: String::new(),
    }
    .into()
}

fn keys_of(world: &World, account: i64) -> Vec<u64> {
    let mut keys: Vec<_> = world.keys.of_account(account).collect();
    keys.sort_unstable();
    keys
}

fn sign_out(world: &mut World, key_id: u64) {
    if let Some(key) = world.keys.get_mut(key_id) {
        key.account = None;
        key.awaiting_password = None;
    }
}
