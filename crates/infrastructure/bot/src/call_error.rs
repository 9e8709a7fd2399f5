//! How a request ended without its answer, sorted by what is known about its execution.

use std::time::Duration;

use telegraphist_application::ports::FileError;
use telegraphist_domain::ChatId;

use telegraphist_application::patience::Ended;

pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What the Bot API answered instead of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `error_code`, else the HTTP status.
    pub(crate) code: u16,
    /// In Telegram's words, for example `Bad Request: chat not found`.
    pub(crate) description: String,
    /// How long to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The supergroup that the group has become.
    pub(crate) migrate_to: Option<ChatId>,
}

/// Why there is no answer to a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The Bot API answered that it did not do it.
    #[error("Telegram refused: {}", .0.description)]
    Refused(Refusal),
    /// The request never left as a whole, so it was not executed.
    #[error("the request was not sent")]
    NotSent(#[source] Cause),
    /// Something on the way turned the request down, and it is not the Bot API; it was not executed.
    #[error("what answered with HTTP status {status} is not the Bot API")]
    NotTelegram { status: u16 },
    /// The request was handed over and no answer of the Bot API came; it may have been executed.
    #[error("the answer was lost")]
    Lost(#[source] Cause),
    /// The caller's patience ended.
    #[error("the caller stopped waiting")]
    Ended {
        /// Deadline or cancellation.
        how: Ended,
        /// Whether the request was on its way as a whole.
        handed_over: bool,
    },
    /// A file to be sent could not be read to its end; the request was not executed.
    #[error(transparent)]
    Source(FileError),
}

impl CallError {
    /// What the end of patience before a hand-over means.
    pub(crate) fn before(how: Ended) -> Self {
        Self::Ended { how, handed_over: false }
    }
}
