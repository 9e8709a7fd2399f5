use serde_json::json;
use telegraphist_domain::SessionKind;
use telegraphist_domain::session::{NotASessionName, Refusal};

use crate::failure::{Code, Failure};
use crate::ports::{SignInError, StoreError, VaultError};
use crate::session_strings::WriteError;

/// Why something could not be done with a session. Never holds a name, number, code or password that was given.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Only who may do everything manages sessions.
    #[error("managing sessions is the owner's business")]
    NotTheOwner,
    /// The name cannot be used.
    #[error(transparent)]
    Name(#[from] NotASessionName),
    /// Another session has it.
    #[error("the name is taken by another session")]
    NameTaken,
    /// No session of that name or id.
    #[error("there is no such session")]
    Unknown {
        /// The names there are.
        known: Vec<String>,
    },
    /// It was removed meanwhile.
    #[error("the session was removed")]
    Removed,
    /// Not a phone number in international form.
    #[error("not a phone number")]
    NotAPhone,
    /// A rule of sessions.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody else changes the session all the time.
    #[error("the session is being changed by others")]
    Contended,
    /// The session was never signed in.
    #[error("the session has no login to export")]
    NothingToExport,
    /// The login does not fit that kind of string.
    #[error(transparent)]
    Unwritable(#[from] WriteError),
    /// Telegram or the adapter.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SessionError {
    /// The code of the failure that callers see.
    pub fn code(&self) -> Code {
        match self {
            Self::NotTheOwner => Code::Forbidden,
            Self::Name(_) | Self::NameTaken | Self::NotAPhone | Self::Refused(_) | Self::Unwritable(_) => {
                Code::InvalidArgument
            }
            Self::Unknown { .. } | Self::Removed => Code::UnknownSession,
            Self::Contended => Code::Overloaded,
            Self::NothingToExport => Code::NeedsLogin,
            Self::SignIn(error) => code_of_sign_in(error),
            Self::Store(error) => code_of_store(error),
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::NotTheOwner => "Use the command line of the person who runs this server.",
            Self::Name(_) | Self::NameTaken => "Choose another name.",
            Self::Unknown { .. } | Self::Removed => "Run `telegraphist sessions list` to see what there is.",
            Self::NotAPhone => "Give the number in international form, with the country code: +15550001234.",
            Self::Refused(refusal) => action_for_refusal(*refusal),
            Self::Contended => "Repeat the command.",
            Self::NothingToExport => "Sign the session in first: `telegraphist login`.",
            Self::Unwritable(_) => "Choose another kind of session string.",
            Self::SignIn(error) => action_for_sign_in(error),
            Self::Store(_) => "Repeat the command; if it fails again, run `telegraphist doctor`.",
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        if let SessionError::Store(error) | SessionError::SignIn(SignInError::Store(error)) = error {
            return error.into();
        }
        let failure = Self::new(error.code(), sentence(&error.to_string()), error.action());
        match error {
            SessionError::Unknown { known } => failure.with_details(json!({ "sessions": known })),
            SessionError::SignIn(SignInError::RateLimited(wait)) => failure.retry_after(wait),
            SessionError::SignIn(error) => match step_of(&error) {
                Some(step) => failure.with_details(json!({ "step": step })),
                None => failure,
            },
            SessionError::NotTheOwner
            | SessionError::Name(_)
            | SessionError::NameTaken
            | SessionError::Removed
            | SessionError::NotAPhone
            | SessionError::Refused(_)
            | SessionError::Contended
            | SessionError::NothingToExport
            | SessionError::Unwritable(_)
            | SessionError::Store(_) => failure,
        }
    }
}

fn code_of_sign_in(error: &SignInError) -> Code {
    match error {
        SignInError::PhoneInvalid
        | SignInError::NotRegistered
        | SignInError::CodeInvalid
        | SignInError::CodeExpired
        | SignInError::PasswordInvalid
        | SignInError::NotUnderWay
        | SignInError::ApiInvalid
        | SignInError::TokenInvalid => Code::InvalidArgument,
        SignInError::PhoneBanned => Code::Forbidden,
        SignInError::KeyNotAuthorised => Code::NeedsLogin,
        SignInError::RateLimited(_) => Code::RateLimited,
        SignInError::Unavailable(_) => Code::Unavailable,
        SignInError::Refused(_) => Code::TelegramRefused,
        SignInError::Store(error) => code_of_store(error),
    }
}

fn code_of_store(error: &StoreError) -> Code {
    match error {
        StoreError::Vault(VaultError::Locked(_)) => Code::VaultLocked,
        StoreError::Vault(VaultError::Damaged { .. }) | StoreError::Full(_) | StoreError::Unavailable(_) => {
            Code::Unavailable
        }
    }
}

/// What a program that leads a person through a sign-in asks for again.
fn step_of(error: &SignInError) -> Option<&'static str> {
    match error {
        SignInError::PhoneInvalid | SignInError::NotRegistered | SignInError::PhoneBanned => Some("phone"),
        SignInError::CodeInvalid => Some("code"),
        SignInError::PasswordInvalid => Some("password"),
        SignInError::TokenInvalid => Some("token"),
        SignInError::CodeExpired | SignInError::NotUnderWay => Some("start"),
        SignInError::ApiInvalid
        | SignInError::KeyNotAuthorised
        | SignInError::RateLimited(_)
        | SignInError::Unavailable(_)
        | SignInError::Refused(_)
        | SignInError::Store(_) => None,
    }
}

fn action_for_refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::AlreadySignedIn => "Use it, or log it out first: `telegraphist sessions logout`.",
        Refusal::Closing => "Finish logging out first: `telegraphist sessions logout`.",
        Refusal::NoSignIn => "Start again: `telegraphist login`.",
        Refusal::AnotherAccount => "Choose another session name for this account.",
        Refusal::AnotherKind { expected: SessionKind::User } => "Sign in with the account of a person.",
        Refusal::AnotherKind { expected: SessionKind::Bot } => "Sign in with the account of a bot.",
        Refusal::NotClosing => "Log it out again: `telegraphist sessions logout`.",
    }
}

fn action_for_sign_in(error: &SignInError) -> &'static str {
    match error {
        SignInError::PhoneInvalid => "Give the number in international form, with the country code: +15550001234.",
        SignInError::PhoneBanned => "Ask Telegram's support; nothing can be done here.",
        SignInError::NotRegistered => "Sign up with an official app, then sign in here.",
        SignInError::CodeInvalid => "Type the newest code that Telegram sent.",
        SignInError::CodeExpired | SignInError::NotUnderWay => "Start again: `telegraphist login`.",
        SignInError::PasswordInvalid => "Type the password of two-step verification again.",
        SignInError::ApiInvalid => {
            "Take both from https://my.telegram.org and set telegram.api_id and telegram.api_hash."
        }
        SignInError::KeyNotAuthorised => "Make a new session string, or sign in by phone or QR code.",
        SignInError::TokenInvalid => "Copy the whole token that @BotFather gave for the bot, or ask it for a new one.",
        SignInError::RateLimited(_) => "Wait, then try once more.",
        SignInError::Unavailable(_) => "Check the network, then repeat the command.",
        SignInError::Refused(_) => "Look the constant up in Telegram's documentation.",
        SignInError::Store(_) => "Repeat the command; if it fails again, run `telegraphist doctor`.",
    }
}

/// An error's fragment as a sentence.
fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
