use crate::failure::{Code, Failure};
use crate::ports::StoreError;

/// Why somebody was not let in or shut out.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// Nobody waits with this code, or its hour is over.
    #[error("nobody waits with this code")]
    UnknownCode,
    /// No such person.
    #[error("this person is not known")]
    UnknownPerson,
    /// Whoever asks may not do it.
    #[error("this is not yours to decide")]
    NotAllowed,
    /// The owner is named in the configuration and nowhere else.
    #[error("the owner is named in the configuration")]
    OwnerIsConfigured,
    /// Only who is blocked is unblocked.
    #[error("this person is not blocked")]
    NotBlocked,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PeopleError> for Failure {
    fn from(error: PeopleError) -> Self {
        let (code, message, action) = match error {
            PeopleError::UnknownCode => (
                Code::InvalidArgument,
                "Nobody waits with this code, or its hour is over.",
                "Ask the person to send /pair to the bot once more, and type the new code.",
            ),
            PeopleError::UnknownPerson => (
                Code::InvalidArgument,
                "This person is not known here.",
                "Run `telegraphist people list` to see who is; others knock by sending /pair to the bot.",
            ),
            PeopleError::NotAllowed => {
                (Code::Forbidden, "This is not yours to decide.", "Ask the owner of this server.")
            }
            PeopleError::OwnerIsConfigured => (
                Code::InvalidArgument,
                "The owner is named in the configuration and nowhere else.",
                "Set people.owner to the owner's Telegram user id.",
            ),
            PeopleError::NotBlocked => {
                (Code::InvalidArgument, "This person is not blocked.", "Look who is: `telegraphist people list`.")
            }
            PeopleError::Store(error) => return error.into(),
        };
        Self::new(code, message, action)
    }
}
