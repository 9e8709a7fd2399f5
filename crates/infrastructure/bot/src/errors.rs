//! The Bot API's errors as the application knows them: what the caller can do, by what Telegram's words begin with and
//! hold. Words are matched in part, because their ends change from version to version. ASSUMED: that these are the words,
//! and the constants of MTProto among them.

use std::time::Duration;

use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{FileError, SignInError, TelegramError};

use crate::account::Does;
use crate::call_error::{CallError, Refusal};
use telegraphist_application::patience::Ended;

/// The largest file that a bot may send, in bytes.
pub(crate) const SENT_MAX: u64 = 50 * 1024 * 1024;
/// The largest file that a bot may fetch, in bytes.
pub(crate) const FETCHED_MAX: u64 = 20 * 1024 * 1024;

/// The wait that belongs to the whole bot.
const WHOLE_BOT: &str = "bot";

/// There is no such chat, or not for this bot.
const UNKNOWN_CHAT: &[&str] = &[
    "chat not found",
    "chat_id is empty",
    "chat_id_invalid",
    "group chat was deactivated",
    "peer_id_invalid",
    "user not found",
    "user_id_invalid",
    "channel_invalid",
    "username_not_occupied",
];

/// There is no such message in the chat.
const UNKNOWN_MESSAGE: &[&str] = &[
    "message to edit not found",
    "message to delete not found",
    "message to be replied not found",
    "message to reply not found",
    "replied message not found",
    "message to forward not found",
    "message to copy not found",
    "message to pin not found",
    "message to unpin not found",
    "message to react not found",
    "message with poll to stop not found",
    "there are no messages to forward",
    "there is no message to",
    "message not found",
    "message_id_invalid",
    "message identifier is not specified",
];

/// What is forbidden: words, and the constant that stands for them.
const FORBIDDEN: &[(&str, &str)] = &[
    ("bot was blocked by the user", "BOT_BLOCKED"),
    ("user is deactivated", "USER_DEACTIVATED"),
    ("bot can't initiate conversation", "CHAT_NOT_STARTED"),
    ("bot was kicked", "BOT_KICKED"),
    ("bot is not a member", "BOT_NOT_MEMBER"),
    ("can't send messages to the bot", "BOT_TO_BOT"),
    ("can't send messages to bots", "BOT_TO_BOT"),
    ("message can't be edited", "MESSAGE_AUTHOR_REQUIRED"),
    ("message can't be deleted", "MESSAGE_DELETE_FORBIDDEN"),
    ("message can't be forwarded", "CHAT_FORWARDS_RESTRICTED"),
    ("message can't be copied", "CHAT_FORWARDS_RESTRICTED"),
    ("chat_forwards_restricted", "CHAT_FORWARDS_RESTRICTED"),
    ("chat_write_forbidden", "CHAT_WRITE_FORBIDDEN"),
    ("chat_send_plain_forbidden", "CHAT_SEND_PLAIN_FORBIDDEN"),
    ("chat_restricted", "CHAT_RESTRICTED"),
    ("topic_closed", "TOPIC_CLOSED"),
    ("voice_messages_forbidden", "VOICE_MESSAGES_FORBIDDEN"),
    ("chat_admin_required", "CHAT_ADMIN_REQUIRED"),
    ("not enough rights", "CHAT_ADMIN_REQUIRED"),
    ("need administrator rights", "CHAT_ADMIN_REQUIRED"),
    ("have no rights to send", "CHAT_WRITE_FORBIDDEN"),
    ("member list is inaccessible", "CHAT_ADMIN_REQUIRED"),
];

