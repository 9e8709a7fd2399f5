//! Telegram's errors as the application knows them: what the caller can do, by the constant that Telegram answered.

use std::time::Duration;

use grammers_mtsender::RpcError;
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{SignInError, TelegramError};

use crate::account::Does;
use crate::call_error::CallError;
use telegraphist_application::patience::Ended;

/// Telegram wants the session to sign in again, whatever code it came with.
const NEEDS_LOGIN: &[&str] = &[
    "AUTH_KEY_UNREGISTERED",
    "AUTH_KEY_INVALID",
    "AUTH_KEY_PERM_EMPTY",
    "AUTH_KEY_DUPLICATED",
    "SESSION_REVOKED",
    "SESSION_EXPIRED",
    "SESSION_PASSWORD_NEEDED",
    "USER_DEACTIVATED",
    "USER_DEACTIVATED_BAN",
    "ACTIVE_USER_REQUIRED",
];

/// There is no such chat, or not for this account.
const UNKNOWN_CHAT: &[&str] = &[
    "PEER_ID_INVALID",
    "CHANNEL_INVALID",
    "CHAT_ID_INVALID",
    "CHAT_INVALID",
    "USER_ID_INVALID",
    "CONTACT_ID_INVALID",
    "USERNAME_INVALID",
    "USERNAME_NOT_OCCUPIED",
    "PHONE_NOT_OCCUPIED",
    "INVITE_HASH_EMPTY",
    "INVITE_HASH_EXPIRED",
    "INVITE_HASH_INVALID",
    "INVITE_REVOKED_MISSING",
];

/// There is no such message in the chat.
const UNKNOWN_MESSAGE: &[&str] = &[
    "MESSAGE_ID_INVALID",
    "MSG_ID_INVALID",
    "MESSAGE_IDS_EMPTY",
    "MESSAGE_NOT_FOUND",
    "REPLY_MESSAGE_ID_INVALID",
    "REPLY_TO_INVALID",
];

/// Rights and restrictions that come with other codes than 403.
const FORBIDDEN: &[&str] = &[
    "BROADCAST_FORBIDDEN",
    "CHANNEL_PRIVATE",
    "CHANNELS_ADMIN_PUBLIC_TOO_MUCH",
    "CHAT_ADMIN_REQUIRED",
    "CHAT_FORBIDDEN",
    "CHAT_FORWARDS_RESTRICTED",
    "CHAT_GUEST_SEND_FORBIDDEN",
    "CHAT_RESTRICTED",
    "CHAT_WRITE_FORBIDDEN",
    "FROZEN_METHOD_INVALID",
    "INPUT_USER_DEACTIVATED",
    "MESSAGE_AUTHOR_REQUIRED",
    "MESSAGE_DELETE_FORBIDDEN",
    "MESSAGE_EDIT_TIME_EXPIRED",
    "PEER_FLOOD",
    "PREMIUM_ACCOUNT_REQUIRED",
    "PRIVACY_PREMIUM_REQUIRED",
    "RIGHT_FORBIDDEN",
    "TOPIC_CLOSED",
    "USER_BANNED_IN_CHANNEL",
    "USER_IS_BLOCKED",
    "USER_NOT_PARTICIPANT",
    "USER_PRIVACY_RESTRICTED",
    "USER_RESTRICTED",
    "YOU_BLOCKED_USER",
];

