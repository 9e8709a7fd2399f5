//! Codes and passwords.

use grammers_crypto::two_factor_auth::calculate_2fa;
use tl::functions::{account, auth};

use super::*;
use crate::world::seed::CAROL;

/// What somebody types for whose phone a code was sent.
fn typed_code(stage: &mut Stage, phone: &str) -> auth::SignIn {
    let now = stage.world.now();
    let sent = stage.world.sign_ins.send_code(phone, true, now).clone();
    auth::SignIn {
        phone_number: phone.to_owned(),
        phone_code_hash: sent.hash,
        phone_code: Some(sent.code),
        email_verification: None,
    }
}

/// The answer to a question for a password, as clients make it.
fn proof(question: tl::enums::account::Password, password: &str) -> auth::CheckPassword {
    use tl::enums::PasswordKdfAlgo::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow as Known;
    let tl::enums::account::Password::Password(question) = question;
    let Some(Known(algorithm)) = question.current_algo else { panic!("no password is asked for") };
    let (m1, a) = calculate_2fa(
        &algorithm.salt1,
        &algorithm.salt2,
        &algorithm.p,
        &algorithm.g,
        question.srp_b.expect("a question"),
        vec![77; 256],
        password.as_bytes(),
    );
    let srp_id = question.srp_id.expect("a question");
    auth::CheckPassword { password: tl::types::InputCheckPasswordSrp { srp_id, a: a.to_vec(), m1: m1.to_vec() }.into() }
}

#[test]
fn whoever_typed_the_code_last_is_asked_for_their_password_whoever_was_signed_in_before() {
    let mut stage = Stage::new();
    let before = stage.client(ALICE);
    let carol = stage.world.accounts.get(CAROL).expect("Carol has an account").clone();
    let password = carol.password.expect("Carol has a password").text;
    let sign_in = typed_code(&mut stage, &carol.phone);
    assert_eq!(stage.refusal(&before, &sign_in), "SESSION_PASSWORD_NEEDED");

    let question = stage.ask(&before, &account::GetPassword {}).expect("a question");
    stage.ask(&before, &proof(question, &password)).expect("signed in");
    assert_eq!(stage.world.keys.get(before.key_id).and_then(|key| key.account), Some(CAROL));
}

#[test]
fn whoever_is_signed_in_is_told_of_their_own_password() {
    let mut stage = Stage::new();
    for (account, has_password) in [(ALICE, false), (CAROL, true)] {
        let client = stage.client(account);
        let tl::enums::account::Password::Password(told) = stage.ask(&client, &account::GetPassword {}).expect("told");
        assert_eq!(told.has_password, has_password);
    }
}
