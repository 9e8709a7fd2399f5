use super::SessionKind;

/// Which rule refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Signing in needs a session that is not signed in.
    #[error("the session is signed in already")]
    AlreadySignedIn,
    /// A log-out is under way and comes first.
    #[error("the session is being logged out")]
    Closing,
    /// No code or scan was being waited for.
    #[error("no sign-in is under way")]
    NoSignIn,
    /// A session belongs to one account for ever.
    #[error("the session belongs to another account")]
    AnotherAccount,
    /// A bot signed in where a person was expected, or the other way round.
    #[error("the account is of another kind than the session")]
    AnotherKind {
        /// What the session is for.
        expected: SessionKind,
    },
    /// Only a log-out under way can be finished.
    #[error("the session is not being logged out")]
    NotClosing,
}