/// Arguments that Telegram does not accept: words, argument, what to do.
const INVALID: &[(&str, &str, &str)] = &[
    ("message text is empty", "text", "is empty for Telegram; write something visible"),
    // Before the words that it ends with.
    ("button text must be non-empty", "buttons", "hold one without a text"),
    ("text must be non-empty", "text", "is empty for Telegram; write something visible"),
    ("message_empty", "text", "is empty for Telegram; write something visible"),
    ("message is too long", "text", "is too long for one message here"),
    ("text is too long", "text", "is too long for one message here"),
    ("message_too_long", "text", "is too long for one message here"),
    ("can't parse entities", "text", "has formatting that Telegram does not accept; send it as plain"),
    ("can't parse messageentity", "text", "has formatting that Telegram does not accept; send it as plain"),
    ("entity_bounds_invalid", "text", "has formatting that Telegram does not accept; send it as plain"),
    ("there is no text in the message to edit", "message_id", "names a message without a text"),
    ("there is no caption in the message to edit", "message_id", "names a message without a caption"),
    ("caption is too long", "caption", "is too long; 1024 characters is the limit"),
    ("message thread not found", "topic", "is not a topic of this chat"),
    ("topic_deleted", "topic", "was deleted"),
    ("topic_id_invalid", "topic", "is not a topic of this chat"),
    ("chat is not a forum", "topic", "was given, but this chat has no topics"),
    ("reaction_invalid", "emoji", "is not a reaction that this chat allows"),
    ("reactions_too_many", "emoji", "is one too many for this message"),
    ("button_data_invalid", "buttons", "hold more than 64 bytes that are sent back"),
    ("button_url_invalid", "buttons", "hold an address that Telegram does not open"),
    ("button_type_invalid", "buttons", "are of a kind that this chat does not take"),
    ("buttons are unallowed", "buttons", "hold one that does nothing"),
    ("reply markup is too long", "buttons", "are too many"),
    ("reply_markup_too_long", "buttons", "are too many"),
    ("wrong file_id", "message_id", "names a file that Telegram does not have any more"),
    ("file is temporarily unavailable", "message_id", "names a file that Telegram cannot give now"),
    ("file must be non-empty", "files", "holds an empty file"),
    ("messages to send as an album", "files", "are more, or fewer, than an album takes: 2 to 10"),
    ("photo_invalid_dimensions", "files", "holds a picture of a shape that Telegram does not take; use as_document"),
    ("photo_ext_invalid", "files", "holds a picture that Telegram does not know; use as_document"),
    ("image_process_failed", "files", "holds a picture that Telegram cannot read; use as_document"),
    ("photo_save_file_invalid", "files", "holds a picture that Telegram cannot read; use as_document"),
];

/// What a request that Telegram refused means. It was not executed, unless it was Telegram itself that broke.
pub(crate) fn refused(refusal: &Refusal, subject: &str, does: Does) -> TelegramError {
    let words = refusal.description.to_lowercase();
    let holds = |part: &str| words.contains(part);
    match refusal.code {
        401 => return TelegramError::NeedsLogin { reason: "Telegram does not accept the bot's token".to_owned() },
        413 => return FileError::TooLarge { limit: SENT_MAX }.into(),
        429 => return rate_limited(refusal, subject),
        500.. if does == Does::Writes => return TelegramError::OutcomeUnknown,
        500.. => return TelegramError::Unavailable(plain(&refusal.description).into()),
        404 if !holds("method not found") => {
            return TelegramError::Unavailable("the Bot API is not at the configured address".into());
        }
        _ => {}
    }
    if refusal.migrate_to.is_some() {
        return TelegramError::Refused { telegram: "GROUP_MIGRATED".to_owned() };
    }
    if holds("message is not modified") {
        return TelegramError::Refused { telegram: "MESSAGE_NOT_MODIFIED".to_owned() };
    }
    if holds("file is too big") {
        return FileError::TooLarge { limit: FETCHED_MAX }.into();
    }
    if UNKNOWN_CHAT.iter().any(|part| holds(part)) {
        return TelegramError::UnknownChat;
    }
    if UNKNOWN_MESSAGE.iter().any(|part| holds(part)) {
        return TelegramError::UnknownMessage;
    }
    if let Some((_, telegram)) = FORBIDDEN.iter().find(|(part, _)| holds(part)) {
        return TelegramError::Forbidden { telegram: (*telegram).to_owned() };
    }
    if let Some((_, argument, problem)) = INVALID.iter().find(|(part, ..)| holds(part)) {
        return Refused::new(argument, *problem).into();
    }
    let telegram = plain(&refusal.description);
    if refusal.code == 403 { TelegramError::Forbidden { telegram } } else { TelegramError::Refused { telegram } }
}

