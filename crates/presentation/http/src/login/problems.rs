//! What went wrong, in words for a person who knows nothing of this server.

use std::time::Duration;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use telegraphist_application::enrolments::EnrolmentError;
use telegraphist_application::ports::SignInError;
use telegraphist_application::sessions::SessionError;

/// Something that a person is told.
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) what: String,
    /// How long it is of no use to try again.
    pub(super) wait: Option<Duration>,
}

const ASK_AGAIN: &str = "Ask whoever gave you the link for a new one.";

impl Problem {
    fn new(status: StatusCode, what: impl Into<String>) -> Self {
        Self { status, what: what.into(), wait: None }
    }

    /// Whether the person can mend it by typing something else.
    pub(super) fn is_of_what_was_typed(&self) -> bool {
        matches!(self.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::NOT_FOUND)
    }

    /// The link does not count; why not is told to nobody.
    pub(super) fn unknown_link() -> Self {
        let what =
            format!("This sign-in link cannot be used: it was used before, is too old, or is not whole. {ASK_AGAIN}");
        Self::new(StatusCode::NOT_FOUND, what)
    }

    /// No form that could be read.
    pub(super) fn unreadable() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "What was sent could not be read. Try again.")
    }

    /// A form without the right token.
    pub(super) fn foreign_form() -> Self {
        Self::new(StatusCode::FORBIDDEN, "This form is not from this page, so nothing was done. Try again here.")
    }

    /// Of a step.
    pub(super) fn of(error: &EnrolmentError, now: DateTime<Utc>) -> Self {
        match error {
            EnrolmentError::Unknown => Self::unknown_link(),
            EnrolmentError::Busy(wait) => Self::waiting("Too many people sign in at once.", *wait, now),
            EnrolmentError::TooMany | EnrolmentError::TooManyTries => {
                Self::new(StatusCode::FORBIDDEN, format!("There were too many tries. {ASK_AGAIN}"))
            }
            EnrolmentError::OutOfTurn => Self::new(StatusCode::CONFLICT, "The sign-in waits for something else."),
            EnrolmentError::Session(SessionError::SignIn(error)) => Self::of_sign_in(error, now),
            EnrolmentError::Session(error) => Self::of_session(error),
        }
    }

    fn of_sign_in(error: &SignInError, now: DateTime<Utc>) -> Self {
        let typed = |what: &str| Self::new(StatusCode::UNPROCESSABLE_ENTITY, what);
        match error {
            SignInError::PhoneInvalid => typed(NOT_A_PHONE),
            SignInError::PhoneBanned => typed("Telegram bans this number. Only Telegram's support can help."),
            SignInError::NotRegistered => {
                typed("No Telegram account has this number. Sign up with Telegram's own app first, then come back.")
            }
            SignInError::CodeInvalid => typed("The code is not right. Type the newest code that Telegram sent you."),
            SignInError::CodeExpired | SignInError::NotUnderWay => {
                typed("The code is too old. Ask for a new one with your phone number.")
            }
            SignInError::PasswordInvalid => {
                typed("The password is not right. It is the one that you chose in Telegram for two-step verification.")
            }
            SignInError::RateLimited(wait) => Self::waiting("Telegram has had too many tries.", *wait, now),
            SignInError::Unavailable(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "Telegram cannot be reached now. Try again in a moment.")
            }
            SignInError::ApiInvalid
            | SignInError::KeyNotAuthorised
            | SignInError::TokenInvalid
            | SignInError::Refused(_) => Self::new(
                StatusCode::BAD_GATEWAY,
                "Telegram does not let this server sign you in. Tell whoever gave you the link.",
            ),
            SignInError::Store(_) => Self::ours(),
        }
    }

    fn of_session(error: &SessionError) -> Self {
        match error {
            SessionError::NotAPhone => Self::new(StatusCode::UNPROCESSABLE_ENTITY, NOT_A_PHONE),
            SessionError::Refused(refusal) => {
                let what = sentence(&refusal.to_string());
                Self::new(StatusCode::CONFLICT, format!("{what} {ASK_AGAIN}"))
            }
            SessionError::NotTheOwner
            | SessionError::Name(_)
            | SessionError::NameTaken
            | SessionError::Unknown { .. }
            | SessionError::Removed
            | SessionError::Contended
            | SessionError::NothingToExport
            | SessionError::Unwritable(_)
            | SessionError::SignIn(_)
            | SessionError::Store(_) => Self::ours(),
        }
    }

    fn ours() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "This server cannot do it now. Try again in a moment.")
    }

    fn waiting(what: &str, wait: Duration, now: DateTime<Utc>) -> Self {
        let again = (now + wait).format("%H:%M:%S UTC");
        let what = format!("{what} Wait {}, until {again}, then try again.", span(wait));
        Self { wait: Some(wait), ..Self::new(StatusCode::TOO_MANY_REQUESTS, what) }
    }
}

const NOT_A_PHONE: &str = "This is no phone number that Telegram knows. Write it with the country code: +15550001234.";

/// A time to wait, for people.
fn span(wait: Duration) -> String {
    let (count, unit) = match wait.as_secs().max(1) {
        seconds @ ..120 => (seconds, "second"),
        seconds @ ..7_200 => (seconds.div_ceil(60), "minute"),
        seconds => (seconds.div_ceil(3_600), "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_as_people_count() {
        let told = [1, 119, 120, 3_601, 90_000].map(|seconds| span(Duration::from_secs(seconds)));
        assert_eq!(told, ["1 second", "119 seconds", "2 minutes", "61 minutes", "25 hours"]);
    }

    #[test]
    fn what_telegram_asks_to_wait_is_a_time() {
        let error = EnrolmentError::Session(SignInError::RateLimited(Duration::from_mins(5)).into());
        let problem = Problem::of(&error, DateTime::UNIX_EPOCH);
        assert_eq!(problem.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(problem.what.contains("Wait 5 minutes, until 00:05:00 UTC"), "{}", problem.what);
    }
}
