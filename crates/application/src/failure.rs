//! The one shape in which a call fails, for models, people and programs.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ports::{StoreError, VaultError};

/// Why a call failed and what to do about it.
///
/// `message` and `action` never hold secrets or message texts: failures are logged and audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{code}: {message}", code = .code.as_str())]
pub struct Failure {
    /// What kind of failure; a closed set.
    pub code: Code,
    /// What happened, one sentence.
    pub message: String,
    /// What the caller can do, one sentence.
    pub action: String,
    /// When a repeat can succeed, milliseconds from now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Finds the call in logs and audit.
    pub correlation_id: String,
    /// Facts that belong to the code: parts already sent, candidates, limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<serde_json::Value>>,
}

impl Failure {
    /// A failure without a correlation id; the pipeline's boundary fills it in.
    pub fn new(code: Code, message: impl Into<String>, action: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            action: action.into(),
            retry_after_ms: None,
            correlation_id: String::new(),
            details: None,
        }
    }

    /// Says when a repeat can succeed.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Adds facts.
    #[must_use]
    pub fn with_details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }
}

impl From<StoreError> for Failure {
    /// What a caller can do when the store fails. The cause is for the log; it may name paths of the machine.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(_) => Self::new(
                Code::Unavailable,
                "The disk that holds this server's data is full.",
                "Free some disk space, then repeat the call.",
            ),
            StoreError::Unavailable(_) => Self::new(
                Code::Unavailable,
                "This server's store cannot be read or written now.",
                "Repeat the call; if it fails again, run `telegraphist doctor`.",
            ),
            StoreError::Vault(VaultError::Locked(reason)) => Self::new(
                Code::VaultLocked,
                format!("The vault is locked: {reason}."),
                "Unlock the key ring or put the vault key back in its place, or run `telegraphist doctor`.",
            ),
            StoreError::Vault(VaultError::Damaged { table }) => Self::new(
                Code::Unavailable,
                format!("A sealed value of {table} is damaged."),
                "Run `telegraphist doctor`.",
            ),
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident => $text:literal),* $(,)?) => {
        /// What kind of failure it was. Closed: clients may match on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[doc = $doc])* $variant),* }

        impl Code {
            /// All codes with their meaning, in the order of the documentation.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, concat!($($doc),*))),*];

            /// The code as text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

codes! {
    /// An argument is missing, of the wrong type or out of range.
    InvalidArgument => "invalid_argument",
    /// No such tool, or not one that this connection may use.
    UnknownTool => "unknown_tool",
    /// No such session, or several and none was named.
    UnknownSession => "unknown_session",
    /// No such chat, or its id was never seen by this account.
    UnknownChat => "unknown_chat",
    /// No such message in that chat.
    UnknownMessage => "unknown_message",
    /// The cursor is expired, damaged, or belongs to another session or other arguments.
    InvalidCursor => "invalid_cursor",
    /// The session must sign in again.
    NeedsLogin => "needs_login",
    /// Policy or Telegram forbids it.
    Forbidden => "forbidden",
    /// It cannot be undone and was not confirmed.
    ConfirmationRequired => "confirmation_required",
    /// A person has to allow it first.
    ApprovalRequired => "approval_required",
    /// A bot cannot do it.
    UnsupportedForBots => "unsupported_for_bots",
    /// Telegram, or a budget of ours, asks to wait.
    RateLimited => "rate_limited",
    /// The deadline passed before there was an answer; nothing was changed.
    DeadlineExceeded => "deadline_exceeded",
    /// The caller cancelled.
    Cancelled => "cancelled",
    /// Telegram may or may not have executed a write.
    OutcomeUnknown => "outcome_unknown",
    /// Some parts of a write were sent and some were not.
    PartiallySent => "partially_sent",
    /// The idempotency key was used with other arguments.
    IdempotencyKeyReused => "idempotency_key_reused",
    /// A file is over a limit, outside the allowed folders, or cannot be read.
    FileRefused => "file_refused",
    /// The vault key is missing or not the one the store was made with.
    VaultLocked => "vault_locked",
    /// There is nobody to tell or to ask: no person was let in, or all of them shut the bot out.
    NobodyThere => "nobody_there",
    /// No such question, or not one of this caller.
    UnknownApproval => "unknown_approval",
    /// Too much is under way.
    Overloaded => "overloaded",
    /// Telegram, the network or the store cannot be reached now.
    Unavailable => "unavailable",
    /// Telegram refused in a way that has no code of its own here.
    TelegramRefused => "telegram_refused",
    /// A defect of ours.
    Internal => "internal",
}
