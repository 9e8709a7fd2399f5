use serde_json::json;

use crate::failure::{Code, Failure};
use crate::ports::StoreError;

/// Why something could not be done with a token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Only who may do everything manages tokens.
    #[error("managing tokens is the owner's business")]
    NotTheOwner,
    /// Whoever makes it has less.
    #[error("a token may do no more than who makes it")]
    MoreThanYours,
    /// The name cannot be used.
    #[error("a token's name has 1 to 40 lower-case letters, digits, - and _")]
    NotAName,
    /// Another token that counts has it.
    #[error("the name is taken by another token")]
    NameTaken,
    /// No token of that name or id.
    #[error("there is no such token")]
    Unknown,
    /// There are as many as there may be.
    #[error("there are too many tokens")]
    TooMany,
    /// It would never count.
    #[error("the token would have expired before it was made")]
    NoLife,
    /// A session that it is to be for is not there.
    #[error("there is no session `{named}`")]
    UnknownSession {
        /// How it was named.
        named: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A chat of the lists is known to no session that the token is for.
    #[error("there is no such chat: {0}")]
    UnknownChat(String),
    /// A folder of the lists is in no session that the token is for.
    #[error("there is no folder `{0}`")]
    UnknownFolder(String),
    /// Whether there is such a chat or folder could not be found out.
    #[error("a chat of the lists could not be looked up: {}", .0.message)]
    NotLookedUp(Box<Failure>),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        let (code, action) = match &error {
            TokenError::NotTheOwner => (Code::Forbidden, "Use the command line of the person who runs this server."),
            TokenError::MoreThanYours => (Code::Forbidden, "Leave out the scopes that you have not been granted."),
            TokenError::NotAName | TokenError::NameTaken => (Code::InvalidArgument, "Choose another name."),
            TokenError::Unknown => (Code::InvalidArgument, "Run `telegraphist tokens list` to see what there is."),
            TokenError::TooMany => {
                (Code::InvalidArgument, "Revoke those that nobody uses: `telegraphist tokens list`.")
            }
            TokenError::NoLife => (Code::InvalidArgument, "Give a longer time."),
            TokenError::UnknownSession { .. } => {
                (Code::UnknownSession, "Run `telegraphist sessions list` to see what there is.")
            }
            TokenError::UnknownChat(_) => {
                (Code::UnknownChat, "Look for it with `telegraphist call find_chats` and give its id.")
            }
            TokenError::UnknownFolder(_) => (
                Code::InvalidArgument,
                "Give the title of a folder of one of the sessions that the token is for; bots have none.",
            ),
            TokenError::NotLookedUp(_) | TokenError::Store(_) => (Code::Unavailable, ""),
        };
        match error {
            TokenError::Store(error) => error.into(),
            TokenError::NotLookedUp(failure) => *failure,
            TokenError::UnknownSession { ref known, .. } => {
                Self::new(code, sentence(&error), action).with_details(json!({ "sessions": known }))
            }
            TokenError::NotTheOwner
            | TokenError::MoreThanYours
            | TokenError::NotAName
            | TokenError::NameTaken
            | TokenError::Unknown
            | TokenError::TooMany
            | TokenError::UnknownChat(_)
            | TokenError::UnknownFolder(_)
            | TokenError::NoLife => Self::new(code, sentence(&error), action),
        }
    }
}

/// An error's fragment as a sentence.
fn sentence(error: &TokenError) -> String {
    let fragment = error.to_string();
    let mut letters = fragment.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