/// Arguments that Telegram does not accept: constant, argument, what to do.
const INVALID: &[(&str, &str, &str)] = &[
    ("MESSAGE_EMPTY", "text", "is empty for Telegram; write something visible"),
    ("MESSAGE_TOO_LONG", "text", "is too long for one message here"),
    ("ENTITY_BOUNDS_INVALID", "text", "has formatting that Telegram does not accept; send it as plain"),
    ("ENTITIES_TOO_LONG", "text", "has too much formatting; use less of it"),
    ("MEDIA_CAPTION_TOO_LONG", "caption", "is too long; 1024 characters is the limit"),
    ("SCHEDULE_DATE_INVALID", "schedule", "must lie in the future"),
    ("SCHEDULE_DATE_TOO_LATE", "schedule", "must lie within a year"),
    ("SCHEDULE_TOO_MUCH", "schedule", "has no room left; a chat holds 100 scheduled messages"),
    ("REACTION_INVALID", "reaction", "is not one that this chat allows"),
    ("REACTIONS_TOO_MANY", "reaction", "is one too many for this message"),
    ("SEARCH_QUERY_EMPTY", "query", "is empty"),
    ("QUERY_TOO_SHORT", "query", "is too short"),
    ("TOPIC_ID_INVALID", "topic", "is not a topic of this chat"),
    ("TOPIC_DELETED", "topic", "was deleted"),
    ("CHANNEL_FORUM_MISSING", "topic", "was given, but this chat has no topics"),
    ("PHONE_NUMBER_INVALID", "phone", "is not a phone number that Telegram knows"),
    ("CONTACT_NAME_EMPTY", "first_name", "is empty"),
    ("WEBPAGE_CURL_FAILED", "url", "could not be fetched by Telegram"),
    ("WEBPAGE_MEDIA_EMPTY", "url", "does not lead to media that Telegram can use"),
    ("PHOTO_INVALID_DIMENSIONS", "path", "is a picture of a shape that Telegram does not take; send it as a document"),
    ("PHOTO_EXT_INVALID", "path", "is no picture that Telegram knows; send it as a document"),
    ("PHOTO_SAVE_FILE_INVALID", "path", "is no picture that Telegram can read; send it as a document"),
    ("IMAGE_PROCESS_FAILED", "path", "is no picture that Telegram can read; send it as a document"),
    ("FILE_PARTS_INVALID", "path", "is larger than this account may send"),
    ("FILE_REFERENCE_EXPIRED", "message_id", "points at a file reference that has expired; read the message again"),
    ("MSG_VOICE_MISSING", "path", "is no voice message"),
];

/// What people are told where there is no constant.
pub(crate) const KEY_UNKNOWN: &str = "Telegram does not know the session's key any more";

/// Telegram's constant with its number put back, as in `FLOOD_WAIT_31`.
pub(crate) fn constant(rpc: &RpcError) -> String {
    match rpc.value {
        Some(value) => format!("{}_{value}", rpc.name),
        None => rpc.name.clone(),
    }
}

/// How long Telegram asks to wait, and what the wait is for.
pub(crate) fn requested_wait(rpc: &RpcError) -> Option<Duration> {
    let seconds = rpc.value.filter(|_| rpc.code == 420)?;
    Some(Duration::from_secs(u64::from(seconds.max(1))))
}

/// The data centre that a file or statistics live in, where Telegram names one.
pub(crate) fn other_home_of_file(rpc: &RpcError) -> Option<i32> {
    let is_migration = rpc.code == 303 && ["FILE_MIGRATE", "STATS_MIGRATE"].contains(&rpc.name.as_str());
    rpc.value.filter(|_| is_migration).map(u32::cast_signed)
}

/// The data centre where the account, or the one that signs in, lives.
pub(crate) fn other_home_of_user(rpc: &RpcError) -> Option<i32> {
    let names = ["PHONE_MIGRATE", "USER_MIGRATE", "NETWORK_MIGRATE"];
    let is_migration = rpc.code == 303 && names.contains(&rpc.name.as_str());
    rpc.value.filter(|_| is_migration).map(u32::cast_signed)
}

/// Whether the session has to sign in again.
pub(crate) fn needs_login(rpc: &RpcError) -> bool {
    rpc.code == 401 || NEEDS_LOGIN.contains(&rpc.name.as_str())
}

