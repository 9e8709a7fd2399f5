//! What went wrong, told to the caller: one sentence that says what happened, one that says what to do.

use std::time::Duration;

use serde_json::json;

use super::call::Call;
use super::session;
use super::turns::Full;
use crate::failure::{Code, Failure};
use crate::grants::Denied;
use crate::operation::{Facts, Refused};
use crate::ports::{FileError, TelegramError};

/// The failure of a call that Telegram, or the way to it, did not do.
pub(super) fn of_telegram(call: &Call, error: TelegramError) -> Failure {
    match error {
        TelegramError::NeedsLogin { reason } => session::needs_login(&call.step.session.name, &reason),
        TelegramError::Overloaded { retry_after } => sessions_full(retry_after),
        TelegramError::UnknownChat => Failure::new(
            Code::UnknownChat,
            "There is no such chat, or this account cannot see it.",
            "Look for it with find_chats or list_chats and pass its `id`.",
        ),
        TelegramError::UnseenId => Failure::new(
            Code::UnknownChat,
            "This account has never seen that id, and Telegram answers only for ids it has shown.",
            "Make it known first: pass its @name or t.me link, find it with find_chats or list_chats, or read a message of it.",
        ),
        TelegramError::Hidden(absent) => of_telegram(call, *absent),
        TelegramError::NotToWrite => Failure::new(
            Code::Forbidden,
            "This caller may look at the chat and change nothing in it.",
            "Write in another chat, or ask the owner of this server to allow it.",
        ),
        TelegramError::Withheld => Failure::new(
            Code::Forbidden,
            "It was sent by somebody whom this account does not know, and this caller is shown nothing by strangers.",
            "Do without it, or ask the owner of this server to look at it.",
        ),
        TelegramError::UnknownMessage => Failure::new(
            Code::UnknownMessage,
            "There is no such message in this chat; it may have been deleted.",
            "Read the chat with read_messages or search_messages and use the ids found there.",
        ),
        TelegramError::Invalid(refused) => invalid(&refused),
        TelegramError::Forbidden { telegram } => forbidden(&telegram),
        TelegramError::Unsupported { instead } => Failure::new(
            Code::UnsupportedForBots,
            "Bots cannot do this.",
            format!("{}.", capital(instead.trim_end_matches('.'))),
        ),
        TelegramError::RateLimited { retry_after, method } => rate_limited(retry_after, &method),
        TelegramError::OutcomeUnknown => outcome_unknown(call),
        TelegramError::Partial { sent, cause } => partial(call, &sent, *cause),
        TelegramError::DeadlineExceeded => deadline_exceeded(),
        TelegramError::Cancelled => cancelled(),
        TelegramError::Unavailable(_) => Failure::new(
            Code::Unavailable,
            "Telegram cannot be reached now, or has an error of its own; nothing was changed.",
            "Repeat the call in a few seconds.",
        )
        .retry_after(Duration::from_secs(2)),
        TelegramError::Refused { telegram } => refused(&telegram),
        TelegramError::File(error) => of_file(error),
        TelegramError::Store(error) => error.into(),
    }
}

/// An argument that cannot be used.
pub(super) fn invalid(refused: &Refused) -> Failure {
    if refused.argument == "cursor" {
        return Failure::new(
            Code::InvalidCursor,
            format!("The cursor {}.", refused.problem.trim_end_matches('.')),
            "Repeat the call without `cursor` to start again from the first page.",
        );
    }
    let problem = refused.problem.trim_end_matches('.');
    Failure::new(
        Code::InvalidArgument,
        format!("Argument `{}`: {problem}.", refused.argument),
        format!("Repeat the call with another `{}`.", refused.argument),
    )
    .with_details(json!({ "argument": refused.argument }))
}

/// Policy refused it.
pub(super) fn denied(denied: Denied) -> Failure {
    match denied {
        Denied::ReadOnly => Failure::new(
            Code::Forbidden,
            "This connection only reads.",
            "Use a tool that changes nothing, or ask the owner to connect without read-only.",
        ),
        Denied::Scope(scope) => Failure::new(
            Code::Forbidden,
            format!("This caller lacks the scope `{}`.", scope.as_str()),
            "Ask the owner of this server to grant it.",
        )
        .with_details(json!({ "scope": scope.as_str() })),
        Denied::Everywhere => Failure::new(
            Code::Forbidden,
            "This is about every session, and this caller may use some of them only.",
            "Ask the owner of this server to do it.",
        ),
    }
}

