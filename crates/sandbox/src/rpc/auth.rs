//! Signing in and out: codes, passwords, QR codes, bot tokens, and taking an authorisation to another data centre.
//!
//! Invariant: a key is bound to an account in one place only, [`bind`], after everything that the account asks for was proven.

mod bot;
mod code;
mod password;
mod qr;
mod sessions;
pub(crate) mod srp;

use grammers_tl_types as tl;

use super::{Caller, RpcError};
use crate::world::World;
use crate::world::sign_ins::SignedIn;

pub(super) use bot::import_bot_authorization;
pub(super) use code::{cancel_code, resend_code, send_code, sign_in, sign_up};
pub(super) use password::{check_password, get_password};
pub(super) use qr::{accept_login_token, export_login_token, import_login_token};
pub(super) use sessions::{
    export_authorization, get_authorizations, import_authorization, log_out, reset_authorization, reset_authorizations,
};

pub(crate) use qr::accept;

/// Who is signed in with the caller's key.
fn signed_in(caller: &Caller) -> Result<i64, RpcError> {
    caller.account.ok_or_else(unregistered)
}

fn unregistered() -> RpcError {
    RpcError::new(401, "AUTH_KEY_UNREGISTERED")
}

/// After the first proof: signs the key in, or asks for the password if the account has one.
fn bind_or_ask_password(
    world: &mut World,
    caller: &Caller,
    account: i64,
) -> Result<tl::enums::auth::Authorization, RpcError> {
    let has_password = world.accounts.get(account).is_some_and(|account| account.password.is_some());
    if !has_password {
        return bind(world, caller, account);
    }
    let key = world.keys.get_mut(caller.key_id).ok_or_else(unregistered)?;
    key.awaiting_password = Some(account);
    Err(RpcError::new(401, "SESSION_PASSWORD_NEEDED"))
}

/// Signs a key in.
fn bind(world: &mut World, caller: &Caller, account: i64) -> Result<tl::enums::auth::Authorization, RpcError> {
    let key = world.keys.get_mut(caller.key_id).ok_or_else(unregistered)?;
    key.account = Some(account);
    key.awaiting_password = None;
    let since = world.now();
    world.sign_ins.note(caller.key_id, SignedIn { since });
    Ok(authorization(world, account))
}

fn authorization(world: &World, account: i64) -> tl::enums::auth::Authorization {
    let user = world.view_user(account, account).unwrap_or_else(|| tl::types::UserEmpty { id: account }.into());
    tl::types::auth::Authorization {
        setup_password_required: false,
        otherwise_relogin_days: None,
        tmp_sessions: None,
        future_auth_token: None,
        user,
    }
    .into()
}
