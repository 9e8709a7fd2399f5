//! How a request ended without an answer, sorted by what is known about its execution.

use std::io;

use grammers_mtsender::{InvocationError, RpcError};
use telegraphist_application::ports::StoreError;

use crate::storage::StorageError;
use telegraphist_application::patience::Ended;

pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no answer to a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// Telegram answered with an error: the request was not executed.
    #[error("Telegram refused")]
    Rpc(RpcError),
    /// Telegram does not know the auth key.
    #[error("Telegram does not know the session's key")]
    KeyUnknown,
    /// The request never left.
    #[error("the request was not sent")]
    NotSent(#[source] Cause),
    /// The request was handed over and the connection ended; it may have been executed.
    #[error("the answer was lost")]
    Lost(#[source] Cause),
    /// The caller's patience ended.
    #[error("the caller stopped waiting")]
    Ended {
        /// Deadline or cancellation.
        how: Ended,
        /// Whether the request was on its way already.
        handed_over: bool,
    },
    /// The store failed under the connection.
    #[error(transparent)]
    Store(StoreError),
}

impl CallError {
    /// What the end of patience before a hand-over means.
    pub(crate) fn before(how: Ended) -> Self {
        Self::Ended { how, handed_over: false }
    }

    /// Whether the connection is to be looked at before it is used again.
    pub(crate) fn is_about_the_line(&self) -> bool {
        match self {
            Self::KeyUnknown | Self::NotSent(_) | Self::Lost(_) => true,
            Self::Ended { how, handed_over } => *handed_over && *how == Ended::Deadline,
            Self::Rpc(_) | Self::Store(_) => false,
        }
    }
}

impl From<InvocationError> for CallError {
    fn from(error: InvocationError) -> Self {
        use grammers_mtproto::transport::Error as Transport;
        match error {
            InvocationError::Rpc(rpc) => Self::Rpc(rpc),
            InvocationError::Session(cause) => of_session(cause),
            InvocationError::Transport(Transport::BadStatus { status: 404 }) => Self::KeyUnknown,
            // Any other status refuses one packet and ends the connection for all requests that wait for an answer.
            InvocationError::Transport(error) => Self::Lost(error.into()),
            InvocationError::Io(error) if never_connected(&error) => Self::NotSent(error.into()),
            InvocationError::Io(error) => Self::Lost(error.into()),
            InvocationError::Deserialize(error) => Self::Lost(error.into()),
            InvocationError::Dropped(reason) => Self::Lost(reason.into()),
            InvocationError::InvalidDc => Self::NotSent("the data centre is not known".into()),
            InvocationError::Authentication(error) => Self::NotSent(error.into()),
        }
    }
}

fn of_session(cause: Cause) -> CallError {
    match cause.downcast::<StorageError>() {
        Ok(error) => match *error {
            StorageError::KeyReplaced => CallError::KeyUnknown,
            StorageError::Store(error) => CallError::Store(error),
        },
        Err(cause) => CallError::NotSent(cause),
    }
}

/// These kinds come only from connecting; an established connection never reports them.
fn never_connected(error: &io::Error) -> bool {
    [io::ErrorKind::ConnectionRefused, io::ErrorKind::AddrNotAvailable, io::ErrorKind::PermissionDenied]
        .contains(&error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refused_connection_proves_that_nothing_was_sent() {
        let io = |kind| CallError::from(InvocationError::Io(io::Error::from(kind)));
        assert!(matches!(io(io::ErrorKind::ConnectionRefused), CallError::NotSent(_)));
        assert!(matches!(io(io::ErrorKind::ConnectionReset), CallError::Lost(_)));
        assert!(matches!(CallError::from(InvocationError::Dropped("x")), CallError::Lost(_)));
    }

    #[test]
    fn an_unknown_key_is_recognised_on_both_ways() {
        let transport = grammers_mtproto::transport::Error::BadStatus { status: 404 };
        assert!(matches!(CallError::from(InvocationError::Transport(transport)), CallError::KeyUnknown));
        let session = InvocationError::Session(Box::new(StorageError::KeyReplaced));
        assert!(matches!(CallError::from(session), CallError::KeyUnknown));
    }
}