/// It cannot be undone, and nobody said that it is wanted.
pub(super) fn confirmation_required(facts: Facts) -> Failure {
    Failure::new(
        Code::ConfirmationRequired,
        format!("{} cannot be undone and was not confirmed.", facts.name),
        "Make sure that the user wants it, then repeat the call with `confirm: true`.",
    )
}

/// The deadline passed while it was certain that nothing was changed.
pub(super) fn deadline_exceeded() -> Failure {
    Failure::new(
        Code::DeadlineExceeded,
        "The deadline passed before there was an answer; nothing was changed.",
        "Repeat the call, with more time or for less at once.",
    )
}

/// The caller does not want it any more.
pub(super) fn cancelled() -> Failure {
    Failure::new(Code::Cancelled, "The call was cancelled.", "Repeat the call if it is wanted after all.")
}

/// A write was handed over and no answer came.
pub(super) fn outcome_unknown(call: &Call) -> Failure {
    let action = if call.facts.is_keyed && call.step.session.is_bot {
        // The Bot API has no number that makes a send happen once; only a person can tell.
        "A bot's send is never repeated by itself, nor by the same key: look in the chat whether it arrived. The person can see it with `telegraphist outbox list` and let it be sent once more with `telegraphist outbox requeue`."
    } else if call.facts.is_keyed {
        "Repeat the same call with the `idempotency_key` of `details`: it is sent once, however often it is repeated."
    } else if call.facts.is_idempotent {
        "Repeat the call: doing it twice changes nothing more."
    } else {
        "Read the chat to see whether it happened before you repeat the call."
    };
    Failure::new(
        Code::OutcomeUnknown,
        "Telegram got the request but its answer was lost: it may have been executed.",
        action,
    )
}

/// The adapter broke in the middle of a read.
pub(super) fn broke() -> Failure {
    Failure::new(
        Code::Internal,
        "Something broke inside this server; nothing was changed.",
        "Repeat the call; if it fails again, report it with the correlation id.",
    )
}

/// Too many calls are under way.
pub(super) fn overloaded(full: Full) -> Failure {
    let (message, limit) = match full {
        Full::Session => ("This session has as many calls under way as this server allows one.", "session_calls"),
        Full::Server => ("This server has as many calls under way as it can bear.", "calls"),
    };
    Failure::new(Code::Overloaded, message, "Wait `retry_after_ms`, then repeat the call.")
        .retry_after(Duration::from_secs(1))
        .with_details(json!({ "limit": limit }))
}

/// Every connection that there may be is in use.
fn sessions_full(retry_after: Duration) -> Failure {
    Failure::new(
        Code::Overloaded,
        "As many sessions are in use as this server may connect at once.",
        "Wait `retry_after_ms`, then repeat the call; or ask the owner to raise `telegram.max_active_sessions`.",
    )
    .retry_after(retry_after)
    .with_details(json!({ "limit": "active_sessions" }))
}

/// The circuit of the session is open.
pub(super) fn resting(wait: Duration) -> Failure {
    Failure::new(
        Code::Unavailable,
        "Telegram could not be reached several times in a row; calls of this session rest for a while.",
        "Wait `retry_after_ms`, then repeat the call.",
    )
    .retry_after(wait)
}

/// The key belongs to another call.
pub(super) fn key_reused() -> Failure {
    Failure::new(
        Code::IdempotencyKeyReused,
        "This idempotency key was used with other arguments.",
        "Use a new key for a new message; repeat a call with exactly the arguments it had.",
    )
}

fn rate_limited(retry_after: Duration, method: &str) -> Failure {
    let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
    Failure::new(
        Code::RateLimited,
        format!("Telegram asks this account to wait {seconds} s."),
        "Wait `retry_after_ms`, then repeat the call; until then do something else.",
    )
    .retry_after(retry_after)
    .with_details(json!({ "limit": "telegram", "method": method }))
}

fn partial(call: &Call, sent: &[i32], cause: TelegramError) -> Failure {
    let cause = of_telegram(call, cause);
    let action = if call.facts.is_keyed && call.step.session.is_bot {
        // Its row in the outbox has ended; the key leads to that row and not on.
        "A bot's send is never gone on with by itself, nor by the same key: look in the chat which parts arrived. The person can see it with `telegraphist outbox list` and let the rest be sent with `telegraphist outbox requeue`; what may have been sent is then sent once more."
    } else {
        "Repeat the same call with the `idempotency_key` of `details`: it goes on where it stopped."
    };
    let mut failure = Failure::new(
        Code::PartiallySent,
        format!("{} part(s) were sent, then it stopped: {}", sent.len(), cause.message),
        action,
    )
    .with_details(json!({ "sent": sent, "cause": cause.code.as_str() }));
    failure.retry_after_ms = cause.retry_after_ms;
    failure
}