/// A request that Telegram refused. It was not executed, unless it was Telegram itself that broke.
pub(crate) fn refused(rpc: &RpcError, method: &str, does: Does) -> TelegramError {
    let name = rpc.name.as_str();
    let telegram = constant(rpc);
    if needs_login(rpc) {
        return TelegramError::NeedsLogin { reason: telegram };
    }
    if let Some(retry_after) = requested_wait(rpc) {
        return rate_limited(rpc, retry_after, method);
    }
    if UNKNOWN_CHAT.contains(&name) {
        return TelegramError::UnknownChat;
    }
    if UNKNOWN_MESSAGE.contains(&name) {
        return TelegramError::UnknownMessage;
    }
    if let Some((_, argument, problem)) = INVALID.iter().find(|(constant, ..)| *constant == name) {
        return TelegramError::Invalid(Refused::new(argument, *problem));
    }
    if rpc.code == 403 || FORBIDDEN.contains(&name) || is_media_ban(name) {
        return TelegramError::Forbidden { telegram };
    }
    match rpc.code {
        _ if name == "RANDOM_ID_DUPLICATE" => TelegramError::Refused { telegram },
        // What broke or timed out inside Telegram says nothing about whether the write went through.
        ..0 | 500.. if does == Does::Writes => TelegramError::OutcomeUnknown,
        ..0 | 500.. => TelegramError::Unavailable(telegram.into()),
        _ => TelegramError::Refused { telegram },
    }
}

/// `CHAT_SEND_PHOTOS_FORBIDDEN`, `CHAT_SEND_PLAIN_FORBIDDEN` and their like.
fn is_media_ban(name: &str) -> bool {
    name.starts_with("CHAT_SEND_") && name.ends_with("_FORBIDDEN")
}

fn rate_limited(rpc: &RpcError, retry_after: Duration, method: &str) -> TelegramError {
    // Slow mode belongs to one chat: remembering it for the method would block all others.
    let method = if rpc.name == "SLOWMODE_WAIT" { "slowmode" } else { method };
    TelegramError::RateLimited { retry_after, method: method.to_owned() }
}

/// A request that ended without an answer.
pub(crate) fn failed(error: CallError, method: &str, does: Does) -> TelegramError {
    match error {
        CallError::Rpc(rpc) => refused(&rpc, method, does),
        CallError::KeyUnknown => TelegramError::NeedsLogin { reason: KEY_UNKNOWN.to_owned() },
        CallError::Lost(_) | CallError::Ended { handed_over: true, .. } if does == Does::Writes => {
            TelegramError::OutcomeUnknown
        }
        CallError::NotSent(cause) | CallError::Lost(cause) => TelegramError::Unavailable(cause),
        CallError::Ended { how: Ended::Deadline, .. } => TelegramError::DeadlineExceeded,
        CallError::Ended { how: Ended::Cancelled, .. } => TelegramError::Cancelled,
        CallError::Store(error) => TelegramError::Store(error),
    }
}

/// The same for signing in.
pub(crate) fn sign_in_failed(error: CallError) -> SignInError {
    match error {
        CallError::Rpc(rpc) => sign_in_refused(&rpc),
        CallError::KeyUnknown => SignInError::KeyNotAuthorised,
        CallError::NotSent(cause) | CallError::Lost(cause) => SignInError::Unavailable(cause),
        CallError::Ended { .. } => SignInError::Unavailable("no answer in time".into()),
        CallError::Store(error) => SignInError::Store(error),
    }
}

fn sign_in_refused(rpc: &RpcError) -> SignInError {
    if let Some(wait) = requested_wait(rpc) {
        return SignInError::RateLimited(wait);
    }
    match rpc.name.as_str() {
        "PHONE_NUMBER_INVALID" => SignInError::PhoneInvalid,
        "PHONE_NUMBER_BANNED" => SignInError::PhoneBanned,
        "PHONE_NUMBER_UNOCCUPIED" => SignInError::NotRegistered,
        "PHONE_CODE_INVALID" | "PHONE_CODE_EMPTY" => SignInError::CodeInvalid,
        "PHONE_CODE_EXPIRED" | "PHONE_CODE_HASH_EMPTY" => SignInError::CodeExpired,
        "PASSWORD_HASH_INVALID" => SignInError::PasswordInvalid,
        "API_ID_INVALID" | "API_ID_PUBLISHED_FLOOD" | "CONNECTION_API_ID_INVALID" => SignInError::ApiInvalid,
        _ if rpc.code == 401 || rpc.name == "AUTH_KEY_DUPLICATED" => SignInError::KeyNotAuthorised,
        _ if rpc.code >= 500 || rpc.code < 0 => SignInError::Unavailable(constant(rpc).into()),
        _ => SignInError::Refused(constant(rpc)),
    }
}

#[cfg(test)]
mod tests;
