use std::time::Duration;

use crate::failure::{Code, Failure};
use crate::ports::StoreError;
use crate::sessions::SessionError;

/// Why an enrolment did not go on. Never holds what was typed.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// There is none by this secret: there never was, or it was used, or is over. Nobody is told which.
    #[error("this sign-in link does not count")]
    Unknown,
    /// Too many are open.
    #[error("too many sign-in links are open")]
    TooMany,
    /// Something else is to be done first.
    #[error("this is not what the sign-in waits for")]
    OutOfTurn,
    /// This was the last try; the enrolment has ended.
    #[error("there were too many tries")]
    TooManyTries,
    /// Too many try at once, over all enrolments.
    #[error("too many people sign in at once")]
    Busy(Duration),
    /// A use case of sessions.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl From<StoreError> for EnrolmentError {
    fn from(error: StoreError) -> Self {
        Self::Session(error.into())
    }
}

impl From<EnrolmentError> for Failure {
    fn from(error: EnrolmentError) -> Self {
        match error {
            EnrolmentError::Unknown | EnrolmentError::TooManyTries => Self::new(
                Code::Forbidden,
                "This sign-in link does not count.",
                "Make another: `telegraphist login --web`.",
            ),
            EnrolmentError::TooMany => Self::new(
                Code::Overloaded,
                "Too many sign-in links are open.",
                "Use one of them, or wait until they end.",
            ),
            EnrolmentError::OutOfTurn => {
                Self::new(Code::InvalidArgument, "The sign-in waits for something else.", "Look where it stands.")
            }
            EnrolmentError::Busy(wait) => {
                Self::new(Code::RateLimited, "Too many people sign in at once.", "Wait, then try again.")
                    .retry_after(wait)
            }
            EnrolmentError::Session(error) => error.into(),
        }
    }
}
