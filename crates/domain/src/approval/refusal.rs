use super::Decider;
use crate::Timestamp;

/// Which rule refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody was first.
    #[error("it is decided already")]
    AlreadyDecided {
        /// Which of the choices.
        choice: usize,
        /// Who.
        by: Decider,
        /// When.
        at: Timestamp,
    },
    /// Nobody decided in time.
    #[error("it has expired")]
    Expired,
    /// It was taken back.
    #[error("it was cancelled")]
    Cancelled,
    /// Nobody could be asked.
    #[error("it could not be delivered")]
    NotDelivered,
    /// Nobody has decided yet.
    #[error("it is not decided yet")]
    NotDecided,
    /// Its time is not over.
    #[error("it has not expired yet")]
    NotYetExpired,
    /// The decision was no.
    #[error("it was denied")]
    Denied,
    /// It is another tool, other arguments or another requester than was decided on.
    #[error("this is not what was decided on")]
    AnotherSubject,
    /// What was allowed was allowed once.
    #[error("it was executed already")]
    AlreadyExecuted,
    /// This person's word does not count here.
    #[error("this person may not decide it")]
    NotADecider,
    /// One voice counts once.
    #[error("this person has said yes already")]
    AlreadySupported,
    /// There is no such choice.
    #[error("there is no such choice")]
    NoSuchChoice,
    /// The choice is not one to write arguments for.
    #[error("the arguments cannot be edited here")]
    NotEditable,
    /// The choice is one to write arguments for.
    #[error("the edited arguments are missing")]
    EditMissing,
    /// A question needs something to answer.
    #[error("there is nothing to choose from")]
    NoChoices,
    /// More than fit under a card.
    #[error("there are more than {most} choices")]
    TooManyChoices {
        /// So many at most.
        most: usize,
    },
    /// A question needs somebody to answer.
    #[error("there is nobody to decide")]
    NoDeciders,
    /// More than anybody asks.
    #[error("there are more than {most} deciders")]
    TooManyDeciders {
        /// So many at most.
        most: usize,
    },
    /// More voices are needed than there are people, or none.
    #[error("the quorum cannot be reached")]
    QuorumOutOfReach,
    /// It would be over before it is asked.
    #[error("it expires in the past")]
    ExpiresInThePast,
}