fn forbidden(telegram: &str) -> Failure {
    let (message, action) = match telegram {
        "CHAT_WRITE_FORBIDDEN" | "CHAT_SEND_PLAIN_FORBIDDEN" | "CHAT_RESTRICTED" => (
            "This account may not write in this chat.",
            "Choose another chat, or ask an administrator of it for the right.",
        ),
        "CHAT_ADMIN_REQUIRED" => {
            ("Only administrators of this chat may do this.", "Ask an administrator of the chat for the right.")
        }
        "USER_BANNED_IN_CHANNEL" => (
            "Telegram has limited this account: it may not write in groups and channels now.",
            "Ask the owner to talk to @SpamBot in Telegram.",
        ),
        "PEER_FLOOD" => (
            "Telegram has limited this account: it may write only to mutual contacts now.",
            "Ask the owner to talk to @SpamBot in Telegram; do not repeat the call.",
        ),
        "USER_IS_BLOCKED" | "YOU_BLOCKED_USER" => (
            "This account and that user have blocked each other, or one has the other.",
            "Choose another chat, or unblock the user with unblock_user if it was you.",
        ),
        "USER_PRIVACY_RESTRICTED" | "PRIVACY_PREMIUM_REQUIRED" => {
            ("That user's privacy settings do not allow it.", "Reach the user in another way.")
        }
        "CHAT_FORWARDS_RESTRICTED" => (
            "The chat protects its content from being forwarded or saved.",
            "Send a link made with link_message instead.",
        ),
        "CHANNEL_PRIVATE" => (
            "This account is not a member of the chat, or was removed from it.",
            "Choose another chat, or join it in a Telegram app first.",
        ),
        "MESSAGE_AUTHOR_REQUIRED" | "MESSAGE_EDIT_TIME_EXPIRED" | "MESSAGE_DELETE_FORBIDDEN" => {
            ("This message cannot be changed by this account, or not any more.", "Send a new message instead.")
        }
        _ => (
            "Telegram does not allow this account to do that here.",
            "Choose another chat or another way; repeating the call will not help.",
        ),
    };
    Failure::new(Code::Forbidden, message, action).with_details(json!({ "telegram": telegram }))
}

fn refused(telegram: &str) -> Failure {
    let (message, action) = match telegram {
        "MESSAGE_NOT_MODIFIED" => {
            ("The message already looks exactly like that.".to_owned(), "Nothing needs to be done.")
        }
        _ => (
            format!("Telegram refused it with {telegram}."),
            "Change the arguments accordingly; repeating the same call will not help.",
        ),
    };
    Failure::new(Code::TelegramRefused, message, action).with_details(json!({ "telegram": telegram }))
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        of_file(error)
    }
}

fn of_file(error: FileError) -> Failure {
    let refused = |message: String, action: &str| Failure::new(Code::FileRefused, message, action);
    match error {
        FileError::Outside { allowed } => refused(
            "The path is outside the folders that this server may use.".into(),
            "Use an absolute path in one of the folders of `details.allowed`, or ask the owner to add a folder to `files.read` or `files.write`.",
        )
        .with_details(json!({ "allowed": allowed })),
        FileError::NotFound => refused(
            "There is no such file, or it is not a regular file.".into(),
            "Check the path.",
        ),
        FileError::TooLarge { limit } => refused(
            format!("The file is larger than {limit} bytes."),
            "Send a smaller file, or pass it by `path`, which has the highest limit.",
        )
        .with_details(json!({ "limit": limit })),
        FileError::UrlRefused(reason) => refused(
            format!("The URL is refused: {reason}."),
            "Use a public http or https address.",
        ),
        FileError::Fetch(reason) => refused(
            format!("The URL could not be fetched: {reason}."),
            "Check the address, or pass the file by `path`.",
        ),
        FileError::Full => Failure::new(
            Code::Unavailable,
            "There is no space left on the disk.",
            "Free some disk space, then repeat the call.",
        ),
        FileError::Io(_) => refused(
            "The file could not be read or written.".into(),
            "Check the file and its permissions.",
        ),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
