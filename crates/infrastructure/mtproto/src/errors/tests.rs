use super::*;

fn rpc(code: i32, text: &str) -> RpcError {
    RpcError::from(grammers_tl_types::types::RpcError { error_code: code, error_message: text.to_owned() })
}

fn of(code: i32, text: &str) -> TelegramError {
    refused(&rpc(code, text), "messages.sendMessage", Does::Writes)
}

#[test]
fn a_login_that_ended_is_recognised_under_any_code() {
    for (code, text) in [
        (401, "AUTH_KEY_UNREGISTERED"),
        (401, "SESSION_REVOKED"),
        (401, "USER_DEACTIVATED"),
        (401, "SOMETHING_NEW"),
        (406, "AUTH_KEY_DUPLICATED"),
    ] {
        let error = of(code, text);
        assert!(matches!(&error, TelegramError::NeedsLogin { reason } if reason == text), "{text}");
    }
}

#[test]
fn every_listed_constant_has_its_meaning() {
    for text in UNKNOWN_CHAT {
        assert!(matches!(of(400, text), TelegramError::UnknownChat), "{text}");
    }
    for text in UNKNOWN_MESSAGE {
        assert!(matches!(of(400, text), TelegramError::UnknownMessage), "{text}");
    }
    for text in FORBIDDEN {
        let error = of(400, text);
        assert!(matches!(&error, TelegramError::Forbidden { telegram } if telegram == text), "{text}");
    }
    for (text, argument, _) in INVALID {
        let error = of(400, text);
        assert!(matches!(&error, TelegramError::Invalid(refused) if refused.argument == *argument), "{text}");
    }
    assert!(matches!(of(400, "CHAT_SEND_PHOTOS_FORBIDDEN"), TelegramError::Forbidden { .. }));
    assert!(matches!(of(403, "SOMETHING_NEW"), TelegramError::Forbidden { .. }));
}

#[test]
fn no_constant_is_listed_twice() {
    let mut all: Vec<&str> = [NEEDS_LOGIN, UNKNOWN_CHAT, UNKNOWN_MESSAGE, FORBIDDEN].concat();
    all.extend(INVALID.iter().map(|(constant, ..)| *constant));
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn a_wait_names_its_method_but_slow_mode_does_not_block_other_chats() {
    let limited = |text: &str| match of(420, text) {
        TelegramError::RateLimited { retry_after, method } => (retry_after.as_secs(), method),
        error => panic!("{error:?}"),
    };
    assert_eq!(limited("FLOOD_WAIT_31"), (31, "messages.sendMessage".to_owned()));
    assert_eq!(limited("FLOOD_PREMIUM_WAIT_3").0, 3);
    assert_eq!(limited("SLOWMODE_WAIT_7"), (7, "slowmode".to_owned()));
    assert!(matches!(of(420, "FROZEN_METHOD_INVALID"), TelegramError::Forbidden { .. }));
}

#[test]
fn telegrams_own_failures_are_told_apart_by_what_they_prove() {
    for (code, text) in [(500, "RPC_CALL_FAIL"), (-503, "Timeout")] {
        assert!(matches!(of(code, text), TelegramError::OutcomeUnknown), "{text}");
        let read = refused(&rpc(code, text), "x", Does::Reads);
        assert!(matches!(read, TelegramError::Unavailable(_)), "{text}");
    }
    let duplicate = of(500, "RANDOM_ID_DUPLICATE");
    assert!(matches!(&duplicate, TelegramError::Refused { telegram } if telegram == "RANDOM_ID_DUPLICATE"));
}

#[test]
fn a_lost_answer_is_a_failure_for_reads_only() {
    let lost = || CallError::Lost("gone".into());
    assert!(matches!(failed(lost(), "x", Does::Writes), TelegramError::OutcomeUnknown));
    assert!(matches!(failed(lost(), "x", Does::Reads), TelegramError::Unavailable(_)));
    let ended = |handed_over| CallError::Ended { how: Ended::Deadline, handed_over };
    assert!(matches!(failed(ended(true), "x", Does::Writes), TelegramError::OutcomeUnknown));
    assert!(matches!(failed(ended(false), "x", Does::Writes), TelegramError::DeadlineExceeded));
    let not_sent = CallError::NotSent("refused".into());
    assert!(matches!(failed(not_sent, "x", Does::Writes), TelegramError::Unavailable(_)));
}

#[test]
fn another_home_is_named_by_its_number() {
    assert_eq!(other_home_of_file(&rpc(303, "FILE_MIGRATE_4")), Some(4));
    assert_eq!(other_home_of_user(&rpc(303, "PHONE_MIGRATE_5")), Some(5));
    assert_eq!(other_home_of_user(&rpc(303, "FILE_MIGRATE_4")), None);
    assert_eq!(constant(&rpc(303, "FILE_MIGRATE_4")), "FILE_MIGRATE_4");
}

#[test]
fn a_sign_in_says_what_was_wrong() {
    let of = |code, text| sign_in_refused(&rpc(code, text));
    assert!(matches!(of(400, "PHONE_CODE_INVALID"), SignInError::CodeInvalid));
    assert!(matches!(of(400, "PHONE_CODE_EXPIRED"), SignInError::CodeExpired));
    assert!(matches!(of(400, "PASSWORD_HASH_INVALID"), SignInError::PasswordInvalid));
    assert!(matches!(of(400, "PHONE_NUMBER_BANNED"), SignInError::PhoneBanned));
    assert!(matches!(of(400, "API_ID_INVALID"), SignInError::ApiInvalid));
    assert!(matches!(of(401, "AUTH_KEY_UNREGISTERED"), SignInError::KeyNotAuthorised));
    assert!(matches!(of(420, "FLOOD_WAIT_60"), SignInError::RateLimited(_)));
    assert!(matches!(of(500, "X"), SignInError::Unavailable(_)));
    assert!(matches!(of(400, "X"), SignInError::Refused(text) if text == "X"));
}
