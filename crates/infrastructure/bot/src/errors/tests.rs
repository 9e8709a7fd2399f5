use super::*;
use telegraphist_domain::ChatId;

fn refusal(code: u16, description: &str) -> Refusal {
    Refusal { code, description: description.to_owned(), retry_after: None, migrate_to: None }
}

fn of(code: u16, description: &str) -> TelegramError {
    refused(&refusal(code, description), "bot/7", Does::Writes)
}

/// In the words of the real server.
#[test]
fn telegrams_words_are_understood() {
    for words in ["chat not found", "chat_id is empty", "PEER_ID_INVALID"] {
        assert!(matches!(of(400, &format!("Bad Request: {words}")), TelegramError::UnknownChat), "{words}");
    }
    for words in [
        "message to edit not found",
        "message to be replied not found",
        "message to delete not found",
        "message to react not found",
        "message identifier is not specified",
    ] {
        assert!(matches!(of(400, &format!("Bad Request: {words}")), TelegramError::UnknownMessage), "{words}");
    }
    for (code, words, constant) in [
        (403, "Forbidden: bot was blocked by the user", "BOT_BLOCKED"),
        (403, "Forbidden: user is deactivated", "USER_DEACTIVATED"),
        (403, "Forbidden: bot can't initiate conversation with a user", "CHAT_NOT_STARTED"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "BOT_KICKED"),
        (403, "Forbidden: bot was kicked from the group chat", "BOT_KICKED"),
        (403, "Forbidden: bot is not a member of the channel chat", "BOT_NOT_MEMBER"),
        (403, "Forbidden: the bot can't send messages to the bot", "BOT_TO_BOT"),
        (400, "Bad Request: message can't be edited", "MESSAGE_AUTHOR_REQUIRED"),
        (400, "Bad Request: message can't be deleted", "MESSAGE_DELETE_FORBIDDEN"),
        (400, "Bad Request: not enough rights to manage pinned messages in the chat", "CHAT_ADMIN_REQUIRED"),
        (400, "Bad Request: TOPIC_CLOSED", "TOPIC_CLOSED"),
        (403, "Forbidden: something new", "something new"),
    ] {
        assert!(matches!(of(code, words), TelegramError::Forbidden { telegram } if telegram == constant), "{words}");
    }
    for (words, argument) in [
        ("message is too long", "text"),
        ("text must be non-empty", "text"),
        ("inline keyboard button text must be non-empty", "buttons"),
        ("can't parse entities: Can't find end of Bold entity at byte offset 12", "text"),
        ("message caption is too long", "caption"),
        ("message thread not found", "topic"),
        ("BUTTON_DATA_INVALID", "buttons"),
        ("REACTION_INVALID", "emoji"),
        ("there is no text in the message to edit", "message_id"),
        ("too many messages to send as an album", "files"),
    ] {
        let error = of(400, &format!("Bad Request: {words}"));
        assert!(matches!(&error, TelegramError::Invalid(refused) if refused.argument == argument), "{words}: {error}");
    }
    let unmodified = "Bad Request: message is not modified: specified new message content and reply markup are exactly \
                      the same as a current content and reply markup of the message";
    assert!(matches!(of(400, unmodified), TelegramError::Refused { telegram } if telegram == "MESSAGE_NOT_MODIFIED"));
    assert!(matches!(of(401, "Unauthorized"), TelegramError::NeedsLogin { .. }));
    assert!(matches!(of(400, "Bad Request: file is too big"), TelegramError::File(FileError::TooLarge { .. })));
    assert!(matches!(of(413, "Request Entity Too Large"), TelegramError::File(FileError::TooLarge { .. })));
    assert!(matches!(of(404, "Not Found"), TelegramError::Unavailable(_)));
    assert!(matches!(of(404, "Not Found: method not found"), TelegramError::Refused { .. }));
}

#[test]
fn no_words_are_listed_twice() {
    let forbidden = FORBIDDEN.iter().map(|(words, _)| *words);
    let invalid = INVALID.iter().map(|(words, ..)| *words);
    let mut all: Vec<&str> =
        UNKNOWN_CHAT.iter().chain(UNKNOWN_MESSAGE).copied().chain(forbidden).chain(invalid).collect();
    assert!(all.iter().all(|words| *words == words.to_lowercase()), "what is matched is in lower case");
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn what_telegram_quotes_is_left_out() {
    let error = of(400, "Bad Request: can't do it with \"a secret text\" here");
    assert!(matches!(error, TelegramError::Refused { telegram } if telegram == "can't do it with"));
    assert_eq!(plain("Bad Request: wrong thing: the secret text"), "wrong thing");
}

#[test]
fn a_wait_is_of_its_chat() {
    let refusal =
        Refusal { retry_after: Some(Duration::from_secs(90)), ..refusal(429, "Too Many Requests: retry after 90") };
    let limited = refused(&refusal, &subject(Some(ChatId(-5))), Does::Writes);
    match limited {
        TelegramError::RateLimited { retry_after, method } => {
            assert_eq!((retry_after.as_secs(), method.as_str()), (90, "bot/-5"));
        }
        error => panic!("{error:?}"),
    }
    assert_eq!(subject(None), "bot");
}

#[test]
fn only_a_write_whose_answer_was_lost_is_of_unknown_outcome() {
    let lost = || CallError::Lost("gone".into());
    assert!(matches!(failed(lost(), "bot", Does::Writes), TelegramError::OutcomeUnknown));
    assert!(matches!(failed(lost(), "bot", Does::Reads), TelegramError::Unavailable(_)));
    let ended = |handed_over| CallError::Ended { how: Ended::Deadline, handed_over };
    assert!(matches!(failed(ended(true), "bot", Does::Writes), TelegramError::OutcomeUnknown));
    assert!(matches!(failed(ended(false), "bot", Does::Writes), TelegramError::DeadlineExceeded));
    let not_sent = CallError::NotSent("refused".into());
    assert!(matches!(failed(not_sent, "bot", Does::Writes), TelegramError::Unavailable(_)));
    assert!(matches!(of(500, "Internal Server Error: restart"), TelegramError::OutcomeUnknown));
    let read = refused(&refusal(502, "Bad Gateway"), "bot", Does::Reads);
    assert!(matches!(read, TelegramError::Unavailable(_)));
}
