//! Signing in with a code that is sent to a phone number.

use grammers_tl_types as tl;
use tl::functions::auth::{CancelCode, ResendCode, SendCode, SignIn, SignUp};

use super::bind_or_ask_password;
use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;
use crate::world::sign_ins::SentCode;

const CODE_LENGTH: i32 = 5;
/// ASSUMED: the real server does not tell after how many wrong codes it asks for a new one.
const WRONG_TRIES_MAX: u32 = 5;
/// ASSUMED: seconds until a client may ask for the code by other means.
const RESEND_AFTER: i32 = 60;

pub(crate) fn send_code(world: &mut World, caller: &Caller, request: SendCode) -> Outcome<SendCode> {
    let phone = &request.phone_number;
    check_phone(phone)?;
    if request.api_id <= 0 || request.api_hash.is_empty() {
        return Err(RpcError::bad_request("API_ID_INVALID"));
    }
    let account = world.accounts.by_phone(phone);
    if let Some(home) = account.map(|account| account.dc).filter(|dc| *dc != caller.dc) {
        return Err(RpcError::new(303, format!("PHONE_MIGRATE_{home}")));
    }
    // Somebody who is signed in elsewhere reads the code there.
    let has_app = account.is_some_and(|account| world.keys.of_account(account.user_id).next().is_some());
    let now = world.now();
    let sent = world.sign_ins.send_code(phone, !has_app, now);
    Ok(describe(sent))
}

pub(crate) fn resend_code(world: &mut World, _caller: &Caller, request: ResendCode) -> Outcome<ResendCode> {
    let sent = find(world, &request.phone_number, &request.phone_code_hash)?;
    if sent.is_sms {
        return Err(RpcError::new(406, "SEND_CODE_UNAVAILABLE"));
    }
    let now = world.now();
    let sent = world.sign_ins.send_code(&request.phone_number, true, now);
    Ok(describe(sent))
}

pub(crate) fn cancel_code(world: &mut World, _caller: &Caller, request: CancelCode) -> Outcome<CancelCode> {
    find(world, &request.phone_number, &request.phone_code_hash)?;
    world.sign_ins.forget_code(&request.phone_number);
    Ok(true)
}

pub(crate) fn sign_in(world: &mut World, caller: &Caller, request: SignIn) -> Outcome<SignIn> {
    let phone = &request.phone_number;
    let typed = request.phone_code.unwrap_or_default();
    if typed.is_empty() {
        return Err(RpcError::bad_request("PHONE_CODE_EMPTY"));
    }
    let sent = find(world, phone, &request.phone_code_hash)?;
    if sent.code != typed {
        sent.wrong_tries += 1;
        if sent.wrong_tries >= WRONG_TRIES_MAX {
            world.sign_ins.forget_code(phone);
        }
        return Err(RpcError::bad_request("PHONE_CODE_INVALID"));
    }
    sent.is_confirmed = true;
    match world.accounts.by_phone(phone).map(|found| found.user_id) {
        Some(account) => {
            world.sign_ins.forget_code(phone);
            bind_or_ask_password(world, caller, account)
        }
        None => Ok(tl::types::auth::AuthorizationSignUpRequired { terms_of_service: None }.into()),
    }
}

/// Only official apps may make accounts, so the answer is always the one that other clients get.
pub(crate) fn sign_up(world: &mut World, _caller: &Caller, request: SignUp) -> Outcome<SignUp> {
    find(world, &request.phone_number, &request.phone_code_hash)?;
    Err(RpcError::new(406, "UPDATE_APP_TO_LOGIN"))
}

fn check_phone(phone: &str) -> Result<(), RpcError> {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let is_number = phone.chars().all(|character| character.is_ascii_digit() || "+ -()".contains(character));
    if is_number && (7..=15).contains(&digits) { Ok(()) } else { Err(RpcError::bad_request("PHONE_NUMBER_INVALID")) }
}

fn find<'a>(world: &'a mut World, phone: &str, hash: &str) -> Result<&'a mut SentCode, RpcError> {
    check_phone(phone)?;
    if hash.is_empty() {
        return Err(RpcError::bad_request("PHONE_CODE_HASH_EMPTY"));
    }
    let now = world.now();
    world
        .sign_ins
        .sent_code(phone)
        .filter(|sent| sent.hash == hash && sent.expires > now)
        .ok_or_else(|| RpcError::bad_request("PHONE_CODE_EXPIRED"))
}

fn describe(sent: &SentCode) -> tl::enums::auth::SentCode {
    let length = CODE_LENGTH;
    let (kind, next_type) = if sent.is_sms {
        (tl::types::auth::SentCodeTypeSms { length }.into(), None)
    } else {
        let next = tl::enums::auth::CodeType::Sms;
        (tl::types::auth::SentCodeTypeApp { length }.into(), Some(next))
    };
    tl::types::auth::SentCode {
        r#type: kind,
        phone_code_hash: sent.hash.clone(),
        timeout: next_type.is_some().then_some(RESEND_AFTER),
        next_type,
    }
    .into()
}