/// Whether it is the formatting of a text that Telegram did not take, rather than the text.
pub(crate) fn is_about_formatting(refusal: &Refusal) -> bool {
    const WORDS: [&str; 3] = ["can't parse entities", "can't parse messageentity", "entity_bounds_invalid"];
    let words = refusal.description.to_lowercase();
    refusal.code == 400 && WORDS.iter().any(|part| words.contains(part))
}

/// A wait of one chat is remembered for that chat.
fn rate_limited(refusal: &Refusal, subject: &str) -> TelegramError {
    let retry_after = refusal.retry_after.unwrap_or(Duration::from_secs(1)).max(Duration::from_secs(1));
    TelegramError::RateLimited { retry_after, method: subject.to_owned() }
}

/// What a wait is remembered under: `bot/<chat>`, or the whole bot.
pub(crate) fn subject(chat: Option<telegraphist_domain::ChatId>) -> String {
    chat.map_or_else(|| WHOLE_BOT.to_owned(), |chat| format!("{WHOLE_BOT}/{chat}"))
}

/// Telegram's words without the class before them and without what they quote: that may be a caller's text.
pub(crate) fn plain(description: &str) -> String {
    const CLASSES: &[&str] = &["Bad Request: ", "Forbidden: ", "Unauthorized: ", "Conflict: ", "Not Found: "];
    const LENGTH_MAX: usize = 120;
    let words = CLASSES.iter().find_map(|class| description.strip_prefix(class)).unwrap_or(description);
    let end = words.find(['"', ':', '\n']).unwrap_or(words.len());
    words[..end].trim().chars().take(LENGTH_MAX).collect()
}

/// A request that ended without a result.
pub(crate) fn failed(error: CallError, subject: &str, does: Does) -> TelegramError {
    match error {
        CallError::Refused(refusal) => refused(&refusal, subject, does),
        CallError::Lost(_) | CallError::Ended { handed_over: true, .. } if does == Does::Writes => {
            TelegramError::OutcomeUnknown
        }
        CallError::NotSent(cause) | CallError::Lost(cause) => TelegramError::Unavailable(cause),
        CallError::NotTelegram { .. } => TelegramError::Unavailable(error.to_string().into()),
        CallError::Ended { how: Ended::Deadline, .. } => TelegramError::DeadlineExceeded,
        CallError::Ended { how: Ended::Cancelled, .. } => TelegramError::Cancelled,
        CallError::Source(error) => TelegramError::File(error),
    }
}

/// The same for signing in.
pub(crate) fn sign_in_failed(error: CallError) -> SignInError {
    match error {
        CallError::Refused(refusal) => match refusal.code {
            // A token that no server would look up gets 404.
            401 | 404 => SignInError::TokenInvalid,
            429 => SignInError::RateLimited(refusal.retry_after.unwrap_or(Duration::from_secs(1))),
            500.. => SignInError::Unavailable(plain(&refusal.description).into()),
            _ => SignInError::Refused(plain(&refusal.description)),
        },
        CallError::NotSent(cause) | CallError::Lost(cause) => SignInError::Unavailable(cause),
        // Nothing is uploaded to sign in, so no file can be what failed; if one ever is, nobody has signed in.
        CallError::NotTelegram { .. } | CallError::Source(_) => SignInError::Unavailable(error.to_string().into()),
        CallError::Ended { .. } => SignInError::Unavailable("no answer in time".into()),
    }
}

#[cfg(test)]
mod tests;
