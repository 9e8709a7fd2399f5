//! How the program ends; the same codes for every command, so that scripts can tell what to do.

use std::process::ExitCode;

use telegraphist_application::{Code, Failure};
use telegraphist_relay::{LinkError, RelayError};

use crate::settings::SettingsError;

/// Refused or failed: repeating it unchanged will not help.
pub(crate) const FAILED: u8 = 1;
/// Wrong usage or configuration.
pub(crate) const USAGE: u8 = 2;
/// Somebody has to sign in.
pub(crate) const NEEDS_LOGIN: u8 = 3;
/// Cannot be done now; a repeat can succeed.
pub(crate) const NOT_REACHABLE: u8 = 4;
/// It may have been done, wholly or in part: look before repeating.
pub(crate) const OUTCOME_UNKNOWN: u8 = 5;

/// The codes, for `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  refused or failed; repeating it unchanged will not help
  2  wrong usage or configuration
  3  somebody has to sign in: telegraphist login
  4  cannot be done now; a repeat can succeed
  5  it may have been done, wholly or in part; look before repeating";

/// A command ended as it should, and its code tells how: nothing went wrong, so nothing is said.
#[derive(Debug, thiserror::Error)]
#[error("ended with {0}")]
pub(crate) struct Told(pub(crate) u8);

/// Wrong usage that the argument parser could not see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// The code that a problem ends the program with.
pub(crate) fn code_of(problem: &anyhow::Error) -> ExitCode {
    let code = if let Some(Told(code)) = problem.downcast_ref::<Told>() {
        *code
    } else if problem.is::<Usage>() || problem.is::<SettingsError>() {
        USAGE
    } else if let Some(problem) = problem.downcast_ref::<LinkError>() {
        problem.exit_code()
    } else if let Some(problem) = problem.downcast_ref::<RelayError>() {
        problem.exit_code()
    } else if let Some(failure) = problem.downcast_ref::<Failure>() {
        code_of_failure(failure.code)
    } else {
        FAILED
    };
    ExitCode::from(code)
}

fn code_of_failure(code: Code) -> u8 {
    match code {
        Code::InvalidArgument
        | Code::UnknownTool
        | Code::InvalidCursor
        | Code::ConfirmationRequired
        | Code::IdempotencyKeyReused => USAGE,
        Code::NeedsLogin => NEEDS_LOGIN,
        Code::RateLimited | Code::DeadlineExceeded | Code::Overloaded | Code::Unavailable | Code::ApprovalRequired => {
            NOT_REACHABLE
        }
        Code::OutcomeUnknown | Code::PartiallySent => OUTCOME_UNKNOWN,
        Code::UnknownSession
        | Code::UnknownChat
        | Code::UnknownMessage
        | Code::Forbidden
        | Code::UnsupportedForBots
        | Code::Cancelled
        | Code::FileRefused
        | Code::VaultLocked
        | Code::NobodyThere
        | Code::UnknownApproval
        | Code::TelegramRefused
        | Code::Internal => FAILED,
    }
}
