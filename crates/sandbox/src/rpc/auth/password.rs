//! The second step of a sign-in.

use grammers_tl_types as tl;
use tl::functions::account::GetPassword;
use tl::functions::auth::CheckPassword;

use super::{bind, srp, unregistered};
use crate::rpc::{Caller, Outcome, RpcError};
use crate::world::World;

pub(crate) fn get_password(world: &mut World, caller: &Caller, _request: GetPassword) -> Outcome<GetPassword> {
    let account = whose(world, caller)?;
    let password = world.accounts.get(account).and_then(|account| account.password.clone());
    let mut answer = without_password(world);
    if let Some(password) = password {
        let (id, challenge) = world.sign_ins.challenge(account, &password.text);
        answer.has_password = true;
        answer.hint = Some(password.hint);
        answer.srp_id = Some(id);
        answer.srp_b = Some(challenge.public.clone());
        let (salt1, salt2) = challenge.salts();
        answer.current_algo = Some(algorithm(salt1, salt2));
    }
    Ok(answer.into())
}

pub(crate) fn check_password(world: &mut World, caller: &Caller, request: CheckPassword) -> Outcome<CheckPassword> {
    let account = whose(world, caller)?;
    let tl::enums::InputCheckPasswordSrp::Srp(proof) = request.password else {
        return Err(RpcError::bad_request("PASSWORD_HASH_INVALID"));
    };
    let challenge =
        world.sign_ins.open_challenge(proof.srp_id, account).ok_or_else(|| RpcError::bad_request("SRP_ID_INVALID"))?;
    if !challenge.is_answered_by(&proof.a, &proof.m1) {
        return Err(RpcError::bad_request("PASSWORD_HASH_INVALID"));
    }
    world.sign_ins.close_challenge(proof.srp_id);
    bind(world, caller, account)
}

/// Whose password: of who gave a right code last, which may be on a key where somebody else is still signed in (ASSUMED);
/// else of who is signed in.
fn whose(world: &World, caller: &Caller) -> Result<i64, RpcError> {
    let awaited = world.keys.get(caller.key_id).and_then(|key| key.awaiting_password);
    awaited.or(caller.account).ok_or_else(unregistered)
}

fn without_password(world: &mut World) -> tl::types::account::Password {
    let sign_ins = &mut world.sign_ins;
    tl::types::account::Password {
        has_recovery: false,
        has_secure_values: false,
        has_password: false,
        current_algo: None,
        srp_b: None,
        srp_id: None,
        hint: None,
        email_unconfirmed_pattern: None,
        new_algo: algorithm(&sign_ins.random_bytes::<8>(), &sign_ins.random_bytes::<16>()),
        new_secure_algo: tl::types::SecurePasswordKdfAlgoPbkdf2Hmacsha512iter100000 {
            salt: sign_ins.random_bytes::<8>().to_vec(),
        }
        .into(),
        secure_random: sign_ins.random_bytes::<256>().to_vec(),
        pending_reset_date: None,
        login_email_pattern: None,
    }
}

fn algorithm(salt1: &[u8], salt2: &[u8]) -> tl::enums::PasswordKdfAlgo {
    tl::types::PasswordKdfAlgoSha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow {
        salt1: salt1.to_vec(),
        salt2: salt2.to_vec(),
        g: i32::from(srp::G),
        p: srp::prime_bytes(),
    }
    .into()
}
